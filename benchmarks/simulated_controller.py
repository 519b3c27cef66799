"""The controller, with databases in memory; a line on stdin is answered with its writes so far."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from lightkube import Client, KubeConfig
from prometheus_client import CollectorRegistry

from control.controller.__main__ import build_world, now
from control.controller.cached_kube import CachedKube, scopes
from control.controller.informer import Scope
from control.controller.kube_client import Document
from control.controller.logs import configure_logs
from control.controller.operator import Operator
from control.controller.paced_databases import PacedDatabases
from control.controller.running import running
from control.scaling.replica_seen import Limits
from control.warehouses.names import NAMESPACE
from tests.control.controller.memory_databases import MemoryDatabases

WRITES = "byoc_benchmark_writes"
QUICK = replace(Limits(), soak=timedelta(seconds=1), settle=timedelta(seconds=1))


class CountingKube(CachedKube):
    def __init__(self, client: Client, watched: Sequence[Scope]) -> None:
        super().__init__(client, watched, now)
        self.writes = 0

    def apply(self, document: Document) -> Document:
        self.writes += 1
        return super().apply(document)

    def create(self, document: Document) -> Document:
        self.writes += 1
        return super().create(document)

    def patch(self, kind: str, namespace: str, name: str, change: Document) -> Document:
        self.writes += 1
        return super().patch(kind, namespace, name, change)

    def patch_status(self, kind: str, namespace: str, name: str, status: Document) -> Document:
        self.writes += 1
        return super().patch_status(kind, namespace, name, status)

    def delete(self, kind: str, namespace: str, name: str) -> None:
        self.writes += 1
        super().delete(kind, namespace, name)


async def run() -> None:
    kube = CountingKube(Client(KubeConfig.from_env()), scopes(NAMESPACE))
    world = build_world(kube, CollectorRegistry())
    world = replace(world, databases=PacedDatabases(MemoryDatabases()), limits=QUICK)
    async with running(Operator(world), kube):
        while await asyncio.to_thread(sys.stdin.readline):
            print(json.dumps({WRITES: kube.writes}), flush=True)


if __name__ == "__main__":
    configure_logs(level="WARNING")
    asyncio.run(run())
