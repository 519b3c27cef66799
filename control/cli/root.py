"""`byoc`: the one command. Each subcommand's module is imported when it is typed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

from control.cli.errors import CliError, report


@dataclass(frozen=True, kw_only=True)
class Command:
    """`place` is module:attribute of a function, or of a typer.Typer with subcommands."""

    name: str
    place: str
    help: str


COMMANDS = (
    Command(
        name="up",
        place="control.cli.deploy:up",
        help="Bring the deployment to its configuration: show the plan, ask, apply it.",
    ),
    Command(
        name="preview",
        place="control.cli.deploy:preview",
        help="Show what `up` would do; nothing is changed.",
    ),
    Command(
        name="refresh",
        place="control.cli.deploy:refresh",
        help="Compare the recorded state with the cloud.",
    ),
    Command(
        name="drift",
        place="control.cli.drift:drift",
        help="Find what changed in the cloud behind the deployment's back, and who did it.",
    ),
    Command(
        name="destroy",
        place="control.cli.destroy:destroy",
        help="Take the deployment down, and look for what is left.",
    ),
    Command(
        name="status",
        place="control.cli.status:status",
        help="The deployment: layers, cluster, workloads, warehouses, services.",
    ),
    Command(name="sql", place="control.cli.sql:sql", help="Send SQL to a service."),
    Command(
        name="warehouse",
        place="control.cli.warehouse:app",
        help="Warehouses: data that services share.",
    ),
    Command(
        name="service",
        place="control.cli.service:app",
        help="Services: create, list, scale, stop, start, delete.",
    ),
    Command(
        name="ci",
        place="control.cli.ci.commands:app",
        help="Pull requests: a reviewed plan, and exactly that applied.",
    ),
    Command(name="replica", place="control.cli.replica:app", help="Replicas of services."),
    Command(
        name="backup",
        place="control.cli.backup:app",
        help="Backups: create, list, show, delete, restore, drill.",
    ),
    Command(
        name="simulate",
        place="control.simulate.command:simulate",
        help="Play load through scaling policies, and draw it.",
    ),
)


APART = (
    ("kube-token", "Print a token for the cluster; kubectl runs this."),
    ("aws-session", "Print a role's credentials; AWS's SDKs run this for a profile."),
)
"""Started by `main` without this module."""


class Commands(TyperGroup):
    """The table above, then what other packages add; nothing is imported before it is needed."""

    def list_commands(self, ctx: Any) -> list[str]:
        from control.cli.extensions import commands

        own = [command.name for command in COMMANDS]
        return [*own, *sorted(set(commands()) - set(own))]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        for command in COMMANDS:
            if command.name == cmd_name:
                return built(command)
        from control.cli.extensions import commands

        entry = commands().get(cmd_name)
        return typer.main.get_command(entry.load()) if entry else None

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        from control.cli.extensions import commands

        rows = [*((command.name, command.help) for command in COMMANDS), *APART]
        for name, entry in sorted(commands().items()):
            rows.append((name, entry.load().info.help or ""))
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except CliError as error:
            report(error)
            raise typer.Exit(error.exit_code) from None


def built(command: Command) -> Any:
    module, _, attribute = command.place.partition(":")
    found: typer.Typer | Callable[..., None] = getattr(import_module(module), attribute)
    if isinstance(found, typer.Typer):
        return typer.main.get_command(found)
    single = typer.Typer(add_completion=False, rich_markup_mode=None)
    single.command(name=command.name)(found)
    return typer.main.get_command(single)


app = typer.Typer(
    name="byoc",
    cls=Commands,
    help="ClickHouse inside your own cloud account.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


@app.callback()
def version_option(
    version: bool = typer.Option(False, "--version", help="Print the version.", is_eager=True),
) -> None:
    if version:
        from importlib.metadata import version as installed

        typer.echo(installed("clickhouse-byoc"))
        raise typer.Exit
