"""One tick of sizing over services with three replicas each, and how soon it answers a rise.

The cluster and Prometheus are in memory; the time that they take themselves is taken off.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import httpx
import numpy as np
from prometheus_client import CollectorRegistry

from control.controller.autoscaler.autoscaler import Autoscaler
from control.controller.autoscaler.instruments import Instruments
from control.controller.autoscaler.loop import TICK
from control.controller.autoscaler.measured import Measured
from control.controller.autoscaler.prometheus import Prometheus
from control.controller.autoscaler.samples import ALIVE, CPU, INFO, QUERY, RESIDENT
from control.controller.autoscaler.window_store import KIB, WINDOW_MINUTES
from control.controller.cluster import Key
from control.controller.kube_client import SERVICE, KubeClient
from control.scaling.sizing import GIB

NAMESPACE, REPLICAS, TICKS = "clickhouse", 3, 5
NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
UNITS, QUIET_CORES, BUSY_CORES = 4, 2.0, 3.8
RATE_S = 120
"""The recording rules take the CPU of so long."""
NAMES = re.compile(r'service=~"([^"]*)"')

Load = Callable[[int], float]
"""Cores of each replica, at a second since 1970."""


@dataclass
class Own:
    """Time that a part in memory takes where the genuine one would work elsewhere."""

    spent_s: float = 0.0


@dataclass
class MemoryMetrics:
    """Answers range queries in Prometheus' own words."""

    load: Load
    own: Own
    now_s: Callable[[], float]
    bytes_sent: int = 0

    def client(self) -> Prometheus:
        transport = httpx.MockTransport(self.answer)
        return Prometheus("http://prometheus", client=httpx.Client(transport=transport))

    def answer(self, request: httpx.Request) -> httpx.Response:
        began_s = time.process_time()
        form = {name: found[0] for name, found in parse_qs(request.content.decode()).items()}
        content = json.dumps(
            {"status": "success", "data": {"resultType": "matrix", "result": [*self.series(form)]}}
        ).encode()
        self.bytes_sent += len(content)
        response = httpx.Response(200, content=content)
        self.own.spent_s += time.process_time() - began_s
        return response

    def series(self, form: dict[str, str]) -> Iterator[dict[str, Any]]:
        query = form["query"]
        moments = [
            at
            for at in range(int(form["start"]), int(form["end"]) + 1, int(form["step"]))
            if at <= self.now_s()
        ]
        if ALIVE in query:
            yield {"metric": {}, "values": [(at, "1") for at in moments]}
            return
        values = {
            INFO: lambda at: 1.0,
            CPU: self.load,
            RESIDENT: lambda at: 4.0 * GIB,
            QUERY: lambda at: 1.0 * GIB,
        }
        told = next((value for name, value in values.items() if f"{name}{{" in query), None)
        found = NAMES.search(query)
        if told is None or found is None:
            return
        points = [(at, str(told(at))) for at in moments]
        for service in found.group(1).split("|"):
            for replica in range(REPLICAS):
                labels = {"service": service, "replica": f"r{replica}", "pod": f"{service}-r"}
                yield {"metric": labels, "values": points}


@dataclass
class MemoryCluster:
    """Services as the controller finds them once all is calm."""

    services: dict[str, dict[str, Any]]
    own: Own = field(default_factory=Own)
    writes: int = 0

    def list(self, kind: str, namespace: str, labels: Any) -> list[dict[str, Any]]:
        return list(self.services.values()) if kind == SERVICE else []

    def find(self, kind: str, namespace: str, name: str) -> dict[str, Any]:
        return self.services[name]

    def patch(self, kind: str, namespace: str, name: str, change: dict[str, Any]) -> None:
        self.writes += 1
        self.services[name]["spec"]["memory"] |= change["spec"].get("memory", {})

    def patch_status(self, kind: str, namespace: str, name: str, status: dict[str, Any]) -> None:
        self.writes += 1
        kept = self.services[name]["status"]
        for part, value in status.items():
            kept[part] = {name: one for name, one in value.items() if one is not None}

    def create(self, document: dict[str, Any]) -> None:
        self.writes += 1


def service(name: str) -> dict[str, Any]:
    replicas = [
        {"rid": f"r{n}", "size": f"{UNITS}u", "serving": True, "phase": "Serving"}
        for n in range(REPLICAS)
    ]
    return {
        "metadata": {
            "name": name,
            "namespace": NAMESPACE,
            "uid": name,
            "generation": 1,
            "creationTimestamp": "2026-01-01T00:00:00Z",
        },
        "spec": {
            "warehouse": "main",
            "role": "primary",
            "replicas": REPLICAS,
            "memory": {"minGib": 8, "maxGib": 120, "gib": UNITS * 4},
            "scaling": {"mode": "apply", "policy": "target_tracking"},
        },
        "status": {"phase": "Running", "replicas": replicas},
    }


@dataclass
class Stage:
    count: int
    load: Load
    now: datetime = NOW

    def __post_init__(self) -> None:
        self.own = Own()
        names = [f"s{number:06}" for number in range(self.count)]
        self.cluster = MemoryCluster({name: service(name) for name in names}, self.own)
        self.metrics = MemoryMetrics(self.load, self.own, lambda: self.now.timestamp())
        self.measured = Measured(self.metrics.client())
        kube: Any = self.cluster
        typed: KubeClient = kube
        self.autoscaler = Autoscaler(
            kube=typed,
            namespace=NAMESPACE,
            measured=self.measured,
            instruments=Instruments(CollectorRegistry()),
            clock=lambda: self.now,
        )

    def tick(self) -> float:
        """CPU seconds of the tick itself."""
        before_s, began_s = self.own.spent_s, time.process_time()
        self.autoscaler.tick()
        took_s = time.process_time() - began_s - (self.own.spent_s - before_s)
        self.now += TICK
        return took_s


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--services", type=int, nargs="+", default=[100, 1000, 10_000])
    options = asked.parse_args()
    for count in options.services:
        report_ticks(count)
    report_reaction()


def report_ticks(count: int) -> None:
    """The first tick writes every status, which later ones do not."""
    stage = Stage(count, lambda at: QUIET_CORES)
    fill(stage)
    first_s = stage.tick()
    runs_s = [stage.tick() for _ in range(TICKS)]
    took_s = statistics.median(runs_s)
    print(
        f"{count:>6} services: a tick {took_s:7.3f} s of CPU,"
        f" {took_s / count * 1e6:5.0f} us a service, the first with its writes {first_s:.3f} s;"
        f" {stage.metrics.bytes_sent / (TICKS + 1) / 1e6:.1f} MB read from Prometheus"
    )


def fill(stage: Stage) -> None:
    """The past is there already, as after some hours of running."""
    measured, newest = stage.measured, int(stage.now.timestamp()) // 60 - 2
    keys = [Key(NAMESPACE, name) for name in stage.cluster.services]
    measured.store.keep(keys)
    cores = np.full(measured.store.cpu.shape[1], int(QUIET_CORES * 1000), dtype=np.int32)
    resident = np.full(measured.store.cpu.shape[1], 4 * GIB // KIB, dtype=np.int32)
    for minute in range(newest - WINDOW_MINUTES + 1, newest + 1):
        measured.store.put_row(minute, cpu=cores, resident_kib=resident)
    for key in keys:
        for replica in range(REPLICAS):
            measured.runs.note((key.name, f"r{replica}"), range(newest - 10, newest + 1))
    measured.filled_to = newest


def report_reaction() -> None:
    """A rise at any second of a minute, until the wanted size is another one."""
    waits_s = sorted(reaction_s(phase) for phase in range(0, int(TICK.total_seconds()), 3))
    print(
        f"from a rise of load to another wanted size: median {statistics.median(waits_s):.0f} s,"
        f" longest {waits_s[-1]:.0f} s, of which the rate over {RATE_S} s and two minutes"
        " next to each other are most"
    )


def reaction_s(phase_s: int) -> float:
    rise_s = NOW.timestamp() + 600 + phase_s

    def load(at: int) -> float:
        risen = min(max(at - rise_s, 0), RATE_S) / RATE_S
        return QUIET_CORES + (BUSY_CORES - QUIET_CORES) * risen

    stage = Stage(1, load)
    [document] = stage.cluster.services.values()
    while document["spec"]["memory"]["gib"] == UNITS * 4:
        looked_at = stage.now
        stage.tick()
        if looked_at - NOW > timedelta(hours=1):
            return math.inf
    return looked_at.timestamp() - rise_s


if __name__ == "__main__":
    main()
