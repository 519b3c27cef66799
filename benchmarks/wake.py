"""Clients' waits at a sleeping service, against the start of the bare pod within those waits.

First one client at a time; then a crowd of both protocols at once; and those who must not wake it.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import sys
import threading
import time
import uuid
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lightkube import Client, KubeConfig
from lightkube.resources.apps_v1 import StatefulSet
from lightkube.resources.core_v1 import Event, Pod, Secret, Service
from lightkube.types import PatchType

from benchmarks.measure import Timing, report_ratio
from benchmarks.stack_env import local_env
from control.controller.kube_client import RESOURCES, SERVICE
from control.warehouses.names import NAMESPACE, SERVICE_LABEL, SLEEP, WAKE
from tests.stack.clients import HTTP_PORT, NATIVE_PORT, Caller

NAME, WAREHOUSE, ROUNDS, CROWDS, CLIENTS = "reports", "main", 10, 3, 200
GOAL, CROWD_GOAL_S = 1.5, 2.0
"""Of the ratio for one client; and how much longer than one pod start 99 of 100 clients wait."""
PATIENCE_S = 300.0
LISTED, STRANGER = "127.99.0.5", "127.98.0.5"
PROBES = ("/ping", "/replicas_status", "/")
STRANGERS_OF_EACH = 20

Ask = Callable[[], Coroutine[Any, Any, str]]


@dataclass(frozen=True, kw_only=True)
class Wake:
    """One sleep that ended: how long each client waited, and the pod's part of it."""

    waits_s: tuple[float, ...]
    pod_s: float
    errors: int
    wakes: int


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("rounds", type=int, nargs="?", default=ROUNDS)
    asked.add_argument("--crowds", type=int, default=CROWDS)
    asked.add_argument("--clients", type=int, default=CLIENTS)
    options = asked.parse_args()
    kube = Client(config=KubeConfig.from_file(Path(local_env()["KUBECONFIG"])))
    before = kube.get(RESOURCES[SERVICE], NAME, namespace=NAMESPACE)["spec"]
    patch(kube, {"spec": {"idle": {"enabled": True, "timeoutMinutes": 10080}}})
    try:
        report_one([one_wake(kube, 1) for _ in range(options.rounds)])
        report_crowd([one_wake(kube, options.clients) for _ in range(options.crowds)])
        report_strangers(kube)
    finally:
        allowed = before.get("allowlist") or []
        idle = before.get("idle") or {"enabled": False}
        patch(kube, {"spec": {"idle": idle, "allowlist": allowed}})


def report_one(wakes: list[Wake]) -> None:
    waits = tuple(wake.waits_s[0] for wake in wakes)
    report_ratio(
        Timing(name="first answer after sleep", runs_s=waits),
        Timing(name="bare pod, scaled up to ready", runs_s=tuple(wake.pod_s for wake in wakes)),
        goal=GOAL,
    )
    beyond = tuple(wake.waits_s[0] - wake.pod_s for wake in wakes)
    print(f"one client: wait p50 {percentile(waits, 50):.2f} s, p99 {percentile(waits, 99):.2f} s;")
    print(f"beyond its pod's start p50 {percentile(beyond, 50):.2f} s, most {max(beyond):.2f} s")


def report_crowd(wakes: list[Wake]) -> None:
    for wake in wakes:
        beyond_s = percentile(wake.waits_s, 99) - wake.pod_s
        print(
            f"{len(wake.waits_s) + wake.errors} clients at once: {wake.wakes} wake,"
            f" {wake.errors} errors, wait p50 {percentile(wake.waits_s, 50):.2f} s,"
            f" p99 {percentile(wake.waits_s, 99):.2f} s, pod start {wake.pod_s:.2f} s:"
            f" {beyond_s:.2f} s beyond it (goal: at most {CROWD_GOAL_S} s)"
        )


def report_strangers(kube: Client) -> None:
    """Nobody of these is a client: the service must sleep on."""
    caller = reached(kube)
    sleeping(kube, caller)
    patch(kube, {"spec": {"allowlist": [{"cidr": f"{LISTED}/32"}]}})
    listed = Caller(address=caller.address, password="", source=LISTED)
    stranger = Caller(address=caller.address, password=caller.password, source=STRANGER)
    kinds: dict[str, list[Ask]] = {
        "bare connects": [lambda: scan(listed, HTTP_PORT), lambda: scan(listed, NATIVE_PORT)],
        "health checks": [lambda path=path: listed.http("", path=path) for path in PROBES],  # type: ignore[misc]
        "clients outside the allow-list": [lambda: stranger.http("SELECT 1"), stranger.native],
    }
    asked = asked_to_wake(kube)
    for kind, asks in kinds.items():
        answers = asyncio.run(all_of([one for one in asks for _ in range(STRANGERS_OF_EACH)]))
        served = sum(isinstance(answer, str) and answer != "closed" for answer, _ in answers)
        slept = asked_to_wake(kube) == asked and phase(kube) == "Idle"
        print(f"{len(answers)} {kind}: {served} served, the service {SLEPT[slept]}")


SLEPT = {True: "sleeps on", False: "WAS WOKEN"}


async def scan(caller: Caller, port: int) -> str:
    _, writer = await caller.connect(port)
    writer.close()
    return "closed"


def one_wake(kube: Client, clients: int) -> Wake:
    caller = reached(kube)
    sleeping(kube, caller)
    before = times_woken(kube)
    pod_s: list[float] = []
    watcher = threading.Thread(target=lambda: pod_s.append(pod_start_s(kube)))
    watcher.start()
    asks: list[Ask] = [lambda: caller.http("SELECT 1"), caller.native]
    answers = asyncio.run(all_of([asks[number % 2] for number in range(clients)]))
    watcher.join()
    return Wake(
        waits_s=tuple(waited_s for answer, waited_s in answers if isinstance(answer, str)),
        pod_s=pod_s[0],
        errors=sum(not isinstance(answer, str) for answer, _ in answers),
        wakes=times_woken(kube) - before,
    )


async def all_of(asks: list[Ask]) -> list[tuple[str | OSError, float]]:
    async def timed(ask: Ask) -> tuple[str | OSError, float]:
        began_s = time.perf_counter()
        try:
            answer: str | OSError = await asyncio.wait_for(ask(), PATIENCE_S)
        except (OSError, asyncio.IncompleteReadError) as error:
            answer = error if isinstance(error, OSError) else ConnectionError(str(error))
        return answer, time.perf_counter() - began_s

    return list(await asyncio.gather(*(timed(ask) for ask in asks)))


def sleeping(kube: Client, caller: Caller) -> None:
    """From wherever it is, by way of running: a fresh sleep."""
    asyncio.run(caller.http("SELECT 1"))
    when(lambda: phase(kube) == "Running")
    patch(kube, {"metadata": {"annotations": {SLEEP: uuid.uuid4().hex}}})
    when(lambda: phase(kube) == "Idle")


def pod_start_s(kube: Client) -> float:
    """From the StatefulSet's scaling until its pod is ready."""
    labels = {SERVICE_LABEL: NAME}
    scaled_s = when(
        lambda: any(s.spec and s.spec.replicas for s in kube.list(StatefulSet, **of(labels)))
    )
    ready_s = when(lambda: any(is_ready(pod) for pod in kube.list(Pod, **of(labels))))
    return ready_s - scaled_s


def of(labels: dict[str, str]) -> dict[str, Any]:
    return {"namespace": NAMESPACE, "labels": labels}


def is_ready(pod: Pod) -> bool:
    conditions = (pod.status.conditions if pod.status else None) or []
    return any(one.type == "Ready" and one.status == "True" for one in conditions)


def when(holds: Callable[[], bool]) -> float:
    deadline_s = time.perf_counter() + PATIENCE_S
    while not holds():
        if time.perf_counter() > deadline_s:
            sys.exit(f"{NAME} does not come to where it should be")
        time.sleep(0.02)
    return time.perf_counter()


def phase(kube: Client) -> str:
    found = kube.get(RESOURCES[SERVICE], NAME, namespace=NAMESPACE)
    return str((found.get("status") or {}).get("phase"))


def asked_to_wake(kube: Client) -> str:
    found = kube.get(RESOURCES[SERVICE], NAME, namespace=NAMESPACE)
    return str((found["metadata"].get("annotations") or {}).get(WAKE))


def times_woken(kube: Client) -> int:
    """As its events tell: one each time that its stopped replicas are started."""
    events = kube.list(Event, namespace=NAMESPACE)
    return sum(e.involvedObject.name == NAME and e.reason == "WasStopped" for e in events)


def patch(kube: Client, change: dict[str, Any]) -> None:
    kube.patch(RESOURCES[SERVICE], NAME, change, namespace=NAMESPACE, patch_type=PatchType.MERGE)


def reached(kube: Client) -> Caller:
    service = kube.get(Service, f"{WAREHOUSE}-{NAME}", namespace=NAMESPACE)
    secret = kube.get(Secret, f"{WAREHOUSE}-credentials", namespace=NAMESPACE)
    assert service.spec and service.spec.clusterIP and secret.data
    password = base64.b64decode(secret.data["default_password"]).decode()
    return Caller(address=service.spec.clusterIP, password=password)


def percentile(values: tuple[float, ...], percent: int) -> float:
    """Not a number where nobody was answered."""
    ordered = sorted(values) or [float("nan")]
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


if __name__ == "__main__":
    main()
