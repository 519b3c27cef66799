"""Backup objects in the Kubernetes API."""

import base64
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime

from control.controller.cluster import ClusterError
from control.controller.events import event_document
from control.controller.kube_client import BACKUP, SERVICE, WAREHOUSE, KubeClient
from control.warehouses.backup import Backup
from control.warehouses.backup_decision import Sleeping
from control.warehouses.backup_objects import backup_from, backup_status, scheduled_backup
from control.warehouses.idle_memory import BACKUP_CALL
from control.warehouses.names import FINALIZER, WAKE
from control.warehouses.restore import RestorePhase
from control.warehouses.status import changed

UNDER_WAY = (RestorePhase.CHOSEN, RestorePhase.RESTORING)


class KubeBackups:
    def __init__(self, kube: KubeClient, *, clock: Callable[[], datetime]) -> None:
        self.kube = kube
        self.clock = clock

    def backups(self, namespace: str) -> Sequence[Backup]:
        return [backup_from(found) for found in self.kube.list(BACKUP, namespace, {})]

    def create(self, warehouse: str, namespace: str, due: datetime) -> None:
        self.kube.create(scheduled_backup(warehouse, namespace, due))

    def report(self, backup: Backup) -> None:
        status = backup_status(backup)
        before = {name: backup.status.get(name) for name in status}
        if changed(before, status):
            self.kube.patch_status(BACKUP, backup.namespace, backup.name, status)

    def set_finalizer(self, backup: Backup, *, present: bool) -> None:
        found = self.kube.find(BACKUP, backup.namespace, backup.name)
        if found is None:
            return
        meta = found["metadata"]
        others = [name for name in meta.get("finalizers") or () if name != FINALIZER]
        change = {
            "resourceVersion": meta["resourceVersion"],
            "finalizers": [*others, FINALIZER] if present else others,
        }
        self.kube.patch(BACKUP, backup.namespace, backup.name, {"metadata": change})

    def call_awake(self, namespace: str, primary: Sleeping) -> None:
        """However often it is said, it is one call for each sleep."""
        call = {"metadata": {"annotations": {WAKE: f"{BACKUP_CALL}{primary.sleep}"}}}
        self.kube.patch(SERVICE, namespace, primary.service, call)

    def delete(self, backup: Backup) -> None:
        self.kube.delete(BACKUP, backup.namespace, backup.name)

    def announce(self, backup: Backup, reason: str, message: str, *, warning: bool) -> None:
        document = event_document(backup, reason, message, self.clock(), warning=warning)
        self.kube.create(document)

    def restoring(self, namespace: str) -> Collection[str]:
        found = set()
        for document in self.kube.list(WAREHOUSE, namespace, {}):
            restore = (document.get("status") or {}).get("restore") or {}
            if restore.get("phase") in UNDER_WAY and restore.get("backup"):
                found.add(restore["backup"])
        return found

    def secret(self, namespace: str, name: str) -> Mapping[str, str]:
        found = self.kube.find("Secret", namespace, name)
        if found is None:
            raise ClusterError(f"there is no Secret {namespace}/{name} with the bucket's keys")
        data = found.get("data") or {}
        return {key: base64.b64decode(value).decode() for key, value in data.items()}
