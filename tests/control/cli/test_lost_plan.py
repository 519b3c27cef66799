"""Creates that failed, as an engine would have recorded that it was amid them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pulumi.automation import EngineEvent, UpdateSummary

from control.cli.deployment_state import SECRET_MARK
from control.cli.lost_plan import (
    UNKNOWN,
    Create,
    FailedCreates,
    PlannedCreates,
    as_pending,
    is_unfinished,
    looked_for,
    not_before,
)
from control.cli.pending_plan import Fate, Sight, settled, settling

PROVIDER = "urn:pulumi:acme::byoc::pulumi:providers:aws::aws"
ROLE = "urn:pulumi:acme::byoc::byoc:aws:Access$aws:iam/role:Role::access-worker"
TYPE = "aws:iam/role:Role"
SEALED = {SECRET_MARK: "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "[secret]"}
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
STATE: dict[str, Any] = {
    "manifest": {"version": "3"},
    "resources": [
        {"urn": PROVIDER, "type": "pulumi:providers:aws", "id": "7", "inputs": {"region": "x"}},
    ],
}


def failing(op: str = "create", **more: Any) -> EngineEvent:
    return event("resOpFailedEvent", op, **more)


def event(kind: str, op: str = "create", **more: Any) -> EngineEvent:
    new = {
        "type": TYPE, "urn": ROLE, "custom": True, "parent": "p", "provider": f"{PROVIDER}::7",
        "inputs": {"name": "acme-worker", "key": SEALED, "rules": [{"a": SEALED, "b": 1}, SEALED]},
        **more.pop("new", {}),
    }  # fmt: skip
    metadata = {"op": op, "urn": ROLE, "type": TYPE, "provider": PROVIDER, "new": new, **more}
    return EngineEvent.from_json({kind: {"metadata": metadata}})


def failed(*events: EngineEvent) -> list[Create]:
    creates = FailedCreates()
    for event in events:
        creates(event)
    return creates.found


def test_a_create_that_failed_is_kept_without_the_marks_of_its_secrets() -> None:
    [create] = failed(failing())
    assert create.resource == {
        "urn": ROLE, "custom": True, "type": TYPE, "parent": "p", "provider": f"{PROVIDER}::7",
        "inputs": {"name": "acme-worker", "rules": [{"b": 1}]},
    }  # fmt: skip


@pytest.mark.parametrize("op", ["update", "delete", "read", "refresh"])
def test_what_failed_otherwise_is_none(op: str) -> None:
    assert failed(failing(op), EngineEvent.from_json({"cancelEvent": {}})) == []


def test_a_component_is_made_by_nobody() -> None:
    assert failed(failing(new={"custom": False})) == []


def test_it_is_looked_for_by_its_provider_and_recorded_behind_all_that_was_there() -> None:
    pending = as_pending(STATE, failed(failing()))
    [create] = looked_for(pending, NOW)
    assert (create.provider, create.not_before) == ({"region": "x"}, NOW)
    there = {ROLE: Sight(fate=Fate.THERE, id="acme-worker")}
    made = settled(pending, settling(there, leaving=False))["resources"][-1]
    assert (made["id"], made["dependencies"]) == ("acme-worker", [PROVIDER])
    assert made["refreshBeforeUpdate"] is True


RECORDED = {"urn": ROLE, "type": TYPE, "id": "acme-worker"}
OLD = {**RECORDED, "id": "old"}
REPLACING = {"op": "create-replacement", "old": {"id": "old", "urn": ROLE}}
HELD: dict[str, tuple[list[dict[str, Any]], dict[str, Any], int]] = {
    "nothing": ([], {}, 1),
    "what the provider had made before it failed": ([RECORDED], {}, 0),
    "what is to be deleted": ([RECORDED | {"delete": True}], {}, 1),
    "its predecessor": ([OLD], REPLACING, 1),
    "its predecessor, deleted already": ([OLD | {"pendingReplacement": True}], REPLACING, 1),
    "both": ([OLD | {"delete": True}, RECORDED], REPLACING, 0),
}


@pytest.mark.parametrize(("held", "event", "count"), HELD.values(), ids=HELD.keys())
def test_what_the_state_holds_of_it_already_is_not_looked_for(
    held: list[dict[str, Any]], event: dict[str, Any], count: int
) -> None:
    state = {"resources": [*STATE["resources"], *held]}
    assert len(as_pending(state, failed(failing(**event)))["pending_operations"]) == count


def update(hours_ago: int, result: str = "failed", kind: str = "update") -> UpdateSummary:
    """It took half an hour."""
    started = (NOW - timedelta(hours=hours_ago)).replace(tzinfo=None)
    return UpdateSummary(
        kind=kind, start_time=started, end_time=started + timedelta(minutes=30), result=result,
        message="", environment={}, config={},
    )  # fmt: skip


FIRST = {"resources": [{"urn": "s", "created": (NOW - timedelta(hours=9)).isoformat()}]}
HISTORIES: dict[str, tuple[list[UpdateSummary], dict[str, Any], float, bool]] = {
    "nothing was ever done": ([], {}, 0, False),
    "killed before it was written down": ([], FIRST, 9, True),
    "one that failed": ([update(1)], {}, 1, True),
    "several that failed": ([update(1), update(2), update(3)], {}, 3, True),
    "one that failed after one that was killed": ([update(1)], FIRST, 9, True),
    "one that went through before": (
        [update(1), update(2, "succeeded"), update(3)], FIRST, 1.5, True,
    ),
    "one that went through last": ([update(1, "succeeded"), update(2)], FIRST, 0.5, False),
    "a refresh since": ([update(1, kind="refresh"), update(2)], {}, 2, True),
    "a destroy before": ([update(1), update(2, kind="destroy"), update(3)], FIRST, 1.5, True),
}  # fmt: skip


@pytest.mark.parametrize(
    ("history", "state", "hours_ago", "open_"), HISTORIES.values(), ids=HISTORIES.keys()
)
def test_since_when_attempts_made_what_is_not_recorded(
    history: list[UpdateSummary], state: dict[str, Any], hours_ago: float, open_: bool
) -> None:
    assert not_before(history, state, otherwise=NOW) == NOW - timedelta(hours=hours_ago)
    assert is_unfinished(history, state) is open_


PLANNED = {
    "all of it is known": ({"name": "acme-worker"}, True),
    "a part of it waits for something else": ({"rules": [{"vpc": UNKNOWN}]}, False),
}


@pytest.mark.parametrize(("inputs", "kept"), PLANNED.values(), ids=PLANNED.keys())
def test_what_waits_for_something_that_is_not_there_was_not_made(
    inputs: dict[str, Any], kept: bool
) -> None:
    planned = PlannedCreates()
    planned(event("resourcePreEvent", new={"inputs": inputs}))
    assert bool(planned.found) is kept
    planned(event("resourcePreEvent", new={"type": "kubernetes:core/v1:Secret"}))
    assert len(planned.found) == kept, "one in the cluster is refused by its name"
