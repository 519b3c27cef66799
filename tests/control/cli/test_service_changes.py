"""Wanted states as documents, and when waiting for them ends."""

from __future__ import annotations

from dataclasses import replace

import pytest

from control.cli.errors import UsageError
from control.cli.service_changes import (
    Memory,
    NewService,
    Sizing,
    memory_after,
    role_for,
    scaling,
    service_document,
    sizing,
    sleeping,
    tls_change,
    tls_of,
)
from control.cli.service_view import ConditionView, OperationView, ServiceView
from control.cli.waiting import failed, gone, phases, running, stopped

NEW = NewService(
    name="reports",
    namespace="clickhouse",
    warehouse="main",
    role="secondary",
    read_only=True,
    replicas=None,
    memory=Memory(),
    idle_minutes=None,
)


def test_the_smallest_new_service() -> None:
    assert service_document(NEW)["spec"] == {
        "warehouse": "main",
        "role": "secondary",
        "access": "readOnly",
        "replicas": 1,
        "memory": {"minGib": 8, "maxGib": 8, "gib": 8},
    }


def test_a_new_primary_with_everything() -> None:
    new = replace(
        NEW,
        role="primary",
        read_only=False,
        memory=Memory(now=16, largest=32),
        idle_minutes=20,
        allow=("10.0.0.0/8",),
    )
    spec = service_document(new)["spec"]
    assert spec["replicas"] == 2
    assert spec["memory"] == {"minGib": 16, "maxGib": 32, "gib": 16}
    assert spec["idle"] == {"enabled": True, "timeoutMinutes": 20}
    assert spec["allowlist"] == [{"cidr": "10.0.0.0/8"}]


MEMORIES = {
    "pinned stays pinned": ({"minGib": 8, "maxGib": 8}, Memory(now=16), (16, 16, 16)),
    "inside of the bounds": ({"minGib": 8, "maxGib": 32}, Memory(now=16), (8, 32, 16)),
    "bounds alone": ({"minGib": 8, "maxGib": 8}, Memory(largest=32), (8, 32, 8)),
    "a bound pushes": (
        {"minGib": 8, "maxGib": 8, "gib": 8},
        Memory(smallest=16, largest=16),
        (16, 16, 16),
    ),
    "all at once": (
        {"minGib": 8, "maxGib": 8},
        Memory(now=24, smallest=16, largest=32),
        (16, 32, 24),
    ),
}


@pytest.mark.parametrize(("before", "asked", "after"), MEMORIES.values(), ids=MEMORIES.keys())
def test_memory(before: dict[str, int], asked: Memory, after: tuple[int, int, int]) -> None:
    assert tuple(memory_after(before, asked).values()) == after


def test_scaling_names_only_what_changes() -> None:
    current = {"spec": {"memory": {"minGib": 8, "maxGib": 8}}}
    assert scaling(current, 3, Memory()) == {"spec": {"replicas": 3}}
    with pytest.raises(UsageError):
        scaling(current, None, Memory())


def test_the_first_service_of_a_warehouse_is_its_primary() -> None:
    assert role_for([]) == "primary"
    assert role_for([{"spec": {"role": "primary"}}]) == "secondary"


READY = ServiceView(
    name="primary",
    display_name="primary",
    namespace="clickhouse",
    warehouse="main",
    role="primary",
    access="readWrite",
    desired="Running",
    phase="Running",
    ready_replicas=2,
    wanted_replicas=2,
    size="2 CPU, 8 GiB",
    memory_gib=(8, 8),
    version="26.9",
    generation=3,
    observed_generation=3,
    created_at=None,
    operation=OperationView(state="Done", reason="Done", message=""),
)
UNDER_WAY = OperationView(state="Sync", reason="Sync", message="1 part to fetch")
REFUSED = ConditionView(type="Accepted", status="False", reason="NoPrimary", message="no primary")


def test_running_is_as_wanted_and_seen_and_at_rest() -> None:
    assert running(READY)
    assert running(replace(READY, operation=None))
    assert not running(replace(READY, ready_replicas=1))
    assert not running(replace(READY, ready_replicas=None))
    assert not running(replace(READY, generation=4))
    assert not running(replace(READY, phase="Scaling"))
    assert not running(replace(READY, operation=UNDER_WAY))
    assert not running(None)


def test_stopped_and_gone() -> None:
    assert stopped(replace(READY, phase="Stopped"))
    assert not stopped(replace(READY, phase="Stopped", generation=4))
    assert gone(None)
    assert not gone(READY)


def test_a_refusal_counts_only_for_the_state_that_it_is_about() -> None:
    refused = replace(READY, conditions=(REFUSED,))
    assert failed(refused) == "primary was refused: no primary"
    assert failed(replace(refused, generation=4)) is None
    assert failed(READY) is None


def test_phases_in_words() -> None:
    assert phases(READY) == "Running, 2/2 replicas ready"
    assert phases(replace(READY, phase="Scaling", operation=UNDER_WAY)).endswith(
        "Sync (1 part to fetch)"
    )
    assert "not seen by the controller yet" in phases(replace(READY, generation=4))
    assert phases(None) == "gone"


def test_a_new_service_may_end_tls_itself() -> None:
    tls = tls_of("reports-tls", ["DB.Example.com"], option="--tls-secret")
    wanted = {"secret": "reports-tls", "hosts": ["db.example.com"]}
    assert service_document(replace(NEW, tls=tls))["spec"]["tls"] == wanted
    assert tls_of(None, [], option="--tls-secret") is None


def test_a_service_begins_and_ceases_to_end_tls() -> None:
    begun = tls_change("a", ["db.example.com"], off=False)
    assert begun == {"spec": {"tls": {"secret": "a", "hosts": ["db.example.com"]}}}
    assert tls_change(None, [], off=True) == {"spec": {"tls": None}}


CONTRADICTIONS = {
    "names without a certificate": (None, ["db.example.com"], False, "Give --secret"),
    "nothing": (None, [], False, "either --secret or --off"),
    "both": ("a", [], True, "either --secret or --off"),
}


@pytest.mark.parametrize(
    ("secret", "hosts", "off", "hint"), CONTRADICTIONS.values(), ids=CONTRADICTIONS.keys()
)
def test_contradictions_about_tls_are_refused(
    secret: str | None, hosts: list[str], off: bool, hint: str
) -> None:
    with pytest.raises(UsageError) as refused:
        tls_change(secret, hosts, off=off)
    assert hint in refused.value.remedy


RULES = [{"name": "morning", "at": "07:30", "memoryGib": 64}]
SIZINGS = {
    "a mode": (Sizing(mode="apply"), {"scaling": {"mode": "apply"}}),
    "a policy": (Sizing(policy="target_tracking"), {"scaling": {"policy": "target_tracking"}}),
    "replicas": (
        Sizing(mode="apply", replicas="2:8"),
        {"scaling": {"mode": "apply", "horizontal": {"minReplicas": 2, "maxReplicas": 8}}},
    ),
    "replicas no more": (Sizing(replicas="off"), {"scaling": {"horizontal": None}}),
    "a schedule": (Sizing(rules=RULES), {"schedule": RULES}),
    "no schedule": (Sizing(without_rules=True), {"schedule": []}),
}


@pytest.mark.parametrize(("asked", "spec"), SIZINGS.values(), ids=SIZINGS.keys())
def test_what_is_asked_of_sizing_is_changed_and_nothing_else(
    asked: Sizing, spec: dict[str, object]
) -> None:
    assert sizing(asked) == {"spec": spec}


WRONG_SIZINGS = {
    "nothing": (Sizing(), "--mode"),
    "an unknown mode": (Sizing(mode="on"), "off, recommend, apply"),
    "an unknown policy": (Sizing(policy="fast"), "classic, target_tracking"),
    "one number": (Sizing(replicas="4"), "2:8"),
    "bounds the wrong way round": (Sizing(replicas="8:2"), "2:8"),
    "no replica at all": (Sizing(replicas="0:2"), "2:8"),
    "rules and none": (Sizing(rules=RULES, without_rules=True), "either --schedule"),
}


@pytest.mark.parametrize(("asked", "remedy"), WRONG_SIZINGS.values(), ids=WRONG_SIZINGS.keys())
def test_a_wrong_wish_for_sizing_is_refused(asked: Sizing, remedy: str) -> None:
    with pytest.raises(UsageError) as refused:
        sizing(asked)
    assert remedy in refused.value.remedy


def test_a_service_may_sleep_or_never() -> None:
    assert sleeping(20, off=False) == {"spec": {"idle": {"enabled": True, "timeoutMinutes": 20}}}
    assert sleeping(None, off=True) == {"spec": {"idle": {"enabled": False}}}
    for after, off in ((None, False), (20, True)):
        with pytest.raises(UsageError, match="two things"):
            sleeping(after, off=off)
