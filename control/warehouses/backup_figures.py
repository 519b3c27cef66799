"""Figures of tables, from their parts: rows, bytes and a sum of the parts' own hashes."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from control.warehouses.backup import TableFigures

CHECKSUM_BITS = 128
FILE_NAME = re.compile(rb"<name>data/([^/<]+)/([^/<]+)/([^/<]+)/[^<]*</name>")
DATABASE_NAME = re.compile(rb"<name>metadata/([^/<]+)\.sql</name>")
LONGEST_NAME = 4096
ACCESS_DATABASE = "system"


@dataclass(frozen=True, order=True)
class PartName:
    database: str
    table: str
    part: str


def parts_of(manifest: Iterable[bytes]) -> set[PartName]:
    """The parts that a backup holds, as its list of files tells."""
    names = (
        PartName(*(unquote(group.decode()) for group in found.groups()))
        for found in matches(FILE_NAME, manifest)
    )
    return {name for name in names if name.database != ACCESS_DATABASE}


def databases_of(manifest: Iterable[bytes]) -> list[str]:
    found = {unquote(match[1].decode()) for match in matches(DATABASE_NAME, manifest)}
    return sorted(found - {ACCESS_DATABASE})


def matches(pattern: re.Pattern[bytes], chunks: Iterable[bytes]) -> Iterator[re.Match[bytes]]:
    """All matches in a text that comes in pieces, holding little more than a piece at a time."""
    rest = b""
    for chunk in chunks:
        rest += chunk
        end = 0
        for found in pattern.finditer(rest):
            end = found.end()
            yield found
        rest = rest[max(end, len(rest) - LONGEST_NAME) :]


def figures(
    rows: Iterable[Mapping[str, Any]], wanted: set[PartName] | None = None
) -> list[TableFigures]:
    """One for each table; a table of which a wanted part is not among the rows has none."""
    sums: dict[tuple[str, str], list[int]] = {}
    found: set[PartName] = set()
    for row in rows:
        name = PartName(row["database"], row["table"], row["name"])
        if name in found or (wanted is not None and name not in wanted):
            continue
        found.add(name)
        total = sums.setdefault((name.database, name.table), [0, 0, 0, 0])
        for at, value in enumerate((1, row["rows"], row["bytes"], int(row["hash"], 16))):
            total[at] += value
    broken = {(name.database, name.table) for name in (wanted or set()) - found}
    return [
        TableFigures(
            database=database,
            table=table,
            parts=parts,
            rows=rows_,
            bytes=size,
            checksum=f"{hashes % 2**CHECKSUM_BITS:032x}",
        )
        for (database, table), (parts, rows_, size, hashes) in sorted(sums.items())
        if (database, table) not in broken
    ]
