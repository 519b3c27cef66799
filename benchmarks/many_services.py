"""Many services with simulated pods: time to converge, objects and writes a second against a bare
client that makes the same objects, memory of the controller, reaction to one change, and writes
while nothing changes."""

from __future__ import annotations

import argparse
import json
import subprocess
import threading
import time
from dataclasses import dataclass

import psutil
from lightkube import Client

from benchmarks.simulated_cluster import (
    apply_all,
    bare_documents,
    edit,
    process,
    ready_pods,
    service_document,
    simulated_cluster,
    warehouse_document,
)
from benchmarks.simulated_controller import WRITES
from benchmarks.watched import Watched
from control.controller.kube_client import SERVICE, KubeClient
from tests.kube_api import KubeApi
from tests.waiting import wait_for

SERVICES_OF_ONE = 5
GOAL_RATIO, GOAL_MIB, GOAL_REACTION_S, GOAL_WRITES = 0.7, 300, 1.0, 0
QUIET_S = 60.0
PATIENCE_S_EACH = 6.0


@dataclass(frozen=True, kw_only=True)
class Bare:
    """The same objects, made by a client that decides nothing."""

    objects: int
    took_s: float


@dataclass(frozen=True, kw_only=True)
class Controlled:
    took_s: float
    writes: int
    quiet_writes: int
    reaction_s: float
    memory_mib: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--services", type=int, default=1000)
    parser.add_argument("--replicas", type=int, default=3)
    parser.add_argument("--quiet-seconds", type=float, default=QUIET_S)
    asked = parser.parse_args()
    with simulated_cluster() as (client, _):
        bare = made_bare(client, asked.services, asked.replicas)
    print(f"bare client: {bare.objects} objects and their pods after {bare.took_s:.1f} s")
    with simulated_cluster() as (client, api):
        make(client, asked.services, asked.replicas)
        controlled = by_controller(client, api, asked.services, asked.quiet_seconds)
    report(bare, controlled, asked.services)


def make(client: Client, services: int, replicas: int) -> None:
    kube = KubeClient(client)
    for number in range(services):
        warehouse, primary = f"w{number // SERVICES_OF_ONE}", number % SERVICES_OF_ONE == 0
        if primary:
            kube.create(warehouse_document(warehouse))
        kube.create(service_document(f"s{number}", warehouse, replicas, primary=primary))


def made_bare(client: Client, services: int, replicas: int) -> Bare:
    make(client, services, replicas)
    groups = [
        group
        for number in range(services)
        for group in bare_documents(
            client, f"s{number}", replicas=replicas, keeper=number % SERVICES_OF_ONE == 0
        )
    ]
    warehouses = -(-services // SERVICES_OF_ONE)
    pods = services * replicas + warehouses
    seen = Watched(client, "Pod")
    begun_s = time.monotonic()
    apply_all(client, groups)
    wait_for(
        lambda: ready_pods(seen, {}) == pods,
        within_s=60 + services * PATIENCE_S_EACH,
        what="all pods are ready",
    )
    took_s = time.monotonic() - begun_s
    return Bare(objects=sum(len(group) for group in groups), took_s=took_s)


def by_controller(client: Client, api: KubeApi, services: int, quiet_s: float) -> Controlled:
    kube = Watched(client, SERVICE)
    begun_s = time.monotonic()
    with process("benchmarks.simulated_controller", api) as controller:
        wait_for(
            lambda: all_run(kube, services),
            within_s=60 + services * PATIENCE_S_EACH,
            what="all run",
        )
        took_s, writes = time.monotonic() - begun_s, written(controller)
        settle(controller)
        before = written(controller)
        time.sleep(quiet_s)
        quiet = written(controller) - before
        reaction_s = reaction(client, kube)
        memory = psutil.Process(controller.pid).memory_info().rss / 2**20
    return Controlled(
        took_s=took_s, writes=writes, quiet_writes=quiet, reaction_s=reaction_s, memory_mib=memory
    )


def all_run(kube: Watched, services: int) -> bool:
    found = kube.select({})
    running = sum((one.get("status") or {}).get("phase") == "Running" for one in found)
    return bool(running == services)


def written(controller: subprocess.Popen[str]) -> int:
    """The controller's own count of its writes, asked for by a line."""
    assert controller.stdin is not None
    assert controller.stdout is not None
    controller.stdin.write("\n")
    controller.stdin.flush()
    return int(json.loads(controller.stdout.readline())[WRITES])


def settle(controller: subprocess.Popen[str]) -> None:
    """Until a whole look at everything has found nothing to write."""
    last, pause = -1, threading.Event()
    while (count := written(controller)) != last:
        last = count
        pause.wait(15)


def reaction(client: Client, kube: Watched) -> float:
    """From an edit of one service until the controller reports that it works on it."""
    name, tick = "s0", threading.Event()
    generation = edit(client, name, {"restartToken": "new"})
    begun_s = time.monotonic()
    while kube.get(name)["status"]["observedGeneration"] < generation:
        if time.monotonic() - begun_s > 60:
            raise SystemExit("the controller did not react within 60 s")
        tick.wait(0.005)
    return time.monotonic() - begun_s


def report(bare: Bare, controlled: Controlled, services: int) -> None:
    took_s = controlled.took_s
    objects, bare_objects = bare.objects / took_s, bare.objects / bare.took_s
    ratio = bare.took_s / took_s
    print(f"controller: {services} services run after {took_s:.1f} s")
    print(f"objects a second: {objects:.1f}; bare client {bare_objects:.1f}; ratio {ratio:.2f}")
    writes = controlled.writes / took_s
    print(
        f"writes a second: {writes:.1f} ({controlled.writes}, with finalizers, labels, status and"
        f" events); bare client {bare_objects:.1f}; ratio {writes / bare_objects:.2f}"
        f" (goal {GOAL_RATIO})"
    )
    print(f"memory of the controller: {controlled.memory_mib:.0f} MiB (goal {GOAL_MIB})")
    print(f"reaction to one change: {controlled.reaction_s:.3f} s (goal {GOAL_REACTION_S})")
    print(f"writes while nothing changes: {controlled.quiet_writes} (goal {GOAL_WRITES})")


if __name__ == "__main__":
    main()
