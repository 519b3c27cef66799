"""What is known of a resource type's properties: who sets them and what a change means."""

from __future__ import annotations

import difflib
import hashlib
import json
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from local.plugins.values import (
    UNKNOWN,
    Asset,
    PropertyPath,
    Props,
    contains_unknown,
    path_text,
)

RANDOM_SUFFIX_LENGTH = 7


@dataclass(frozen=True, kw_only=True)
class AutoName:
    """The name of a resource whose program gives none: `<logical name>-<7 random hex digits>`."""

    max_length: int = 63
    separator: str = "-"
    suffix: str = ""
    lower_case: bool = False

    def name(self, logical_name: str, seed: bytes) -> str:
        random = hashlib.sha256(seed + logical_name.encode()).hexdigest()[:RANDOM_SUFFIX_LENGTH]
        return f"{self._stem(logical_name)}{random}{self.suffix}"

    def made(self, name: object, logical_name: str) -> bool:
        """Whether `name` is one that this rule chose for the resource."""
        stem, suffix = re.escape(self._stem(logical_name)), re.escape(self.suffix)
        pattern = rf"{stem}[0-9a-f]{{{RANDOM_SUFFIX_LENGTH}}}{suffix}"
        return isinstance(name, str) and re.fullmatch(pattern, name) is not None

    def _stem(self, logical_name: str) -> str:
        longest = self.max_length - RANDOM_SUFFIX_LENGTH - len(self.separator) - len(self.suffix)
        stem = f"{logical_name[:longest]}{self.separator}"
        return stem.lower() if self.lower_case else stem


@dataclass(frozen=True, kw_only=True)
class Property:
    """One property. Without flags it is optional, set by the program alone and updated in place."""

    required: bool = False
    computed: bool = False
    """The cloud fills it in where the program does not; unknown in the preview of a creation."""
    read_only: bool = False
    """An output: the program cannot set it. Unknown in the preview of a creation."""
    volatile: bool = False
    """An output that an update may change, so that it is unknown in the preview of one."""
    replaces: bool = False
    """A change needs a new resource."""
    secret: bool = False
    write_only: bool = False
    """The cloud never tells it: reading keeps what the state holds."""
    derived_from: str | None = None
    """As secret as that other property."""
    default: Any = None
    auto_name: AutoName | None = None
    same: Callable[[Any, Any], bool] = operator.eq
    """Whether two known values mean the same: `as_json`, `in_any_order` or a function of yours."""
    fields: Schema | None = None
    """The properties of the object, or of each object of the list, that this property holds.
    Without them it is a plain value, a list of such or a map with keys of the program's choice."""


Schema = Mapping[str, Property]


@dataclass(frozen=True, kw_only=True)
class Failure:
    """An input that cannot be right; `property` may be a path such as `rules[0].port`."""

    property: str
    reason: str


class InvalidInputsError(Exception):
    """Raised by a resource's `check`."""

    def __init__(self, *failures: Failure) -> None:
        super().__init__("; ".join(f"{f.property}: {f.reason}" for f in failures))
        self.failures = failures


class Kind(StrEnum):
    ADD = "add"
    DELETE = "delete"
    UPDATE = "update"


@dataclass(frozen=True, kw_only=True)
class Change:
    path: PropertyPath
    kind: Kind
    replaces: bool = False


def as_json(old: Any, new: Any) -> bool:
    """The same JSON document, however it is written."""
    try:
        return bool(json.loads(old) == json.loads(new))
    except (TypeError, ValueError):
        return bool(old == new)


def in_any_order(old: Any, new: Any) -> bool:
    """The same items, however they are ordered."""
    if not isinstance(old, list) or not isinstance(new, list):
        return bool(old == new)
    return sorted(map(_ordered_text, old)) == sorted(map(_ordered_text, new))


def _ordered_text(item: Any) -> str:
    return json.dumps(item, sort_keys=True, default=repr)


def problems(schema: Schema, inputs: Props, where: PropertyPath = ()) -> Iterator[Failure]:
    """Properties that do not exist or cannot be set, and required ones that are missing."""
    for name, value in inputs.items():
        known = schema.get(name)
        path = (*where, name)
        if known is None:
            yield Failure(property=path_text(path), reason=_unknown_name(name, schema))
        elif known.read_only:
            yield Failure(property=path_text(path), reason="is an output and cannot be set")
        elif known.fields is not None:
            yield from _problems_inside(known.fields, value, path)
    for name, known in schema.items():
        if known.required and name not in inputs:
            yield Failure(property=path_text((*where, name)), reason="is required but missing")


def _problems_inside(schema: Schema, value: Any, path: PropertyPath) -> Iterator[Failure]:
    if isinstance(value, Mapping):
        yield from problems(schema, dict(value), path)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _problems_inside(schema, item, (*path, index))
    elif value is not UNKNOWN and not isinstance(value, Asset):
        yield Failure(property=path_text(path), reason=f"must be an object, not {value!r}")


def _unknown_name(name: str, schema: Schema) -> str:
    settable = sorted(key for key, known in schema.items() if not known.read_only)
    close = difflib.get_close_matches(name, settable, n=1)
    hint = f"; did you mean {close[0]!r}?" if close else f"; supported are {', '.join(settable)}"
    return f"this stand-in does not support the property {name!r}{hint}"


def with_defaults(schema: Schema, inputs: Props) -> Props:
    defaults = {
        name: known.default
        for name, known in schema.items()
        if known.default is not None and name not in inputs
    }
    return inputs | defaults


def with_names(
    schema: Schema, inputs: Props, logical_name: str, seed: bytes, old: Props | None
) -> Props:
    """Fill in automatic names, keeping the ones that the resource has."""
    names: Props = {}
    for key, known in schema.items():
        if known.auto_name is None or key in inputs:
            continue
        old_name = (old or {}).get(key)
        kept = known.auto_name.made(old_name, logical_name)
        names[key] = old_name if kept else known.auto_name.name(logical_name, seed)
    return inputs | names


def changes(schema: Schema, old: Props, new: Props) -> Iterator[Change]:
    """What differs between two sets of checked inputs."""
    for name in old | new:
        known = schema.get(name, Property())
        if name not in new and known.computed:
            continue
        yield from _changes(known, old.get(name), new.get(name), (name,))


def _changes(known: Property, old: Any, new: Any, path: PropertyPath) -> Iterator[Change]:
    if old is None and new is None:
        return
    if old is None or new is None:
        kind = Kind.ADD if old is None else Kind.DELETE
        yield Change(path=path, kind=kind, replaces=known.replaces)
    elif not contains_unknown([old, new]) and (old == new or known.same(old, new)):
        return
    elif isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in {**old, **new}:
            inner = _field(known, key)
            if key in new or not inner.computed:
                yield from _changes(inner, old.get(key), new.get(key), (*path, key))
    elif isinstance(old, list) and isinstance(new, list):
        yield from _list_changes(known, old, new, path)
    else:
        yield Change(path=path, kind=Kind.UPDATE, replaces=known.replaces)


def _list_changes(
    known: Property, old: list[Any], new: list[Any], path: PropertyPath
) -> Iterator[Change]:
    for index in range(max(len(old), len(new))):
        before = old[index] if index < len(old) else None
        after = new[index] if index < len(new) else None
        yield from _changes(known, before, after, (*path, index))


def _field(known: Property, key: str) -> Property:
    """A field replaces if it says so or if the whole property does."""
    field = (known.fields or {}).get(key)
    if field is None:
        return Property(replaces=known.replaces)
    if known.replaces and not field.replaces:
        return Property(
            replaces=True, same=field.same, fields=field.fields, computed=field.computed
        )
    return field


def live_inputs(schema: Schema, old: Props, live: Props) -> Props:
    """The inputs as the cloud has them now, as far as the program set them (`old`).

    A value that still means the same keeps the form in which the program wrote it.
    """
    inputs: Props = {}
    for name, value in old.items():
        known = schema.get(name, Property())
        if known.write_only:
            inputs[name] = value
        elif name in live:
            inputs[name] = _live_value(known, value, live[name])
    return inputs


def _live_value(known: Property, old: Any, live: Any) -> Any:
    if old == live or known.same(old, live):
        return old
    if known.fields is not None and isinstance(old, Mapping) and isinstance(live, Mapping):
        return live_inputs(known.fields, dict(old), dict(live))
    if known.fields is not None and isinstance(old, list) and isinstance(live, list):
        fields = known.fields
        pairs = zip(old, live, strict=False)
        return [live_inputs(fields, o, n) for o, n in pairs] + live[len(old) :]
    return live


def imported_inputs(schema: Schema, live: Props) -> Props:
    """What a program would set to describe an existing resource."""
    return {
        name: value
        for name, value in live.items()
        if (known := schema.get(name)) is not None
        and not known.read_only
        and (known.required or (not known.computed and value not in (None, "", [], {}, False)))
    }
