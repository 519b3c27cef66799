"""Sizes follow load, calendar, crashes and people on the running stack.

What was used is a past written into a Prometheus of the test's own, and the clock of decisions is
set: nobody waits for hours. All else is the stack's: objects, rights, replicas that come and go.
Every service has a story of its own; as many are played at once as the warehouse has room for.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from lightkube.resources.core_v1 import Pod
from lightkube.types import PatchType

from control.controller.autoscaler.prometheus import Prometheus
from control.controller.autoscaler.samples import CPU, fetch
from control.warehouses.admission import MOST_SERVICES
from control.warehouses.objects import moment_text
from tests.genuine_prometheus import prometheus_with
from tests.stack.checkout import Checkout
from tests.stack.operating import (
    CONTROLLER,
    SERVICES,
    SYSTEM,
    edit_service,
    own_controller,
    rids,
    service,
)
from tests.stack.sizing import (
    BEGIN,
    PATIENCE_S,
    Load,
    Sizing,
    as_the_controller,
    create,
    past_of,
    services,
)
from tests.stack.sql import NAMESPACE, connect, replica_addresses
from tests.waiting import wait_for

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
QUIET, BUSY = 1.0, 2.1
LOAD_CORES = 0.15
LOADS: dict[str, Load] = {
    "grown": lambda since: BUSY if -HOUR / 2 < since <= timedelta(0) else QUIET,
    "pinned": lambda since: BUSY,
    "crashed": lambda since: QUIET,
    "asked": lambda since: BUSY,
    "planned": lambda since: 2.9 if since >= 35 * MINUTE else QUIET,
}

Story = Callable[[Sizing], None]


def load_makes_it_grow_and_after_the_short_window_shrink(grown: Sizing) -> None:
    grown.reach("grow", 16)
    assert grown.settled_gib() == 16
    assert (grown.tick(2 * HOUR), grown.wanted_gib) == ("steady", 16)
    grown.reach("shrink", 8, at=3 * HOUR + 2 * MINUTE)
    assert grown.settled_gib() == 8


def equal_bounds_pin_it_whatever_its_load(pinned: Sizing) -> None:
    pinned.edit(memory={"minGib": 12, "maxGib": 12})
    pinned.reach("pinned", 12)
    assert pinned.settled_gib() == 12
    assert (pinned.tick(HOUR), pinned.wanted_gib) == ("pinned", 12)


def killed_for_want_of_memory_it_comes_back_larger(crashed: Sizing) -> None:
    assert crashed.tick() == "steady"
    kill_for_want_of_memory(crashed)
    crashed.reach("grow", 12, at=MINUTE)
    assert crashed.document["status"]["recommendation"]["figures"]["driver"] == "out_of_memory"
    assert crashed.settled_gib() == 12


def kill_for_want_of_memory(sizing: Sizing) -> None:
    """As a kubelet reports it: filling 8 GiB in earnest would starve the machine of the tests."""
    [pod] = sizing.pods()
    assert pod.metadata and pod.metadata.name and pod.status and pod.status.containerStatuses
    [container] = pod.status.containerStatuses
    ended = {
        "exitCode": 137,
        "reason": "OOMKilled",
        "finishedAt": moment_text(BEGIN),
        "startedAt": moment_text(BEGIN - HOUR),
    }
    told = container.to_dict() | {"lastState": {"terminated": ended}}
    sizing.stack.kube().patch(
        Pod.Status,
        pod.metadata.name,
        {"status": {"containerStatuses": [told]}},
        namespace=NAMESPACE,
        patch_type=PatchType.MERGE,
    )


def a_person_wins_over_an_automatic_change_under_way(asked: Sizing) -> None:
    asked.reach("grow", 16)
    wait_for(
        lambda: target_gib(asked) == 16, within_s=PATIENCE_S, what="the automatic change begins"
    )
    asked.edit(memory={"gib": 12})
    asked.tick(MINUTE)
    assert asked.settled_gib() == 12
    asked.tick(2 * HOUR)
    assert asked.wanted_gib == 12
    assert asked.document["status"]["scaling"]["askedBy"] == "person"


def target_gib(sizing: Sizing) -> int:
    op = sizing.document["status"].get("op") or {}
    return int((op.get("target") or {}).get("memoryGib", 0))


def a_schedule_is_there_before_the_spike(planned: Sizing) -> None:
    at = (BEGIN + HOUR / 2).astimezone(UTC)
    rule = {"name": "opening", "at": f"{at:%H:%M}", "timeZone": "UTC", "memoryGib": 16}
    planned.edit(schedule=[rule])
    planned.tick()
    planned.tick(29 * MINUTE)
    assert planned.wanted_gib == 8
    planned.reach("schedule_began", 16, at=30 * MINUTE)
    assert planned.settled_gib() == 16
    # The spike, which 8 GiB and their 2 CPUs would not have carried.
    assert (planned.tick(40 * MINUTE), planned.wanted_gib) == ("steady", 16)


STORIES: dict[str, Story] = {
    "grown": load_makes_it_grow_and_after_the_short_window_shrink,
    "pinned": equal_bounds_pin_it_whatever_its_load,
    "crashed": killed_for_want_of_memory_it_comes_back_larger,
    "asked": a_person_wins_over_an_automatic_change_under_way,
    "planned": a_schedule_is_there_before_the_spike,
}


@pytest.fixture(scope="module")
def prometheus_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with prometheus_with(tmp_path_factory.mktemp("past"), past_of(LOADS)) as url:
        yield url


@pytest.fixture(scope="module")
def played(
    stack: Checkout, prometheus_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Future[None]]]:
    """Replicas are changed by a controller with short waits; sizes by the test, with its rights."""
    log = tmp_path_factory.mktemp("controller") / "log"
    room = MOST_SERVICES - len(services(stack))
    kube = as_the_controller(stack)

    def play(name: str, story: Story) -> None:
        wait_for(
            lambda: len(services(stack)) < MOST_SERVICES, within_s=PATIENCE_S, what="room for it"
        )
        try:
            story(create(stack, name, prometheus_url, kube))
        finally:
            stack.kube().delete(SERVICES, name, namespace=NAMESPACE)

    with own_controller(stack, log), ThreadPoolExecutor(room + 1) as pool:
        load = pool.submit(real_load_is_measured, stack)
        told = {name: pool.submit(play, name, story) for name, story in STORIES.items()}
        wait([*told.values(), load])
        # The deployed controller, when it comes back, looks at it first of all.
        edit_service(stack, "reports", scaling={"mode": "recommend"}, memory={"maxGib": 12})
    yield told | {"real": load}
    edit_service(stack, "reports", scaling=None, memory={"maxGib": 8})
    wait_for(lambda: not services(stack) & set(LOADS), within_s=PATIENCE_S, what="all are gone")


@pytest.mark.parametrize("name", STORIES, ids=lambda name: STORIES[name].__name__)
def test_a_size_follows(played: dict[str, Future[None]], name: str) -> None:
    played[name].result()


def test_the_deployed_programs_see_real_load(
    stack: Checkout, played: dict[str, Future[None]]
) -> None:
    played["real"].result()
    told = wait_for(lambda: recommendation(stack), within_s=90, what="a recommendation")
    # A replica is not looked at in its first five minutes.
    assert told["reason"] in ("no_metrics", "coverage", "at_bound", "steady", "grow")
    # It is counted when the round that told it has ended.
    wait_for(
        lambda: "byoc_autoscaler_services 1.0" in metrics_page(stack),
        within_s=60,
        what="the round counted",
    )
    assert "byoc_autoscaler_metrics_away_total 0.0" in metrics_page(stack)


def metrics_page(stack: Checkout) -> str:
    return httpx.get(f"http://{address_of(stack, SYSTEM, CONTROLLER)}:9100/metrics").text


def real_load_is_measured(stack: Checkout) -> None:
    prometheus = Prometheus(f"http://{address_of(stack, 'byoc-monitoring', 'prometheus')}:9090")
    [rid], [address] = rids(stack, "reports"), replica_addresses(stack, "reports")
    with burning(stack, address):
        wait_for(lambda: cores(prometheus, rid) > LOAD_CORES, within_s=PATIENCE_S, what="its load")
    wait_for(
        lambda: silent_series(prometheus, rid) == [],
        within_s=PATIENCE_S,
        what="every series of it recorded",
    )


def silent_series(prometheus: Prometheus, rid: str) -> list[str] | None:
    """Those that have nothing of the replica; they are recorded once a minute."""
    now = int(datetime.now(UTC).timestamp()) // 60
    found = fetch(prometheus, NAMESPACE, ["reports"], now - 5, now)
    if not found.alive:
        return None
    return [name for name in found.series if not found.of(name, ("reports", rid))]


def address_of(stack: Checkout, namespace: str, app: str) -> str:
    labels = {"app.kubernetes.io/name": app}
    [pod] = stack.kube().list(Pod, namespace=namespace, labels=labels)
    assert pod.status and pod.status.podIP
    return pod.status.podIP


@contextmanager
def burning(stack: Checkout, address: str) -> Iterator[None]:
    """One core of this replica is kept busy."""
    over = threading.Event()

    def burn() -> None:
        limits = {"max_threads": 1, "max_execution_time": 3, "timeout_overflow_mode": "break"}
        client = connect(stack, address, **limits)
        while not over.is_set():
            client.query("SELECT count() FROM numbers(1000000000000) WHERE sipHash64(number) = 0")

    thread = threading.Thread(target=burn, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(30)


def cores(prometheus: Prometheus, rid: str) -> float:
    now_s = int(datetime.now(UTC).timestamp())
    query = f'{CPU}{{replica="{rid}"}}'
    found = list(prometheus.range(query, start_s=now_s, end_s=now_s, step_s=60))
    return float(found[0].points[-1][1]) if found else 0.0


def recommendation(stack: Checkout) -> dict[str, Any]:
    found: dict[str, Any] = service(stack, "reports")["status"].get("recommendation") or {}
    return found
