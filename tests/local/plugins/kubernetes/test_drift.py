"""Which changes of a live object count as drift."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from local.plugins.kubernetes.drift import as_far_as, imported_inputs, live_inputs

CONTAINERS = {
    "f:spec": {
        "f:replicas": {},
        "f:containers": {
            'k:{"name":"main"}': {"f:image": {}, "f:limits": {}},
            'k:{"name":"side"}': {"f:image": {}},
        },
        "f:ports": {'k:{"port":80,"protocol":"TCP"}': {"f:port": {}, "f:protocol": {}}},
        "f:args": {},
    }
}
INPUTS = {
    "apiVersion": "v1",
    "kind": "Thing",
    "metadata": {"name": "one", "labels": {"a": "b"}},
    "spec": {
        "replicas": 2,
        "containers": [{"name": "main", "image": "x:1", "limits": {"cpu": "1000m"}}],
        "ports": [{"port": 80}],
        "args": ["--a", "--b"],
        "empty": {},
    },
}


def stored(**spec: Any) -> dict[str, Any]:
    """The object as the server has it, with defaults and other people's fields."""
    return {
        "apiVersion": "v1",
        "kind": "Thing",
        "metadata": {
            "name": "one",
            "namespace": "default",
            "uid": "7",
            "resourceVersion": "12",
            "labels": {"a": "b", "injected": "yes"},
            "managedFields": [{"manager": "us", "fieldsV1": CONTAINERS}],
        },
        "spec": {
            "replicas": 2,
            "containers": [
                {"name": "main", "image": "x:1", "limits": {"cpu": "1"}, "pull": "Always"},
                {"name": "side", "image": "proxy"},
            ],
            "ports": [{"port": 80, "protocol": "TCP"}],
            "args": ["--a", "--b"],
            "strategy": "Rolling",
        }
        | spec,
        "status": {"ready": 2},
    }


def spec(**changes: Any) -> dict[str, Any]:
    return INPUTS | {"spec": INPUTS["spec"] | changes}  # type: ignore[operator]


MAIN = {"name": "main", "image": "x:1", "limits": {"cpu": "1"}, "pull": "Always"}
CASES = {
    "nothing": ({}, INPUTS),
    "defaults and foreign fields": ({"strategy": "Recreate", "paused": True}, INPUTS),
    "a scalar": ({"replicas": 5}, spec(replicas=5)),
    "another item's field": ({"containers": [MAIN, {"name": "side", "image": "p:2"}]}, INPUTS),
    "items in another order": ({"containers": [{"name": "side", "image": "proxy"}, MAIN]}, INPUTS),
    "a field of our item": (
        {"containers": [MAIN | {"image": "y:2"}]},
        spec(containers=[{"name": "main", "image": "y:2", "limits": {"cpu": "1000m"}}]),
    ),
    "a quantity": (
        {"containers": [MAIN | {"limits": {"cpu": "2"}}]},
        spec(containers=[{"name": "main", "image": "x:1", "limits": {"cpu": "2"}}]),
    ),
    "our item is gone": ({"containers": []}, spec(containers=[])),
    "an item's key by default": ({"ports": [{"port": 80, "protocol": "TCP", "name": "x"}]}, INPUTS),
    "a list that is taken as a whole": ({"args": ["--c"]}, spec(args=["--c"])),
}


@pytest.mark.parametrize(("changes", "expected"), CASES.values(), ids=CASES.keys())
def test_drift_is_what_differs_from_our_own_fields(
    changes: dict[str, Any], expected: dict[str, Any]
) -> None:
    assert live_inputs(INPUTS, stored(), stored(**changes)) == expected


def test_field_that_is_gone_is_drift() -> None:
    live = stored()
    del live["spec"]["replicas"]
    found = live_inputs(INPUTS, stored(), live)
    assert "replicas" not in found["spec"]
    assert found["spec"]["empty"] == {}, "what the server never kept is not gone"


def test_text_of_a_secret_is_compared_by_its_data() -> None:
    inputs = {"kind": "Secret", "metadata": {"name": "s"}, "stringData": {"a": "one", "b": "two"}}

    def secret(**texts: str) -> dict[str, Any]:
        data = {name: base64.b64encode(text.encode()).decode() for name, text in texts.items()}
        return {"kind": "Secret", "metadata": {"name": "s"}, "data": data}

    known = secret(a="one", b="two")
    assert live_inputs(inputs, known, secret(a="one", b="two", c="theirs")) == inputs
    changed = live_inputs(inputs, known, secret(a="one", b="2"))
    assert changed["stringData"] == {"a": "one", "b": "2"}
    assert live_inputs(inputs, known, secret(a="one"))["stringData"] == {"a": "one"}


def test_import_takes_what_a_program_can_set_and_compares_what_it_does_set() -> None:
    found = imported_inputs(json.loads(json.dumps(stored())))
    assert "status" not in found
    assert set(found["metadata"]) == {"name", "namespace", "labels"}
    compared = as_far_as(INPUTS, found)
    assert compared["spec"]["replicas"] == 2
    assert "strategy" not in compared["spec"]
    assert compared["metadata"] == {"name": "one", "labels": {"a": "b"}}
