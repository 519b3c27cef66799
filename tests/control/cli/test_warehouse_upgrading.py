"""`byoc warehouse upgrade`: what it asks for, and what it waits for."""

from __future__ import annotations

from typing import Any

import pytest

from control.cli.errors import UsageError
from control.cli.warehouse_upgrading import ended, line_of, view_of, wishes

NEW, OLD = "clickhouse/clickhouse-server:26.9.4", "clickhouse/clickhouse-server:26.9.1"
NOTHING: dict[str, Any] = {
    "to": None, "follow": False, "channel": None, "window": None, "now": False
}  # fmt: skip

WISHES = {
    "a version": ({"to": "26.9.4"}, {"version": "26.9.4", "urgentVersion": None}),
    "at once": ({"to": "26.9.4", "now": True}, {"version": "26.9.4", "urgentVersion": "26.9.4"}),
    "the channel": (
        {"follow": True, "channel": "slow"},
        {"version": None, "urgentVersion": None, "channel": "slow"},
    ),
    "a window": (
        {"window": "Sun-18"},
        {"maintenanceWindow": {"weekday": "Sun", "startHourUtc": 18}},
    ),
    "no window": ({"window": "none"}, {"maintenanceWindow": None}),
}


@pytest.mark.parametrize(("given", "patch"), WISHES.values(), ids=WISHES.keys())
def test_wishes_become_a_patch_of_what_is_named(
    given: dict[str, Any], patch: dict[str, Any]
) -> None:
    assert wishes(**(NOTHING | given)) == patch


REFUSED = {
    "nothing": ({}, "Nothing to change"),
    "both": ({"to": "26.9.4", "follow": True}, "give one of them"),
    "now without a version": ({"now": True, "channel": "fast"}, "name it by --to"),
    "an hour between": ({"window": "Sun-7"}, "'Sun-7': a day .* 0, 6, 12, 18"),
    "no such day": ({"window": "Someday-6"}, "'Someday-6'"),
    "no hour": ({"window": "Sun"}, "'Sun'"),
}


@pytest.mark.parametrize(("given", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_what_makes_no_sense_is_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        wishes(**(NOTHING | given))


def warehouse(**status: Any) -> dict[str, Any]:
    told = {"observedGeneration": 2, "version": "26.9.4", "image": NEW}
    return {"metadata": {"name": "main", "generation": 2}, "status": told | status}


def service(name: str, **status: Any) -> dict[str, Any]:
    told = {"phase": "Running", "observedGeneration": 1, "readyReplicas": 2, "image": NEW}
    memory = {"minGib": 8, "maxGib": 8}
    spec = {"warehouse": "main", "role": "primary", "replicas": 2, "memory": memory}
    meta = {"name": name, "namespace": "clickhouse", "generation": 1}
    return {"metadata": meta, "spec": spec, "status": told | status}


WAITING = {
    "type": "UpToDate", "status": "False", "reason": "WaitsForWindow",
    "message": "it waits for the window",
}  # fmt: skip
FAILED = {"state": "Failed", "message": "no room for 2 pods"}
STAGES = {
    "not heard of": (
        warehouse(observedGeneration=1), [service("a")], False, "has not heard of it yet",
    ),
    "not begun": (warehouse(), [service("a", image=OLD)], False, "26.9.4: a still to roll"),
    "under way": (
        warehouse(), [service("a", op={"state": "Sync"}), service("b")], False, "a still to roll",
    ),
    "not all ready": (warehouse(), [service("a", readyReplicas=1)], False, "a still to roll"),
    "done": (warehouse(), [service("a", op={"state": "Done"}), service("b")], True, "runs 26.9.4"),
    "asleep": (
        warehouse(), [service("a", phase="Idle", image=OLD, readyReplicas=0)], True, "runs 26.9.4",
    ),
    "held by the window": (
        warehouse(version="26.9.1", conditions=[WAITING]), [service("a", image=OLD)], True,
        "runs 26.9.1; it waits for the window",
    ),
    "an earlier change failed": (
        warehouse(), [service("a", image=OLD, op=FAILED)], False, "a still to roll",
    ),
    "it failed": (warehouse(), [service("a", op=FAILED)], True, "a still to roll"),
    "no services": (warehouse(), [], True, "runs 26.9.4"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("document", "services", "over", "line"), STAGES.values(), ids=STAGES.keys()
)
def test_it_waits_until_every_running_service_has_rolled(
    document: dict[str, Any], services: list[dict[str, Any]], over: bool, line: str
) -> None:
    view = view_of(document, document["status"], services)
    assert ended(view) is over
    assert line_of(view).endswith(line)


def test_a_failure_is_told_with_its_reason() -> None:
    document = warehouse()
    view = view_of(document, document["status"], [service("a", op=FAILED)])
    assert "no room for 2 pods" in view.problem
