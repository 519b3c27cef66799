"""A deployment in memory, with a controller that runs pass by pass."""

import copy
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from prometheus_client import CollectorRegistry

from control.controller.cluster import ClusterError, Key
from control.controller.journal import Journal, Metrics
from control.controller.multi_sts import MultiSts
from control.controller.reconcile_backups import reconcile_backups
from control.controller.reconcile_service import World, reconcile_service
from control.controller.reconcile_warehouse import reconcile_warehouse
from control.warehouses.names import GROUP, REPLICA_LABEL, SERVICE_LABEL, SERVING_LABEL
from tests.control.controller.memory_backups import MemoryBackupSql, MemoryStore, backup_tools
from tests.control.controller.memory_databases import MemoryDatabases
from tests.control.controller.memory_keys import MemoryKeys
from tests.control.controller.memory_kube import Died, MemoryKube

WAREHOUSE: dict[str, Any] = {"version": "26.9", "disk": "volume", "dataRetention": "delete"}
SMALL = {"minGib": 8, "maxGib": 8}
PRIMARY: dict[str, Any] = {
    "warehouse": "lake",
    "role": "primary",
    "replicas": 2,
    "memory": SMALL,
}
READER: dict[str, Any] = {
    "warehouse": "lake",
    "role": "secondary",
    "access": "readOnly",
    "replicas": 1,
    "memory": SMALL,
}


@dataclass
class Stage:
    kube: MemoryKube = field(default_factory=MemoryKube)
    databases: MemoryDatabases = field(default_factory=MemoryDatabases)
    backup_sql: MemoryBackupSql = field(default_factory=lambda: MemoryBackupSql(MemoryStore()))
    data_keys: MemoryKeys = field(default_factory=MemoryKeys)
    after_pass: Callable[["Stage"], None] = lambda stage: None

    def __post_init__(self) -> None:
        facts = {"deployment": "test", "region": "eu-central-1", "backup_bucket": "backups"}
        meta = {"name": "deployment", "namespace": "byoc-system"}
        self.kube.put({"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, "data": facts})
        self.ids = itertools.count()
        self.restart()

    def copy(self) -> "Stage":
        made = Stage(
            databases=copy.deepcopy(self.databases),
            backup_sql=copy.deepcopy(self.backup_sql),
            data_keys=copy.deepcopy(self.data_keys),
        )
        made.kube = copy.deepcopy(self.kube)
        made.ids = copy.copy(self.ids)
        made.restart()
        return made

    def restart(self) -> None:
        """A new controller process: nothing is remembered but what the cluster holds."""
        cluster = MultiSts(
            self.kube, clock=lambda: self.kube.now, s3_endpoint=lambda region: "http://s3"
        )
        self.world = World(
            cluster=cluster,
            databases=self.databases,
            journal=Journal(cluster=cluster, metrics=Metrics(CollectorRegistry())),
            clock=lambda: self.kube.now,
            new_id=lambda: f"r{next(self.ids):05}",
            backups=backup_tools(self.kube, self.backup_sql),
            data_keys=self.data_keys,
        )

    def warehouse_with(self, **services: dict[str, Any]) -> "Stage":
        self.kube.person_makes("Warehouse", "lake", WAREHOUSE)
        for name, spec in services.items():
            self.kube.person_makes("Service", name, spec)
            self.kube.tick()
        return self

    def edit(self, name: str, **change: Any) -> None:
        self.kube.person_edits("Service", name, change)

    def delete(self, kind: str, name: str) -> None:
        self.kube.delete(f"{GROUP}/{kind}", "clickhouse", name)

    def status(self, name: str, kind: str = "Service") -> dict[str, Any]:
        found = self.kube.find(f"{GROUP}/{kind}", "clickhouse", name)
        return (found or {}).get("status") or {}

    def condition(self, name: str, kind: str) -> dict[str, Any]:
        return next(c for c in self.status(name)["conditions"] if c["type"] == kind)

    def serving(self, service: str) -> set[str]:
        pods = self.kube.list("Pod", "clickhouse", {SERVICE_LABEL: service, SERVING_LABEL: "true"})
        return {
            pod["metadata"]["labels"][REPLICA_LABEL]
            for pod in pods
            if "deletionTimestamp" not in pod["metadata"] and "podIP" in pod["status"]
        }

    def sets(self, service: str) -> list[dict[str, Any]]:
        return self.kube.list("StatefulSet", "clickhouse", {SERVICE_LABEL: service})

    def one_round(self) -> timedelta:
        """One pass over every object; the shortest time that one of them wants to wait."""
        waits = [timedelta(seconds=60)]
        for name, one_pass in self.passes():
            try:
                waits.append(one_pass(Key("clickhouse", name), self.world) or timedelta(0))
            except ClusterError:
                waits.append(timedelta(seconds=1))
            except Died:
                self.restart()
                waits.append(timedelta(0))
            self.after_pass(self)
        return min(waits)

    def passes(self) -> list[tuple[str, Callable[[Key, World], timedelta | None]]]:
        """The names as they are now: what a pass makes has its turn in the next round."""
        warehouses = self.names("Warehouse")
        backed_up = {
            document["spec"]["warehouse"]
            for document in self.kube.list(f"{GROUP}/Backup", "clickhouse", {})
        }
        return [
            *((name, reconcile_warehouse) for name in warehouses),
            *((name, reconcile_service) for name in self.names("Service")),
            *((name, reconcile_backups) for name in sorted({*warehouses, *backed_up})),
        ]

    def names(self, kind: str) -> list[str]:
        found = self.kube.list(f"{GROUP}/{kind}", "clickhouse", {})
        return [document["metadata"]["name"] for document in found]

    def run(self, until: Callable[[], bool], rounds: int = 300) -> "Stage":
        for _ in range(rounds):
            wait = self.one_round()
            if until():
                return self
            self.kube.tick(max(wait.total_seconds(), 0.2))
        names = [key[2] for key in self.kube.documents if key[0] == f"{GROUP}/Service"]
        raise AssertionError(f"not reached: {[self.status(name) for name in names]}")

    def run_until_running(self, *names: str) -> "Stage":
        return self.run(lambda: all(self.is_running(name) for name in names))

    def is_running(self, name: str) -> bool:
        status = self.status(name)
        document = self.kube.find(f"{GROUP}/Service", "clickhouse", name) or {"metadata": {}}
        current = status.get("observedGeneration") == document["metadata"].get("generation")
        return current and status.get("phase") == "Running"
