"""Rows as a table on a terminal, printed while they arrive."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import islice

from rich.console import Console
from rich.table import Table
from rich.text import Text

from control.cli.errors import CliError

TABLE_FORMAT = "JSONCompactStringsEachRowWithNamesAndTypes"
ROWS_AT_A_TIME = 200
NULL = "ᴺᵁᴸᴸ"
NUMBER_PREFIXES = ("Int", "UInt", "Float", "Decimal", "Nullable(Int", "Nullable(UInt")


def print_rows(lines: Iterable[str], console: Console) -> int:
    """`lines` are in TABLE_FORMAT; returns the number of rows."""
    rows = (parsed(line) for line in lines if line)
    names = next(rows, None)
    types = next(rows, None)
    if names is None or types is None:
        return 0
    printed, widths = 0, [0] * len(names)
    while batch := list(islice(rows, ROWS_AT_A_TIME)):
        cells = [[cell(value) for value in row] for row in batch]
        if not printed:
            widths = [max(map(len, column)) for column in zip(names, *cells, strict=True)]
        console.print(table(names, types, cells, widths, header=not printed))
        printed += len(batch)
    if not printed:
        console.print(table(names, types, [], list(map(len, names)), header=True))
    return printed


def parsed(line: str) -> list[str]:
    if not line.startswith("["):
        raise CliError(line)  # the server failed after the first rows, and says why in their place
    row: list[str] = json.loads(line)
    return row


def cell(value: str | None) -> str:
    return NULL if value is None or value == NULL else value


def table(
    names: list[str],
    types: list[str],
    rows: list[list[str]],
    widths: list[int],
    *,
    header: bool,
) -> Table:
    """Batches have the first one's widths, so that they stand below each other."""
    made = Table(box=None, pad_edge=False, show_header=header, header_style="bold")
    for name, type_, width in zip(names, types, widths, strict=True):
        made.add_column(
            Text(name),
            justify="right" if type_.startswith(NUMBER_PREFIXES) else "left",
            min_width=min(width, 60),
            overflow="fold",
        )
    for row in rows:
        made.add_row(*map(Text, row))
    return made
