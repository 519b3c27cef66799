"""`python -m tests.stack.mortal_controller`: the controller, with short waits and a death foretold.

It ends like a killed process after so many changes that it made to the world, between any two of
them; 0 lets it live.
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import kopf
from lightkube import Client, KubeConfig
from prometheus_client import CollectorRegistry

from control.controller.__main__ import build_world, now, s3_endpoint
from control.controller.cluster import Login
from control.controller.databases import SqlDatabases
from control.controller.journal import Journal
from control.controller.kube_client import Document, KubeClient
from control.controller.logs import configure_logs
from control.controller.multi_sts import MultiSts
from control.controller.operator import Operator, registry_of
from control.controller.reconcile_service import World
from control.controller.sql_client import HttpSql
from control.scaling.replica_seen import Limits
from control.warehouses.names import NAMESPACE

KILLED = 137
QUICK = replace(
    Limits(),
    soak=timedelta(seconds=2),
    settle=timedelta(seconds=2),
    schedule=timedelta(seconds=20),
    start=timedelta(seconds=60),
    first_backoff=timedelta(seconds=5),
)


@dataclass
class Life:
    """Changes left to make. Events are not counted: telling is no change."""

    left: int
    lock: threading.Lock = field(default_factory=threading.Lock)

    def spend(self) -> None:
        if self.left == 0:
            return
        with self.lock:
            self.left -= 1
            if self.left == 0:
                sys.stderr.flush()
                os._exit(KILLED)


class MortalKube(KubeClient):
    def __init__(self, client: Client, life: Life) -> None:
        super().__init__(client)
        self.life = life

    def apply(self, document: Document) -> None:
        super().apply(document)
        self.life.spend()

    def patch(self, kind: str, namespace: str, name: str, change: Document) -> None:
        super().patch(kind, namespace, name, change)
        self.life.spend()

    def patch_status(self, kind: str, namespace: str, name: str, status: Document) -> None:
        super().patch_status(kind, namespace, name, status)
        self.life.spend()

    def delete(self, kind: str, namespace: str, name: str) -> None:
        super().delete(kind, namespace, name)
        self.life.spend()


@dataclass(frozen=True, kw_only=True)
class MortalSql(HttpSql):
    life: Life

    def run(
        self,
        login: Login,
        address: str,
        statement: str,
        settings: Mapping[str, str | int] | None = None,
    ) -> None:
        super().run(login, address, statement, settings)
        self.life.spend()


def main(changes: int) -> None:
    configure_logs(level="INFO")
    running: Any = kopf.operator(
        registry=registry_of(Operator(mortal_world(Life(changes)))),
        namespaces=[NAMESPACE],
        standalone=True,
    )
    kopf.configure(verbose=False)
    configure_logs(level="INFO")
    asyncio.run(running)


def mortal_world(life: Life) -> World:
    """The controller's own, but for its limits and its death."""
    kube = MortalKube(Client(config=KubeConfig.from_env(), http2=False), life)
    built = build_world(kube, CollectorRegistry())
    cluster = MultiSts(kube, clock=now, s3_endpoint=s3_endpoint)
    return replace(
        built,
        cluster=cluster,
        databases=SqlDatabases(MortalSql(life=life)),
        journal=Journal(cluster=cluster, metrics=built.journal.metrics),
        limits=QUICK,
    )


if __name__ == "__main__":
    main(int(sys.argv[1]))
