"""`byoc sql SERVICE "SELECT ..."`."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import IO, Annotated

import typer

from control.cli.errors import UsageError
from control.cli.output import say
from control.cli.service_options import NamespaceOption
from control.cli.stack import StackOption
from control.warehouses.names import NAMESPACE

STDIN = "-"


def sql(
    service: Annotated[str, typer.Argument(metavar="SERVICE", help="Name of the service.")],
    query: Annotated[
        str | None,
        typer.Argument(metavar="SQL", help="Statements; from stdin when left out or -."),
    ] = None,
    output_format: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help="Any output format of ClickHouse; a table on a terminal, else TabSeparated.",
            show_default=False,
        ),
    ] = None,
    database: Annotated[
        str, typer.Option("--database", "-d", metavar="NAME", help="Database.")
    ] = "default",
    user: Annotated[str, typer.Option("--user", "-u", metavar="NAME", help="User.")] = "default",
    rows: Annotated[
        str | None,
        typer.Option(
            "--input",
            metavar="FILE",
            help="Rows for INSERT ... FORMAT ...; - is stdin.",
            show_default=False,
        ),
    ] = None,
    direct: Annotated[
        bool, typer.Option("--direct", help="Connect to the cluster's address itself.")
    ] = False,
    stack: StackOption = None,
    namespace: NamespaceOption = NAMESPACE,
) -> None:
    """Send SQL to a service and print the rows."""
    from control.cli.connection import connect
    from control.cli.service_reading import service as find_service
    from control.cli.sql_request import Request, send
    from control.cli.sql_target import client_for, find_target

    asked = wanted(query, rows)
    cluster = connect(stack)
    target = find_target(cluster, find_service(cluster, service, namespace), user, direct=direct)
    with client_for(cluster, target) as client, opened(rows) as data:
        for statement in asked:
            request = Request(
                statement=statement, database=database, format=output_format, rows=data
            )
            send(client, target, request)


def wanted(query: str | None, rows: str | None) -> list[str]:
    """The statements to send; one alone where rows follow it."""
    from control.cli.sql_statements import statements

    if query is None or query == STDIN:
        if rows == STDIN:
            raise UsageError("stdin cannot hold the SQL and the rows too.", "Give SQL as argument.")
        query = script_from_stdin()
    found = [query] if rows else statements(query)
    if not found:
        raise UsageError("There is no SQL to send.", "Give it as an argument or on stdin.")
    return found


def script_from_stdin() -> str:
    if sys.stdin.isatty():
        say("Reading SQL from the terminal; Ctrl-D ends it.")
    return sys.stdin.read()


def opened(rows: str | None) -> AbstractContextManager[IO[bytes] | None]:
    if rows is None:
        return nullcontext()
    if rows == STDIN:
        return nullcontext(sys.stdin.buffer)
    try:
        return Path(rows).open("rb")
    except OSError as error:
        raise UsageError(f"{rows} cannot be read: {error.strerror}.") from error
