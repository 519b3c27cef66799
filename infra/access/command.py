"""`byoc access`: what the operator may do, what a release adds, and taking it back."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from infra.access.changes import Level
    from infra.config.stack import StackConfig

app = typer.Typer(
    name="access",
    help="What the operator may do in the account: show it, compare it, render it, take it back.",
    no_args_is_help=True,
    add_completion=False,
)

BAD_USAGE = 2
Stack = Annotated[
    str | None,
    typer.Option("--stack", "-s", envvar="BYOC_STACK", help="Name of a stack, or a stack file."),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


@app.command()
def show(
    stack: Stack = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the policy documents and the rows.")
    ] = False,
) -> None:
    """Show every right of the operator: on what, when, for which part, and in which phase."""
    from infra.access.listing import as_document, lines
    from infra.access.rows import read_rows

    plan, rows = planned(stack)
    if as_json:
        everybody = read_rows(Path(__file__).parents[2])
        typer.echo(json.dumps(as_document(plan, everybody), indent=2))
        return
    for line in lines(plan, rows):
        typer.echo(line)


@app.command()
def count(stack: Stack = None) -> None:
    """Print the number of actions and conditions, beside the figures that others publish."""
    from permissions.onboarding.counts import PUBLIC, counts

    plan, _ = planned(stack)
    typer.echo(f"{'role':44} {'actions':>7} {'with *':>6} {'statements':>10} {'conditioned':>11}")
    for row in (*counts(plan), *PUBLIC):
        statements = str(row.statements) if row.statements else "?"
        share = f"{row.share:.0%}" if row.statements else str(row.conditioned)
        typer.echo(
            f"{row.whose:44} {row.actions:7} {row.wildcard_actions:6} {statements:>10} {share:>11}"
        )


@app.command()
def diff(
    before: Annotated[
        str, typer.Argument(help="A revision in git, or a file that show --json wrote.")
    ],
    after: Annotated[str, typer.Argument(help="The same, or current.")] = "current",
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON document.")] = False,
) -> None:
    """Print the rights that a release adds and those that it takes away."""
    from infra.access.rows import UnknownVersionError, difference, rows_of, told

    project = Path(__file__).parents[2]
    try:
        added, removed = difference(rows_of(before, project), rows_of(after, project))
    except UnknownVersionError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(BAD_USAGE) from None
    if as_json:
        typer.echo(json.dumps({"added": added, "removed": removed}, indent=2))
        return
    for sign, rows in (("+", added), ("-", removed)):
        for row in rows:
            typer.echo(f"{sign} {told(row)}")
    typer.echo(f"{len(added)} rights added, {len(removed)} taken away", err=True)


@app.command()
def render(
    form: Annotated[str, typer.Argument(help="cloudformation or terraform")],
    stack: Stack = None,
) -> None:
    """Print the onboarding of a stack for another tool."""
    from permissions.onboarding.cloudformation import cloudformation
    from permissions.onboarding.terraform import terraform

    forms = {"cloudformation": cloudformation, "terraform": terraform}
    if form not in forms:
        raise typer.BadParameter(f"{form!r} is none of {', '.join(forms)}")
    plan, _ = planned(stack)
    typer.echo(json.dumps(forms[form](plan), indent=2))


@app.command()
def shrink(stack: Stack = None, yes: Yes = False) -> None:
    """Leave the operator what it needs to operate: no set-up, no taking down."""
    from infra.access.changes import Level

    change(stack, Level.OPERATE, yes=yes)


@app.command()
def revoke(stack: Stack = None, yes: Yes = False) -> None:
    """End the operator's access at once; the data plane goes on serving."""
    from infra.access.changes import Level

    change(stack, Level.NONE, yes=yes)


@app.command()
def restore(stack: Stack = None, yes: Yes = False) -> None:
    """Give the operator back what shrink or revoke took."""
    from infra.access.changes import Level

    change(stack, Level.ALL, yes=yes)


def change(stack: str | None, level: "Level", *, yes: bool) -> None:
    from infra.access.changes import apply, decide, find_seen, targets
    from infra.access.entrances import entrances
    from infra.scope import scope

    config = read(stack)
    of = scope(config)
    wanted = targets(of, level, entrances(config))
    clients = clients_of(config)
    steps = list(decide(wanted, find_seen(clients, wanted, of), of))
    if not steps:
        typer.echo("Nothing to change.", err=True)
    for step in steps:
        typer.echo(f"will {step.text}", err=True)
    if steps and not yes:
        typer.confirm("Go on?", abort=True, err=True)
    for step in steps:
        apply(clients, step)
        typer.echo(step.text)
    typer.echo(
        f"So that no tool brings it back otherwise: byoc:access.granted: {level.value}", err=True
    )


def clients_of(config: "StackConfig") -> dict[str, Any]:
    """With the credentials of whoever calls; those of another account are refused."""
    import boto3

    session = boto3.session.Session(region_name=config.region)
    account = session.client("sts").get_caller_identity()["Account"]
    if account != config.account:
        typer.echo(
            f"These credentials are of account {account}; the stack is in {config.account}.",
            err=True,
        )
        raise typer.Exit(BAD_USAGE)
    return {service: session.client(service) for service in ("iam", "eks")}


def planned(stack: str | None) -> tuple[Any, Any]:
    from infra.access.wanted import wanted
    from permissions.onboarding.plan import access_plan

    choices = wanted(read(stack))
    if choices is None:
        typer.echo(
            "This stack lets no operator in: byoc:access.operatorAccount is not set.", err=True
        )
        raise typer.Exit(BAD_USAGE)
    from permissions.documents import selected
    from permissions.operator import OPERATOR_ROWS

    return access_plan(choices), selected(OPERATOR_ROWS, choices.features, choices.phases)


def read(stack: str | None) -> "StackConfig":
    from infra.command import stack_files
    from infra.config import ConfigError, load_file

    if stack is None:
        raise typer.BadParameter("name a stack with --stack, or set BYOC_STACK")
    try:
        return load_file(stack_files(stack, Path.cwd())[0])
    except ConfigError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(BAD_USAGE) from None
