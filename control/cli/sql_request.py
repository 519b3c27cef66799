"""One statement over ClickHouse's HTTP interface: its rows to stdout, its error as ours."""

from __future__ import annotations

import json
import re
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

import httpx

from control.cli.errors import CliError
from control.cli.output import counted, say
from control.cli.sql_target import Target
from control.cli.wording import clock

PIPE_FORMAT = "TabSeparated"
FORMAT_HEADER = "x-clickhouse-format"
EXCEPTION_HEADER = "x-clickhouse-exception-code"
SERVER_ERROR = re.compile(r"Code: \d+\. DB::Exception: [^\r\n]*")
OK = 200
CHUNK_BYTES = 1 << 16


@dataclass(frozen=True, kw_only=True)
class Request:
    statement: str
    database: str
    format: str | None = None
    rows: IO[bytes] | None = None
    """What follows INSERT ... FORMAT ... ."""

    def body(self) -> Iterator[bytes]:
        yield self.statement.encode()
        if self.rows is not None:
            yield b"\n"
            while chunk := self.rows.read(CHUNK_BYTES):
                yield chunk


def send(client: httpx.Client, target: Target, request: Request) -> None:
    """Raises CliError with ClickHouse's own message where it refuses."""
    started_s = time.monotonic()
    query_id = str(uuid.uuid4())
    table = request.format is None and sys.stdout.isatty()
    try:
        with client.stream(
            "POST",
            target.base,
            params=parameters(request, query_id, table=table),
            headers=target.headers(),
            content=request.body(),
        ) as response:
            refuse_errors(response)
            count = print_answer(response, table=table)
    except httpx.RemoteProtocolError as error:
        raise CliError(f"The answer broke off: {error}", see_log(query_id)) from error
    except httpx.HTTPError as error:
        raise CliError(
            f"The service does not answer: {error or type(error).__name__}",
            "`byoc service list` shows whether its replicas are ready.",
        ) from error
    except KeyboardInterrupt:
        raise CliError("Interrupted; the query may still run.", kill(query_id)) from None
    if table:
        rows = "done" if count is None else counted(count, "row")
        say(f"{rows} in {clock(time.monotonic() - started_s)}")


def parameters(request: Request, query_id: str, *, table: bool) -> dict[str, str]:
    from control.cli.sql_rows import TABLE_FORMAT

    asked = request.format or (TABLE_FORMAT if table else PIPE_FORMAT)
    return {"database": request.database, "default_format": asked, "query_id": query_id}


def refuse_errors(response: httpx.Response) -> None:
    if response.status_code == OK:
        return
    text = last_of(response)
    if EXCEPTION_HEADER in response.headers:
        raise CliError(server_error(text) or text.strip())
    told = api_message(text) or response.reason_phrase
    raise CliError(
        f"HTTP {response.status_code} on the way to the service: {told}",
        "The API server must be allowed to reach the pods, and you to use services/proxy.",
    )


def last_of(response: httpx.Response) -> str:
    """The end of an answer: rows that were ready come before the error that ended them."""
    tail = b""
    for chunk in response.iter_bytes():
        tail = (tail + chunk)[-CHUNK_BYTES:]
    return tail.decode(errors="replace")


def server_error(text: str) -> str | None:
    found = SERVER_ERROR.findall(text)
    return found[-1] if found else None


def api_message(text: str) -> str:
    try:
        return str(json.loads(text)["message"])
    except (ValueError, KeyError, TypeError):
        return text.strip()


def print_answer(response: httpx.Response, *, table: bool) -> int | None:
    """The number of rows where they are shown as a table."""
    from control.cli.sql_rows import TABLE_FORMAT, print_rows

    # The statement may name a format of its own.
    if not table or response.headers.get(FORMAT_HEADER, TABLE_FORMAT) != TABLE_FORMAT:
        copy(response)
        return None
    from rich.console import Console

    return print_rows(response.iter_lines(), Console(highlight=False))


def copy(response: httpx.Response) -> None:
    """As it comes. A server that fails on the way says so at the end, or breaks off."""
    tail = b""
    try:
        for chunk in response.iter_bytes():
            sys.stdout.buffer.write(chunk)
            tail = (tail + chunk)[-CHUNK_BYTES:]
    except httpx.RemoteProtocolError as error:
        told = server_error(tail.decode(errors="replace"))
        raise CliError(told or f"The answer broke off: {error}") from error
    finally:
        sys.stdout.buffer.flush()


def see_log(query_id: str) -> str:
    return f"The row of query_id {query_id} in system.query_log may tell why."


def kill(query_id: str) -> str:
    return f"KILL QUERY WHERE query_id = '{query_id}' ends it."
