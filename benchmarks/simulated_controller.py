"""The controller, with databases in memory; a line on stdin is answered with its writes so far."""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import replace
from datetime import timedelta
from typing import Any

import kopf
from lightkube import Client, KubeConfig
from prometheus_client import CollectorRegistry

from control.controller.__main__ import build_world
from control.controller.kube_client import Document, KubeClient
from control.controller.logs import configure_logs
from control.controller.operator import Operator, registry_of
from control.scaling.replica_seen import Limits
from control.warehouses.names import NAMESPACE
from tests.control.controller.memory_databases import MemoryDatabases

WRITES = "byoc_benchmark_writes"
QUICK = replace(Limits(), soak=timedelta(seconds=1), settle=timedelta(seconds=1))


class CountingKube(KubeClient):
    def __init__(self, client: Client) -> None:
        super().__init__(client)
        self.writes = 0

    def apply(self, document: Document) -> None:
        self.writes += 1
        super().apply(document)

    def create(self, document: Document) -> None:
        self.writes += 1
        super().create(document)

    def patch(self, kind: str, namespace: str, name: str, change: Document) -> None:
        self.writes += 1
        super().patch(kind, namespace, name, change)

    def patch_status(self, kind: str, namespace: str, name: str, status: Document) -> None:
        self.writes += 1
        super().patch_status(kind, namespace, name, status)

    def delete(self, kind: str, namespace: str, name: str) -> None:
        self.writes += 1
        super().delete(kind, namespace, name)


async def run() -> None:
    kube = CountingKube(Client(KubeConfig.from_env(), http2=False))
    world = build_world(kube, CollectorRegistry())
    world = replace(world, databases=MemoryDatabases(), limits=QUICK)
    running: Any = kopf.operator(
        registry=registry_of(Operator(world)), namespaces=[NAMESPACE], standalone=True
    )
    kopf.configure(verbose=False)
    configure_logs(level="ERROR")
    working = asyncio.create_task(running)
    while await asyncio.to_thread(sys.stdin.readline):
        print(json.dumps({WRITES: kube.writes}), flush=True)
    working.cancel()


if __name__ == "__main__":
    configure_logs(level="ERROR")
    asyncio.run(run())
