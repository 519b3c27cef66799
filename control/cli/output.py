"""Results on stdout: tables for people, lines for pipes, JSON for programs."""

from __future__ import annotations

import dataclasses
import json
import shutil
import sys
import textwrap
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any

import typer

UNKNOWN = "unknown"
PIPE_WIDTH = 10_000
COLOURS: Mapping[str, str] = {
    "Running": "green",
    "Ready": "green",
    "Serving": "green",
    "ready": "green",
    "Creating": "yellow",
    "Scaling": "yellow",
    "Pending": "yellow",
    "Waking": "yellow",
    "Stopping": "yellow",
    "Draining": "yellow",
    "Degraded": "red",
    "Failed": "red",
    "not ready": "red",
    UNKNOWN: "red",
}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Column:
    title: str
    right: bool = False


def column(title: str, *, right: bool = False) -> Column:
    return Column(title=title, right=right)


def say(text: str = "") -> None:
    """Progress, questions and advice: stderr."""
    typer.echo(text, err=True)


def tell(text: str = "") -> None:
    """A result: stdout."""
    typer.echo(text)


def tell_json(value: Any) -> None:
    tell(json.dumps(plain(value), indent=2, ensure_ascii=False))


def tell_table(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
    """Folded to the terminal's width; one line for a row where stdout is a pipe."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    on_terminal = sys.stdout.isatty()
    table = Table(box=None, pad_edge=False, header_style="bold")
    for each in columns:
        table.add_column(
            each.title,
            justify="right" if each.right else "left",
            no_wrap=not on_terminal,
            overflow="fold",
        )
    for row in rows:
        table.add_row(*(Text(cell, style=COLOURS.get(cell, "")) for cell in row))
    console = Console(width=None if on_terminal else PIPE_WIDTH, highlight=False)
    with console.capture() as captured:
        console.print(table)
    tell("\n".join(line.rstrip() for line in captured.get().splitlines()))


def tell_facts(facts: Mapping[str, str]) -> None:
    """Names and values below one another; on a terminal folded between words."""
    width = max(map(len, facts), default=0)
    for name, value in facts.items():
        first, *more = folded(value, width + 2)
        tell(f"{name:<{width}}  {typer.style(first, fg=COLOURS.get(first))}")
        for line in more:
            tell(f"{'':<{width}}  {line}")


def folded(value: str, indent: int) -> list[str]:
    lines = value.splitlines() or [""]
    if not sys.stdout.isatty():
        return lines
    room = max(20, shutil.get_terminal_size().columns - indent)
    return [part for line in lines for part in textwrap.wrap(line, room) or [""]]


def heading(text: str) -> None:
    tell()
    tell(typer.style(text, bold=True))


def plain(value: Any) -> Any:
    """Dataclasses become objects with camelCase keys, moments and enumerations text."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            camel(each.name): plain(getattr(value, each.name)) for each in dataclasses.fields(value)
        }
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds").replace("+00:00", "Z")
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def age(since: datetime | None, now: datetime | None = None) -> str:
    if since is None:
        return UNKNOWN
    return span((now or datetime.now(UTC)) - since)


def span(length: timedelta) -> str:
    """The two largest units, such as 3d 4h, 12m 5s, 8s."""
    seconds = max(0, int(length.total_seconds()))
    parts: list[str] = []
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        count, seconds = divmod(seconds, size)
        if count or (unit == "s" and not parts):
            parts.append(f"{count}{unit}")
    return " ".join(parts[:2])


def counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
