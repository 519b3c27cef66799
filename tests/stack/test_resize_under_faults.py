"""Changes that cannot succeed, and faults in the midst of others: the rows and the old capacity
outlive them, and each ends as it should."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from control.scaling.replica_seen import State
from tests.stack.breaking import (
    Harm,
    frozen,
    kill_keeper,
    kill_replica,
    no_harm,
    node_away,
    restart_api,
    starved,
    storage_away,
    unsent,
)
from tests.stack.checkout import Checkout
from tests.stack.load import drop_table, every_row_is_there_once, steady_load
from tests.stack.operating import (
    Capacity,
    MortalController,
    edit_service,
    own_controller,
    rids,
    service,
    settle,
)
from tests.stack.traffic import Reader, Traffic
from tests.waiting import wait_for

WITHIN_S = 300
SMALL = {"gib": 8, "minGib": 8, "maxGib": 8}
HUGE = {"gib": 120, "minGib": 120, "maxGib": 120}
NEVER_S = 3600
WAITS_S = {"look_again": 3, "first_backoff": NEVER_S}
PATIENT_S = WAITS_S | {"schedule": NEVER_S, "start": NEVER_S}
ORDER = list(State)


@dataclass(frozen=True, kw_only=True)
class Hopeless:
    """A change that cannot succeed, and why it is given up."""

    reason: str
    change: Mapping[str, Any] = field(default_factory=dict)
    before: Harm = no_harm
    after: Harm = no_harm
    """What is done to the replicas that it makes."""
    waits_s: Mapping[str, float] = field(default_factory=dict)
    """What is not waited for, or so long that nothing else comes before it."""


HOPELESS = {
    "no image": Hopeless(reason="ImagePull", change={"image": "clickhouse/no-such-server:1"}),
    "no node": Hopeless(
        reason="NoCapacity", change={"memory": HUGE}, waits_s={"schedule": 4, "start": NEVER_S}
    ),
    "never ready": Hopeless(
        reason="NotReady", after=frozen, waits_s={"start": 6, "soak": NEVER_S, "schedule": NEVER_S}
    ),
    "killed for want of memory": Hopeless(
        reason="TooSmall", after=starved, waits_s={"soak": NEVER_S}
    ),
    "lags for ever": Hopeless(
        reason="SyncStuck", before=unsent, waits_s={"sync_flat": 4, "start": NEVER_S}
    ),
}


@pytest.fixture(scope="module")
def controller(
    stack: Checkout, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[MortalController]:
    log = tmp_path_factory.mktemp("controller") / "controller.log"
    with own_controller(stack, log, waits_s=WAITS_S) as own:
        yield own


@pytest.fixture
def load(stack: Checkout, request: pytest.FixtureRequest) -> Iterator[Traffic]:
    with steady_load(stack, request.node.name) as load:
        yield load
    drop_table(stack)


def test_what_cannot_succeed_ends_with_the_old_replicas(
    stack: Checkout, controller: MortalController, load: Traffic
) -> None:
    settle(stack, "primary", within_s=WITHIN_S)
    old, plain = rids(stack, "primary"), as_it_is(stack)
    with Capacity(stack, "primary") as capacity:
        for name, hopeless in HOPELESS.items():
            controller.live_again(WAITS_S | hopeless.waits_s)
            known = op(stack).get("id")
            with hopeless.before(stack, old):
                edit_service(stack, "primary", **plain | {"restartToken": name} | hopeless.change)
                with hopeless.after(stack, old):
                    wait_for(
                        lambda known=known: given_up(stack, known),
                        within_s=WITHIN_S,
                        what=f"{name}: given up",
                    )
            wait_for(lambda: op(stack)["state"] == "Failed", within_s=WITHIN_S, what=name)
            assert op(stack)["reason"] == hopeless.reason
            assert rids(stack, "primary") == old
        controller.live_again(WAITS_S)
        edit_service(stack, "primary", **plain)
        settle(stack, "primary", within_s=WITHIN_S)
    every_row_is_there_once(stack, load)
    assert load.failures == []
    assert rids(stack, "primary") == old
    assert min(capacity.serving) == len(old)


def as_it_is(stack: Checkout) -> dict[str, Any]:
    """What takes a change back: earlier tests may have left another image."""
    spec = service(stack, "primary")["spec"]
    return {"memory": SMALL} | {key: spec.get(key) for key in ("image", "restartToken")}


def op(stack: Checkout) -> dict[str, Any]:
    found: dict[str, Any] = (service(stack, "primary").get("status") or {}).get("op") or {}
    return found


def given_up(stack: Checkout, known: str | None) -> bool:
    """Another operation than the one that was known has failed."""
    seen = op(stack)
    return seen.get("id") != known and seen.get("state") in ("Abort", "Failed")


def test_a_change_outlives_its_keeper_its_storage_and_the_api_server(
    stack: Checkout, controller: MortalController, load: Traffic
) -> None:
    """It waits, and no query fails: inserts wait as well."""
    controller.live_again(PATIENT_S)
    settle(stack, "primary", within_s=WITHIN_S)
    old, known = rids(stack, "primary"), op(stack).get("id")
    with Capacity(stack, "primary") as capacity:
        edit_service(stack, "primary", restartToken="while S3, Keeper and the API are away")
        with storage_away(stack):
            reached(stack, known, State.SYNC)
        kill_keeper(stack)
        reached(stack, known, State.DRAIN)
        restart_api(stack)
        settle(stack, "primary", within_s=WITHIN_S)
    every_row_is_there_once(stack, load)
    assert failed_reads(load) == []
    assert min(capacity.serving) == len(old)
    assert not rids(stack, "primary") & old


def test_a_change_outlives_a_node_and_a_killed_server(
    stack: Checkout, controller: MortalController, load: Traffic
) -> None:
    """They take their own replicas with them, and no more; nothing that was written goes."""
    controller.live_again(PATIENT_S)
    settle(stack, "primary", within_s=WITHIN_S)
    old, known = rids(stack, "primary"), op(stack).get("id")
    with Capacity(stack, "primary") as capacity:
        edit_service(stack, "primary", restartToken="while a node and a server go")
        reached(stack, known, State.START)
        node_away(stack)
        reached(stack, known, State.DRAIN)
        kill_replica(stack, min(rids(stack, "primary") - old))
        settle(stack, "primary", within_s=WITHIN_S)
    every_row_is_there_once(stack, load)
    assert min(capacity.serving) >= len(old) - 1
    assert not rids(stack, "primary") & old


def reached(stack: Checkout, known: str | None, state: State) -> None:
    """This state of the change under way, or a later one."""

    def look() -> bool:
        seen = op(stack)
        assert seen.get("id") == known or seen["state"] not in ("Abort", "Failed"), seen
        return seen.get("id") != known and ORDER.index(State(seen["state"])) >= ORDER.index(state)

    wait_for(look, within_s=WITHIN_S, what=f"the change in {state}")


def failed_reads(load: Traffic) -> list[str]:
    readers = [client for client in load.clients if isinstance(client, Reader)]
    return [failure for reader in readers for failure in reader.failures]
