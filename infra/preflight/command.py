"""`byoc preflight`: look at the account before a deployment is made in it."""

import dataclasses
import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from infra.preflight.finding import Result

app = typer.Typer(
    name="preflight",
    help="Look at the account before a deployment is made in it; nothing is changed.",
    invoke_without_command=True,
    add_completion=False,
)

FAILED, BAD_CONFIG = 1, 2
MARKS = {"ok": "[green]ok[/]", "problem": "[red]problem[/]", "unknown": "[yellow]unknown[/]"}


@app.callback()
def preflight(
    stack: Annotated[str, typer.Option("--stack", "-s", help="Name of a stack, or a stack file.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
    every: Annotated[bool, typer.Option("--all", help="Show what is in order as well.")] = False,
) -> None:
    """Quotas, zones, instance types, an own VPC, rights, clock and credentials, all at once.

    Uses the AWS credentials of the environment. Exit 0 without a problem, 1 with one, 2 for a bad
    configuration; what could not be looked at is told as unknown.
    """
    from infra.command import stack_files
    from infra.config import ConfigError, load_file
    from infra.preflight.run import clients, look

    (file,) = stack_files(stack, Path.cwd())
    try:
        config = load_file(file)
    except ConfigError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(BAD_CONFIG) from None
    if config.is_onboarding:
        typer.echo("A stack of kind onboarding makes roles alone: it has no preflight.", err=True)
        raise typer.Exit(BAD_CONFIG)
    results = look(config, clients(config.region))
    if as_json:
        typer.echo(json.dumps([dataclasses.asdict(result) for result in results], indent=2))
    else:
        show(results, every=every)
    if any(result.outcome == "problem" for result in results):
        raise typer.Exit(FAILED)


def show(results: "list[Result]", *, every: bool) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for title in ("area", "subject", "outcome", "found", "what to do"):
        table.add_column(title, overflow="fold")
    for result in results:
        if every or result.outcome != "ok":
            mark = MARKS[result.outcome.value]
            table.add_row(result.area, result.subject, mark, result.found, result.remedy)
    console = Console()
    if table.row_count:
        console.print(table)
    counted = Counter(result.outcome.value for result in results)
    summary = ", ".join(f"{counted[mark]} {mark}" for mark in MARKS)
    console.print(f"{len(results)} findings: {summary}")
