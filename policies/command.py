"""`byoc policy`: the rules, their reasons, and a check of an exported state."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

app = typer.Typer(
    name="policy",
    help="The rules that every deployment must keep, and a check without an update.",
    no_args_is_help=True,
    add_completion=False,
)

VIOLATED = 1
BAD_USAGE = 2


@app.command("list")
def list_rules(
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list.")] = False,
) -> None:
    """List every rule with its severity and level."""
    from policies.catalog import all_rules

    if as_json:
        typer.echo(json.dumps(rule_rows(), indent=2))
        return
    settings = read_settings()
    for rule in all_rules():
        level = settings.level(rule)
        typer.echo(f"{rule.name:44} {rule.severity:9} {level:10} {rule.summary}")


@app.command()
def explain(rule: Annotated[str, typer.Argument(help="Name of a rule.")]) -> None:
    """Say what a rule wants, and what to type."""
    from policies.catalog import all_rules, rule_named
    from policies.reference import explanation

    found = rule_named(rule)
    if found is None:
        near = [other.name for other in all_rules() if rule in other.name]
        hint = f"; near it: {', '.join(near)}" if near else "; see byoc policy list"
        raise typer.BadParameter(f"there is no rule {rule}{hint}")
    typer.echo(explanation(found, read_settings()), nl=False)


@app.command()
def check(
    state: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="What pulumi stack export wrote.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON document.")] = False,
) -> None:
    """Check the state of a stack; nothing is planned or changed."""
    from policies.catalog import all_rules
    from policies.checking import check_stack
    from policies.errors import PolicyError
    from policies.world import stack_name, stack_of

    try:
        export = json.loads(state.read_text())
        stack = stack_of(export)
    except (json.JSONDecodeError, PolicyError) as error:
        typer.echo(f"{state}: {error}", err=True)
        raise typer.Exit(BAD_USAGE) from None
    report = check_stack(
        all_rules(),
        stack,
        read_settings(),
        stack_name=stack_name(stack),
        today=datetime.now(UTC).date(),
    )
    show(report, as_json=as_json)
    typer.echo(f"{len(stack.resources)} resources, {len(all_rules())} rules", err=True)
    if report.fails:
        raise typer.Exit(VIOLATED)


@app.command()
def docs() -> None:
    """Print the reference of all rules as Markdown."""
    from policies.reference import markdown

    typer.echo(markdown(), nl=False)


def rule_rows() -> list[dict[str, Any]]:
    """Every rule as `list --json` prints it."""
    from policies.catalog import all_rules
    from policies.reference import row

    settings = read_settings()
    return [row(rule, settings) for rule in all_rules()]


def read_settings() -> Any:
    from policies.catalog import all_rules
    from policies.errors import SettingsError
    from policies.settings import FILE, load

    try:
        return load(FILE, {rule.name: rule for rule in all_rules()})
    except SettingsError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(BAD_USAGE) from None


def show(report: Any, *, as_json: bool) -> None:
    """The worst first."""
    from dataclasses import asdict

    from policies.rule import Severity

    order = list(Severity)
    violations = sorted(
        report.violations, key=lambda v: (-order.index(v.severity), v.rule, v.resource)
    )
    if as_json:
        unseen = [asdict(row) for row in report.unseen]
        rows = [asdict(row) for row in violations]
        typer.echo(json.dumps({"violations": rows, "unseen": unseen}, indent=2))
        return
    for violation in violations:
        typer.echo(f"{violation.level}  {violation.severity}  {violation.rule}")
        typer.echo(f"  {violation.resource or 'the pack'}")
        typer.echo(f"  {violation.message}\n  Remedy: {violation.remedy}\n")
    for row in report.unseen:
        typer.echo(f"not checked: {row.rule}: {row.reason}", err=True)
