"""What the API server notes about who set which field (`metadata.managedFields`)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from local.plugins.provider import Props

Fields = Mapping[str, Any]
"""A `fieldsV1` tree: `f:name` is a field, `k:{...}` a list item by its keys."""


def all_fields(object_: Props) -> Fields:
    """The fields of every manager in one tree."""
    merged: dict[str, Any] = {}
    for entry in _entries(object_):
        _merge(merged, entry.get("fieldsV1") or {})
    return merged


def fields_of_others(object_: Props, manager: str) -> Fields:
    merged: dict[str, Any] = {}
    for entry in _entries(object_):
        if entry.get("manager") != manager:
            _merge(merged, entry.get("fieldsV1") or {})
    return merged


def fields_of(object_: Props, manager: str) -> Fields:
    merged: dict[str, Any] = {}
    for entry in _entries(object_):
        if entry.get("manager") == manager:
            _merge(merged, entry.get("fieldsV1") or {})
    return merged


def has(fields: Fields, path: Sequence[str]) -> bool:
    for name in path:
        if f"f:{name}" not in fields:
            return False
        fields = fields[f"f:{name}"]
    return True


def below(fields: Fields, name: str) -> Fields:
    found = fields.get(f"f:{name}")
    return found if isinstance(found, Mapping) else {}


def item_keys(fields: Fields) -> tuple[str, ...]:
    """The names that tell the items of a list apart; none where the list is taken as a whole."""
    for key in fields:
        if key.startswith("k:"):
            return tuple(json.loads(key[2:]))
    return ()


def fields_of_item(fields: Fields, keys: Iterable[str], item: Mapping[str, Any]) -> Fields:
    wanted = {key: item.get(key) for key in keys}
    for key, inner in fields.items():
        if key.startswith("k:") and json.loads(key[2:]) == wanted:
            return inner if isinstance(inner, Mapping) else {}
    return {}


def _entries(object_: Props) -> list[Mapping[str, Any]]:
    return list((object_.get("metadata") or {}).get("managedFields") or [])


def _merge(into: dict[str, Any], fields: Fields) -> None:
    for key, inner in fields.items():
        _merge(into.setdefault(key, {}), inner if isinstance(inner, Mapping) else {})
