"""The program's inputs as the live object has them: what others set or defaulted is left out.

A field counts as changed where the live object differs from what the server answered when we last
wrote or read it. So a value that the server writes in another form (`1000m` as `1`) is no drift.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

from local.plugins.kubernetes.managed_fields import (
    Fields,
    all_fields,
    below,
    fields_of_item,
    item_keys,
)
from local.plugins.provider import Props

MISSING = object()
SERVERS_OWN = frozenset(
    {
        "uid",
        "resourceVersion",
        "generation",
        "creationTimestamp",
        "managedFields",
        "selfLink",
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
    }
)
IMPORTED = "__imported"
"""Marks inputs that were read from the cluster: only what the program sets is compared."""


def live_inputs(inputs: Props, known: Props, live: Props) -> Props:
    """`known` is the object as the state has it."""
    if "stringData" in inputs:
        known, live = _with_string_data(inputs, known), _with_string_data(inputs, live)
    metadata = live.get("metadata") or {}
    if "namespace" not in (inputs.get("metadata") or {}):
        live = live | {"metadata": {k: v for k, v in metadata.items() if k != "namespace"}}
    found: Props = _object(inputs, known, live, all_fields(live | {"metadata": metadata}))
    return found


def imported_inputs(live: Props) -> Props:
    metadata = {k: v for k, v in live["metadata"].items() if k not in SERVERS_OWN}
    rest = {k: v for k, v in live.items() if k not in ("status", "metadata")}
    return rest | {"metadata": metadata, IMPORTED: True}


def as_far_as(inputs: Any, imported: Any) -> Any:
    """The part of what was imported that the program speaks of."""
    if isinstance(inputs, dict) and isinstance(imported, dict):
        return {k: as_far_as(v, imported[k]) for k, v in inputs.items() if k in imported}
    if isinstance(inputs, list) and isinstance(imported, list) and len(inputs) == len(imported):
        return [as_far_as(i, o) for i, o in zip(inputs, imported, strict=True)]
    return imported


def _value(ours: Any, known: Any, live: Any, fields: Fields) -> Any:
    if live is MISSING:
        return ours if known is MISSING else MISSING
    if live == known:
        return ours
    if isinstance(ours, dict) and isinstance(live, dict):
        return _object(ours, known if isinstance(known, dict) else {}, live, fields)
    if isinstance(ours, list) and isinstance(live, list):
        return _list(ours, known if isinstance(known, list) else [], live, fields)
    return live


def _object(ours: Props, known: Props, live: Props, fields: Fields) -> Props:
    values = {
        name: _value(value, known.get(name, MISSING), live.get(name, MISSING), below(fields, name))
        for name, value in ours.items()
    }
    return {name: value for name, value in values.items() if value is not MISSING}


def _list(ours: list[Any], known: list[Any], live: list[Any], fields: Fields) -> list[Any]:
    keys = item_keys(fields)
    if keys and all(isinstance(item, dict) for item in [*ours, *known, *live]):
        return _keyed_list(ours, known, live, fields)
    if len(ours) != len(live):
        return live
    padded = known + [MISSING] * (len(live) - len(known))
    return [_value(o, k, v, {}) for o, k, v in zip(ours, padded, live, strict=False)]


def _keyed_list(
    ours: list[Props], known: list[Props], live: list[Props], fields: Fields
) -> list[Any]:
    """Items that others added are left out; ours that are gone are gone."""
    keys = item_keys(fields)
    values = []
    for item in ours:
        identity = _identity(item, keys, live)
        found = _find(live, keys, identity)
        if found is not MISSING:
            inner = fields_of_item(fields, keys, found)
            values.append(_value(item, _find(known, keys, identity), found, inner))
    return values


def _identity(item: Props, keys: tuple[str, ...], live: list[Props]) -> Props:
    """The item's keys; one that the program leaves to its default is as the live item has it."""
    given = {key: item[key] for key in keys if key in item}
    candidates = [o for o in live if all(o.get(k) == v for k, v in given.items())]
    if len(given) < len(keys) and candidates:
        given |= {key: candidates[0].get(key) for key in keys}
    return given


def _find(items: list[Props], keys: tuple[str, ...], identity: Props) -> Any:
    for item in items:
        if {key: item.get(key) for key in keys} == {key: identity.get(key) for key in keys}:
            return item
    return MISSING


def _with_string_data(inputs: Props, object_: Props) -> Props:
    """The object of a Secret with the texts that the program gave as stringData, from its data."""
    data = object_.get("data") or {}
    texts = {name: _text(data[name]) for name in inputs["stringData"] if name in data}
    return object_ | {"stringData": texts}


def _text(encoded: str) -> str:
    try:
        return base64.b64decode(encoded).decode()
    except (binascii.Error, UnicodeDecodeError):
        return encoded
