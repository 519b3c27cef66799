"""Markdown that holds whatever a program calls its resources."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from control.cli.redaction import redacted

SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~@])")
LONGEST = 300


def code(text: str) -> str:
    """A code span: nothing in it is a mention, a link or a tag."""
    flat = shortened(" ".join(redacted(text).split())).replace("|", "\\|")
    longest = max((len(run) for run in re.findall(r"`+", flat)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if longest else ""
    return f"{fence}{pad}{flat}{pad}{fence}" if flat else ""


def words(text: str) -> str:
    """A sentence from elsewhere, as it reads; code spans in it stay."""
    flat = shortened(" ".join(redacted(text).split()), 3 * LONGEST)
    parts = re.split(r"(`[^`]+`)", flat)
    return "".join(
        code(part[1:-1]) if part[:1] == "`" and len(part) > 1 else SPECIAL.sub(r"\\\1", part)
        for part in parts
    )


def shortened(text: str, most: int = LONGEST) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def table(titles: Sequence[str], rows: Iterable[Sequence[str]], *, right: int = 0) -> list[str]:
    """`right` columns at the end hold numbers."""
    lines = [":--"] * (len(titles) - right) + ["--:"] * right
    return [row(titles), row(lines), *(row(cells) for cells in rows)]


def row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def folded(title: str, lines: Iterable[str]) -> list[str]:
    return [f"<details><summary>{title}</summary>", "", *lines, "", "</details>", ""]


def some(lines: Sequence[str], most: int, rest: str) -> list[str]:
    """The first ones, and how many are left out."""
    if len(lines) <= most:
        return list(lines)
    return [*lines[:most], f"- and {len(lines) - most} more: {rest}"]
