"""`byoc orphans`: what a deployment left behind in the account."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from infra.config.stack import StackConfig
    from infra.orphans.scan import Scan
    from infra.preflight.finding import ClientOf

app = typer.Typer(
    name="orphans",
    help="Find what a deployment left behind in the account, with the command that removes each.",
    invoke_without_command=True,
    add_completion=False,
)

LEFT, BAD_USAGE = 1, 2


@app.callback()
def orphans(
    stack: Annotated[
        str,
        typer.Option(
            "--stack", "-s", envvar="BYOC_STACK", help="Name of a stack, or a stack file."
        ),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print what is left as JSON.")] = False,
    rights: Annotated[
        bool, typer.Option("--rights", help="Print the policy that looking needs, and end.")
    ] = False,
) -> None:
    """Look through the account by tag and by name; nothing is changed.

    Uses the AWS credentials of the environment. Exit 0 where nothing is left, 1 where something is
    or could not be looked at, 2 for a bad configuration or credentials of another account.
    """
    from infra.orphans.report import as_document, tell

    (file, config) = read(stack)
    if rights:
        typer.echo(json.dumps(policy(config), indent=2))
        return
    found = scan(config, standing(file))
    if as_json:
        typer.echo(json.dumps(as_document(found), indent=2))
    else:
        tell(config.name, found)
    if not found.is_clean:
        raise typer.Exit(LEFT)


def leftovers(file: Path) -> tuple[bool, dict[str, Any], list[str]]:
    """After `byoc destroy`: whether nothing is left, that as a document, and as lines."""
    from infra.config import ConfigError, load_file
    from infra.orphans.report import as_document, lines
    from infra.orphans.scan import Scan, Unknown

    try:
        config = load_file(file)
        found = scan(config, ())
    except ConfigError as error:
        why = f"{file.name} cannot be read: {len(error.problems)} problems"
        found = Scan(orphans=(), unknown=(Unknown(kind="everything", why=why),))
        return False, as_document(found), lines(file.name, found)
    return found.is_clean, as_document(found), lines(config.name, found)


def read(stack: str) -> tuple[Path, "StackConfig"]:
    from infra.command import stack_files
    from infra.config import ConfigError, load_file

    (file,) = stack_files(stack, Path.cwd())
    try:
        return file, load_file(file)
    except ConfigError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(BAD_USAGE) from None


def standing(file: Path) -> Sequence[Any]:
    """The resources that the stack of this file has now."""
    from infra.orphans.recorded import read_state

    folder = file.resolve().parent
    if not (folder / "Pulumi.yaml").is_file():
        return ()
    return read_state(folder, file.name.removeprefix("Pulumi.").rpartition(".")[0])


def scan(config: "StackConfig", resources: Sequence[Any]) -> "Scan":
    from infra.orphans.expected import of_onboarding
    from infra.orphans.recorded import of_state
    from infra.orphans.scan import Scan, Unknown, look
    from infra.preflight.run import clients
    from infra.scope import scope

    client = clients(config.region)
    other = other_account(config, client)
    if other:
        return Scan(orphans=(), unknown=(Unknown(kind="everything", why=other),))
    stays = (of_onboarding(config), of_state(resources, scope(config)))
    return look(
        scope(config), client, lambda kind, item: any(expected(kind, item) for expected in stays)
    )


def other_account(config: "StackConfig", client: "ClientOf") -> str | None:
    """Why these credentials see nothing of the deployment's account."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        account = client("sts").get_caller_identity()["Account"]
    except (BotoCoreError, ClientError) as error:
        return f"AWS does not know the caller: {' '.join(str(error).split())}"
    if account == config.account:
        return None
    return f"these credentials are of account {account}, the deployment is in {config.account}"


def policy(config: "StackConfig") -> dict[str, Any]:
    from infra.scope import scope
    from permissions.audit import AUDIT, ORPHANS
    from permissions.documents import document

    return document([row for row in AUDIT if row.component == ORPHANS], scope(config))
