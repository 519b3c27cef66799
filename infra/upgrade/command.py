"""`byoc upgrade-plan`: the steps to the wanted Kubernetes version, before any of them is taken."""

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from infra.upgrade.plan import Step

app = typer.Typer(
    name="upgrade-plan",
    help="Show the steps from the Kubernetes version that runs to the one that is wanted.",
    invoke_without_command=True,
    add_completion=False,
)

FAILED, BAD_CONFIG = 1, 2


@app.callback()
def upgrade_plan(
    stack: Annotated[str, typer.Option("--stack", "-s", help="Name of a stack, or a stack file.")],
    to: Annotated[
        str | None,
        typer.Option(help="Kubernetes version; that of byoc:cluster.version when left out."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the steps as JSON.")] = False,
) -> None:
    """Control plane, nodes and add-ons in their order; nothing is changed.

    Uses the AWS credentials of the environment. Exit 0 with the steps, 1 where there is no way, 2
    for a bad configuration.
    """
    from infra.command import stack_files
    from infra.config import ConfigError, load_file

    (file,) = stack_files(stack, Path.cwd())
    try:
        config = load_file(file)
    except ConfigError as error:
        raise ended(str(error), BAD_CONFIG) from None
    from botocore.exceptions import BotoCoreError, ClientError

    from infra.preflight.run import clients
    from infra.scope import scope
    from infra.upgrade.plan import UpgradeError, Wanted, plan
    from infra.upgrade.running import find_running

    version = to or config.cluster.version.value
    own = config.cluster.own_addon_versions if to in (None, config.cluster.version.value) else {}
    try:
        running = find_running(clients(config.region)("eks"), scope(config).cluster_name)
        steps = plan(running, Wanted(version=version, addons=own))
    except (UpgradeError, ClientError, BotoCoreError) as error:
        raise ended(str(error), FAILED) from None
    if as_json:
        typer.echo(json.dumps([dataclasses.asdict(step) for step in steps], indent=2))
    else:
        show(steps, version)


def ended(text: str, code: int) -> typer.Exit:
    typer.echo(text, err=True)
    return typer.Exit(code)


def show(steps: "tuple[Step, ...]", version: str) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    console = Console()
    if not steps:
        console.print(f"Everything goes with Kubernetes {version} already.")
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for title in ("step", "part", "name", "from", "to", "why"):
        table.add_column(title, overflow="fold")
    for number, step in enumerate(steps, 1):
        table.add_row(str(number), step.part, step.name, step.before, step.after, step.why)
    console.print(table)
    for number, settings in enumerate(ups(steps), 1):
        console.print(f"{number}. set {', '.join(settings)}, then `byoc up`", highlight=False)


def ups(steps: "tuple[Step, ...]") -> list[list[str]]:
    """What to set in the stack file, one `up` after the other."""
    found: list[list[str]] = []
    for version in dict.fromkeys(step.version for step in steps):
        ahead = [step for step in steps if step.version == version and step.ahead]
        if ahead:
            found.append([f"byoc:cluster.addonVersions.{s.name}: {s.after}" for s in ahead])
        found.append([f'byoc:cluster.version: "{version}"'])
    return found
