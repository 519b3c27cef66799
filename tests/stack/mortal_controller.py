"""`python -m tests.stack.mortal_controller CHANGES [WAIT=SECONDS...]`: the controller, with short
waits and a death foretold.

It ends like a killed process after so many changes that it made to the world, between any two of
them; 0 lets it live.
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from lightkube import Client, KubeConfig
from prometheus_client import CollectorRegistry

from control.controller.__main__ import build_world, now, s3_endpoint
from control.controller.cached_kube import CachedKube, scopes
from control.controller.cluster import Login
from control.controller.databases import SqlDatabases
from control.controller.journal import Journal
from control.controller.kube_client import Document
from control.controller.logs import configure_logs
from control.controller.multi_sts import MultiSts
from control.controller.operator import Operator
from control.controller.paced_databases import PacedDatabases
from control.controller.reconcile_service import World
from control.controller.running import running
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


class MortalKube(CachedKube):
    def __init__(self, client: Client, life: Life) -> None:
        super().__init__(client, scopes(NAMESPACE), now)
        self.life = life

    def apply(self, document: Document) -> Document:
        applied = super().apply(document)
        self.life.spend()
        return applied

    def patch(self, kind: str, namespace: str, name: str, change: Document) -> Document:
        changed = super().patch(kind, namespace, name, change)
        self.life.spend()
        return changed

    def patch_status(self, kind: str, namespace: str, name: str, status: Document) -> Document:
        changed = super().patch_status(kind, namespace, name, status)
        self.life.spend()
        return changed

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


async def run(changes: int, limits: Limits) -> None:
    life = Life(changes)
    kube = MortalKube(Client(config=KubeConfig.from_env(), http2=False), life)
    async with running(Operator(mortal_world(kube, life, limits)), kube):
        await asyncio.Event().wait()


def mortal_world(kube: MortalKube, life: Life, limits: Limits) -> World:
    """The controller's own, but for its limits and its death."""
    built = build_world(kube, CollectorRegistry())
    cluster = MultiSts(kube, clock=now, s3_endpoint=s3_endpoint)
    return replace(
        built,
        cluster=cluster,
        databases=PacedDatabases(SqlDatabases(MortalSql(life=life))),
        journal=Journal(cluster=cluster, metrics=built.journal.metrics),
        limits=limits,
    )


def quick_limits(waits: Iterable[str]) -> Limits:
    named = (wait.partition("=") for wait in waits)
    return replace(QUICK, **{name: timedelta(seconds=float(text)) for name, _, text in named})


if __name__ == "__main__":
    configure_logs(level="INFO")
    asyncio.run(run(int(sys.argv[1]), quick_limits(sys.argv[2:])))
