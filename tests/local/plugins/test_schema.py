"""What a schema says about inputs: names, defaults, changes and drift."""

from __future__ import annotations

from typing import Any

import pytest

from local.plugins.schema import (
    AutoName,
    Change,
    Kind,
    Property,
    as_json,
    changes,
    imported_inputs,
    in_any_order,
    live_inputs,
    with_names,
)
from local.plugins.values import UNKNOWN

RULE = {"port": Property(required=True), "cidrs": Property(same=in_any_order)}
SCHEMA = {
    "name": Property(replaces=True, auto_name=AutoName(max_length=20)),
    "zone": Property(computed=True, replaces=True),
    "policy": Property(same=as_json),
    "tags": Property(),
    "rules": Property(fields=RULE),
    "disk": Property(replaces=True, fields={"size": Property(), "kind": Property()}),
    "password": Property(write_only=True),
    "arn": Property(read_only=True),
}
UPDATE = Kind.UPDATE

CHANGES: dict[str, tuple[dict[str, Any], dict[str, Any], list[Change]]] = {
    "nothing": ({"tags": {"a": "b"}}, {"tags": {"a": "b"}}, []),
    "map": (
        {"tags": {"a": "b", "c": "d"}},
        {"tags": {"a": "x", "e": "f"}},
        [
            Change(path=("tags", "a"), kind=UPDATE),
            Change(path=("tags", "c"), kind=Kind.DELETE),
            Change(path=("tags", "e"), kind=Kind.ADD),
        ],
    ),
    "replacing": (
        {"name": "a"},
        {"name": "b"},
        [Change(path=("name",), kind=UPDATE, replaces=True)],
    ),
    "below a replacing one": (
        {"disk": {"size": 1, "kind": "x"}},
        {"disk": {"size": 2, "kind": "x"}},
        [Change(path=("disk", "size"), kind=UPDATE, replaces=True)],
    ),
    "left to the cloud": ({"zone": "a"}, {}, []),
    "unknown": ({"policy": "{}"}, {"policy": UNKNOWN}, [Change(path=("policy",), kind=UPDATE)]),
    "the same document": ({"policy": '{"a":1,"b":2}'}, {"policy": '{"b": 2, "a": 1}'}, []),
    "the same items below": (
        {"rules": [{"port": 1, "cidrs": ["a", "b"]}]},
        {"rules": [{"port": 1, "cidrs": ["b", "a"]}]},
        [],
    ),
    "one more item": (
        {"rules": [{"port": 1}]},
        {"rules": [{"port": 1}, {"port": 2}]},
        [Change(path=("rules", 1), kind=Kind.ADD)],
    ),
}


@pytest.mark.parametrize(("old", "new", "expected"), CHANGES.values(), ids=CHANGES.keys())
def test_changes(old: dict[str, Any], new: dict[str, Any], expected: list[Change]) -> None:
    assert list(changes(SCHEMA, old, new)) == expected


def test_automatic_name_fits_and_stays() -> None:
    made = with_names(SCHEMA, {}, "a-rather-long-name", b"1", None)["name"]
    assert len(made) == 20
    assert made.startswith("a-rather-lon-")
    assert with_names(SCHEMA, {}, "a-rather-long-name", b"2", {"name": made})["name"] == made
    assert with_names(SCHEMA, {"name": "mine"}, "x", b"2", {"name": made})["name"] == "mine"
    assert with_names(SCHEMA, {}, "other", b"2", {"name": made})["name"].startswith("other-")


def test_live_inputs_are_as_far_as_the_program_set_them() -> None:
    old = {
        "tags": {"a": "b"},
        "policy": '{"a": 1}',
        "rules": [{"port": 1, "cidrs": ["a", "b"]}],
        "password": "secret",
        "name": "gone",
    }
    live = {
        "tags": {"a": "b", "c": "d"},
        "policy": '{"a":1}',
        "rules": [{"port": 2, "cidrs": ["b", "a"], "id": "r-1"}],
        "zone": "z",
        "arn": "x",
    }
    assert live_inputs(SCHEMA, old, live) == {
        "tags": {"a": "b", "c": "d"},
        "policy": '{"a": 1}',
        "rules": [{"port": 2, "cidrs": ["a", "b"]}],
        "password": "secret",
    }


def test_import_takes_what_a_program_would_set() -> None:
    live = {"name": "n", "zone": "z", "arn": "x", "tags": {}, "rules": [{"port": 1}], "other": 1}
    assert imported_inputs(SCHEMA, live) == {"name": "n", "rules": [{"port": 1}]}
