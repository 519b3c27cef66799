"""Which values of a resource change, from what to what; never those that may be secret."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from control.cli.ci.granting import kind_of
from control.cli.ci.steps import SEALED, UNKNOWN, Step

HIDDEN_KINDS = {"kubernetes:core:Secret", "aws:secretsmanager/secretVersion:SecretVersion"}
HIDDEN_PATHS = re.compile(
    r"(?i)password|secret(?!\w*arn)|token|private_?key|credential|auth_?key|passphrase"
)
LONGEST = 60
ABSENT = "nothing"
DOCUMENT = "a policy document"
MISSING = object()


@dataclass(frozen=True, kw_only=True)
class ValueChange:
    path: str
    old: str
    new: str


def value_changes(step: Step) -> Iterator[ValueChange]:
    """Of an update or a replacement; whole documents of rights are told elsewhere."""
    if step.old and step.new:
        hidden = kind_of(step.type) in HIDDEN_KINDS
        for path, old, new in leaves("", step.old, step.new):
            sealed = hidden or HIDDEN_PATHS.search(path) is not None
            yield ValueChange(path=path, old=told(old, sealed=sealed), new=told(new, sealed=sealed))


def leaves(path: str, old: Any, new: Any) -> Iterator[tuple[str, Any, Any]]:
    if old == new:
        return
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in sorted({*old, *new}):
            inner = f"{path}.{key}" if path else str(key)
            yield from leaves(inner, old.get(key, MISSING), new.get(key, MISSING))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, (was, will) in enumerate(zip(old, new, strict=True)):
            yield from leaves(f"{path}[{index}]", was, will)
    else:
        yield path, old, new


def told(value: Any, *, sealed: bool) -> str:
    if value is MISSING or value is None:
        return ABSENT
    if sealed or value == SEALED:
        return SEALED
    if isinstance(value, Mapping | list):
        return contents(value)
    if isinstance(value, bool | float):
        return str(value).lower() if isinstance(value, bool) else f"{value:g}"
    text = str(value)
    if UNKNOWN in text:
        return "not known yet"
    if text.startswith("{") and '"Statement"' in text:
        return DOCUMENT
    if len(text) > LONGEST or "\n" in text:
        return f"text of {len(text)} characters"
    return text or "empty"


def contents(value: Any) -> str:
    """Lists of short plain values as they are; the rest by its size."""
    if isinstance(value, list) and all(isinstance(each, str | int | float) for each in value):
        text = ", ".join(map(str, value))
        if UNKNOWN not in text and len(text) <= LONGEST:
            return f"[{text}]"
    noun = "element" if isinstance(value, list) else "field"
    return f"{len(value)} {noun}{'' if len(value) == 1 else 's'}"
