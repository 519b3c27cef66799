"""What becomes of what a killed engine was making, by the record and by what was seen."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from control.cli.pending_plan import (
    Fate,
    Sight,
    lines,
    pending_creates,
    settled,
    settling,
)

STACK = "urn:pulumi:acme::byoc::pulumi:pulumi:Stack::byoc-acme"
PROVIDER = "urn:pulumi:acme::byoc::pulumi:providers:aws::aws"
ROLE = "urn:pulumi:acme::byoc::byoc:aws:Access$aws:iam/role:Role::access-worker"
OTHER = ROLE.replace("worker", "control-plane")


def role(urn: str = ROLE, **more: Any) -> dict[str, Any]:
    return {
        "urn": urn,
        "type": "aws:iam/role:Role",
        "custom": True,
        "inputs": {"name": "acme-worker"},
        "provider": f"{PROVIDER}::7",
        "parent": STACK,
        **more,
    }


STATE: dict[str, Any] = {
    "resources": [
        {"urn": STACK, "type": "pulumi:pulumi:Stack"},
        {
            "urn": PROVIDER,
            "type": "pulumi:providers:aws",
            "id": "7",
            "inputs": {"region": "eu-west-1"},
        },
        role(OTHER, id="acme-control-plane", outputs={"arn": "arn"}),
    ],
    "pending_operations": [
        {"type": "creating", "resource": role()},
        {"type": "updating", "resource": role(OTHER, id="acme-control-plane")},
    ],
}
THERE = Sight(fate=Fate.THERE, id="acme-worker")


def test_a_pending_create_comes_with_its_provider_and_what_is_recorded_of_its_type() -> None:
    [pending] = pending_creates(STATE)
    assert (pending.urn, pending.inputs) == (ROLE, {"name": "acme-worker"})
    assert pending.provider == {"region": "eu-west-1"}
    assert pending.recorded == {"acme-control-plane"}


def test_what_two_killed_engines_left_is_one() -> None:
    [operation, _] = STATE["pending_operations"]
    twice = {**STATE, "pending_operations": [operation, copy.deepcopy(operation)]}
    assert len(pending_creates(twice)) == 1
    state = settled(twice, settling({ROLE: THERE}, leaving=False))
    assert [each["urn"] for each in state["resources"]].count(ROLE) == 1


def test_nothing_is_pending_where_nobody_was_killed() -> None:
    assert pending_creates({"resources": STATE["resources"]}) == []
    assert pending_creates({}) == []


GROUPS = ("taken_in", "forgotten", "waiting", "refused")
FATES = {
    Fate.THERE: ("taken_in", "taken_in"),
    Fate.FAILED: ("taken_in", "taken_in"),
    Fate.MAKING: ("waiting", "taken_in"),
    Fate.ABSENT: ("forgotten", "forgotten"),
    Fate.AGAIN: ("forgotten", "forgotten"),
    Fate.FOREIGN: ("refused", "forgotten"),
    Fate.SEVERAL: ("refused", "refused"),
    Fate.UNKNOWN: ("refused", "refused"),
}


@pytest.mark.parametrize("fate", Fate)
@pytest.mark.parametrize("leaving", [False, True], ids=["up", "destroy"])
def test_what_is_done_about_a_create(fate: Fate, leaving: bool) -> None:
    found = settling({ROLE: Sight(fate=fate, id="acme-worker")}, leaving=leaving)
    assert [name for name in GROUPS if getattr(found, name)] == [FATES[fate][leaving]]


def test_what_is_there_is_recorded_so_that_the_engine_reads_it_first() -> None:
    before = copy.deepcopy(STATE)
    state = settled(STATE, settling({ROLE: THERE}, leaving=False))
    assert before == STATE
    assert state["pending_operations"] == []
    assert state["resources"][:-1] == STATE["resources"]
    made = state["resources"][-1]
    assert made == {
        **role(),
        "id": "acme-worker",
        "outputs": {},
        "refreshBeforeUpdate": True,
    }


def test_what_failed_is_recorded_to_be_replaced() -> None:
    failed = Sight(fate=Fate.FAILED, id="acme-worker")
    state = settled(STATE, settling({ROLE: failed}, leaving=False))
    assert state["resources"][-1]["taint"] is True


@pytest.mark.parametrize("fate", [Fate.ABSENT, Fate.AGAIN])
def test_what_is_not_there_leaves_the_record_as_it_was(fate: Fate) -> None:
    state = settled(STATE, settling({ROLE: Sight(fate=fate)}, leaving=False))
    assert state == {"resources": STATE["resources"], "pending_operations": []}


def test_what_was_to_be_replaced_by_it_is_to_be_deleted() -> None:
    old = role(id="acme-old", outputs={})
    state = {**STATE, "resources": [*STATE["resources"], old]}
    [*_, before, made] = settled(state, settling({ROLE: THERE}, leaving=False))["resources"]
    assert (before["id"], before["delete"]) == ("acme-old", True)
    assert (made["id"], made.get("delete")) == ("acme-worker", None)


def test_what_was_deleted_before_its_replacement_is_no_more() -> None:
    old = role(id="acme-old", outputs={}, pendingReplacement=True)
    state = {**STATE, "resources": [*STATE["resources"], old]}
    ids = [r.get("id") for r in settled(state, settling({ROLE: THERE}, leaving=False))["resources"]]
    assert ids == [None, "7", "acme-control-plane", "acme-worker"]


def test_each_is_told_before_anything_is_recorded() -> None:
    absent = Sight(fate=Fate.ABSENT)
    told = lines(settling({ROLE: THERE, OTHER: absent}, leaving=False))
    assert told == [
        "  take in  access     aws:iam:Role access-worker: it was made, as acme-worker",
        "  forget   access     aws:iam:Role access-control-plane: it was not made",
    ]
