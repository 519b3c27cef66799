"""Nested properties: what AWS fills in, what only AWS sets, and documents written as objects."""

from __future__ import annotations

import json
from typing import Any

from local.plugins.provider import UNKNOWN, Props, Schema, as_json, contains_unknown


def with_unknown_fields(schema: Schema, value: Any, old: Any) -> Any:
    """The fields that AWS fills in: as they are, or unknown while it has not."""
    if isinstance(value, list):
        olds = old if isinstance(old, list) and len(old) == len(value) else [None] * len(value)
        return [with_unknown_fields(schema, *pair) for pair in zip(value, olds, strict=True)]
    if not isinstance(value, dict):
        return value
    old = old if isinstance(old, dict) else {}
    planned = dict(value)
    for name, known in schema.items():
        if name in value:
            if known.fields:
                planned[name] = with_unknown_fields(known.fields, value[name], old.get(name))
        elif known.read_only or known.computed:
            planned[name] = old.get(name, UNKNOWN)
    return planned


def settable(fields: Schema | None, value: Any) -> Any:
    """Without the fields that only AWS sets."""
    if fields is None:
        return value
    if isinstance(value, list):
        return [settable(fields, item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: settable(fields[name].fields, item)
        for name, item in value.items()
        if name in fields and not fields[name].read_only and item not in (None, "", [])
    }


def as_text_documents(schema: Schema, inputs: Props) -> Props:
    """Policies may be written as objects: AWS wants their text."""
    documents = {
        name: UNKNOWN if contains_unknown(value) else json.dumps(value)
        for name, value in inputs.items()
        if isinstance(value, dict) and name in schema and schema[name].same is as_json
    }
    return inputs | documents
