"""The whole controller against a genuine API server, with pods that only claim to run."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from lightkube import Client
from prometheus_client import CollectorRegistry

from control.controller.__main__ import new_rid, now
from control.controller.backup_metrics import BackupMetrics
from control.controller.backup_world import BackupTools
from control.controller.cached_kube import CachedKube, scopes
from control.controller.journal import Journal, Metrics
from control.controller.kube_backups import KubeBackups
from control.controller.kube_client import SERVICE, WAREHOUSE, KubeClient
from control.controller.multi_sts import MultiSts
from control.controller.operator import Operator
from control.controller.reconcile_service import World
from control.controller.running import running
from control.scaling.replica_seen import Limits
from tests.control.controller.memory_backups import MemoryBackupSql, MemoryStore
from tests.control.controller.memory_databases import MemoryDatabases
from tests.control.controller.memory_keys import MemoryKeys
from tests.control.controller.pod_faker import PodFaker
from tests.control.warehouses import documents
from tests.control.warehouses.documents import PRIMARY, READER, changed
from tests.kube_api import KubeApi
from tests.waiting import wait_for

pytestmark = pytest.mark.cluster

QUICK = replace(Limits(), soak=timedelta(seconds=1), settle=timedelta(seconds=0.5))
LAKE = changed(changed(documents.WAREHOUSE, "spec.disk", "volume"), "spec.dataRetention", "delete")


@contextmanager
def controller(client: Client, databases: MemoryDatabases) -> Iterator[Operator]:
    """A controller in a thread, which knows only the cluster; leaving stops it wherever it is."""
    kube = CachedKube(client, scopes("clickhouse"), now)
    operator = Operator(world_of(kube, databases), workers=3)
    loop, stop = asyncio.new_event_loop(), asyncio.Event()

    async def run() -> None:
        async with running(operator, kube):
            await stop.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(run()))
    thread.start()
    try:
        yield operator
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(20)
        loop.close()


def world_of(kube: CachedKube, databases: MemoryDatabases) -> World:
    cluster = MultiSts(kube, clock=now, s3_endpoint=lambda region: f"https://s3.{region}")
    return World(
        cluster=cluster,
        databases=databases,
        journal=Journal(cluster=cluster, metrics=Metrics(CollectorRegistry())),
        clock=now,
        new_id=new_rid,
        limits=QUICK,
        data_keys=MemoryKeys(),
        backups=BackupTools(
            objects=KubeBackups(kube, clock=now),
            sql=MemoryBackupSql(MemoryStore()),
            store=MemoryStore(),
            metrics=BackupMetrics(CollectorRegistry()),
        ),
    )


@pytest.fixture
def faker(kube_client: Client, kube_api: KubeApi) -> Iterator[PodFaker]:
    with PodFaker(kube_client, kube_api.block) as faker:
        yield faker


def status(kube: KubeClient, name: str) -> dict[str, Any]:
    return (kube.find(SERVICE, "clickhouse", name) or {}).get("status") or {}


def is_running(kube: KubeClient, name: str) -> bool:
    found = kube.find(SERVICE, "clickhouse", name)
    seen = (found or {}).get("status") or {}
    current = found and seen.get("observedGeneration") == found["metadata"]["generation"]
    return bool(current and seen.get("phase") == "Running")


def test_a_warehouse_is_born_resized_and_removed(
    kube: KubeClient, kube_client: Client, faker: PodFaker
) -> None:
    databases = MemoryDatabases()
    for document in (LAKE, PRIMARY, READER):
        kube.create(document)
    with controller(kube_client, databases):
        both = ("main", "reader")
        wait_for(
            lambda: all(is_running(kube, name) for name in both), within_s=60, what="both running"
        )
        old = {replica["rid"] for replica in status(kube, "main")["replicas"]}
        kube.patch(SERVICE, "clickhouse", "main", {"spec": {"replicas": 3, "memory": {"gib": 16}}})
        wait_for(lambda: status(kube, "main").get("phase") == "Scaling", within_s=60, what="begun")
    # A controller that died in the middle; the next one knows only the cluster.
    with controller(kube_client, databases):
        wait_for(lambda: is_running(kube, "main"), within_s=60, what="resized")
        new = {replica["rid"] for replica in status(kube, "main")["replicas"]}
        assert len(new) == 3
        assert not new & old
        for kind, name in ((WAREHOUSE, "lake"), (SERVICE, "main"), (SERVICE, "reader")):
            kube.delete(kind, "clickhouse", name)
        wait_for(
            lambda: kube.find(WAREHOUSE, "clickhouse", "lake") is None,
            within_s=60,
            what="warehouse removed",
        )
    assert kube.list(SERVICE, "clickhouse", {}) == []
    wait_for(lambda: leftovers(kube) == [], within_s=60, what="nothing of it is left")


def leftovers(kube: KubeClient) -> list[str]:
    kinds = ("StatefulSet", "Pod", "PersistentVolumeClaim", "Secret", "Service", "ConfigMap")
    return [
        f"{kind}/{document['metadata']['name']}"
        for kind in kinds
        for document in kube.list(kind, "clickhouse", {})
        if document["metadata"]["name"].startswith("lake")
    ]
