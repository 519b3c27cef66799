"""What the passes over backups and restores need of the world, besides the cluster itself."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from control.controller.backup_metrics import BackupMetrics
from control.controller.cluster import Login, Peer
from control.warehouses.backup import Backup, BackupLimits, Place, TableFigures
from control.warehouses.backup_decision import Progress, Sleeping
from control.warehouses.backup_figures import PartName
from control.warehouses.restore import OperationState, Restore


class BackupObjects(Protocol):
    """Backup objects in the Kubernetes API."""

    def backups(self, namespace: str) -> Sequence[Backup]: ...

    def create(self, warehouse: str, namespace: str, due: datetime) -> None: ...

    def report(self, backup: Backup) -> None: ...

    def set_finalizer(self, backup: Backup, *, present: bool) -> None: ...

    def call_awake(self, namespace: str, primary: Sleeping) -> None: ...

    def delete(self, backup: Backup) -> None: ...

    def announce(self, backup: Backup, reason: str, message: str, *, warning: bool) -> None: ...

    def restoring(self, namespace: str) -> Collection[str]:
        """Backups that a restore under way reads."""
        ...

    def secret(self, namespace: str, name: str) -> Mapping[str, str]: ...


class BackupSql(Protocol):
    """What replicas are asked and told about backups."""

    def databases(self, login: Login, peer: Peer) -> tuple[list[str], list[str]]:
        """Replicated ones, and those that only this replica has."""
        ...

    def send(self, login: Login, peer: Peer, backup: Backup, base_path: str) -> None: ...

    def progress(self, login: Login, peer: Peer, identity: str) -> Progress: ...

    def cancel(self, login: Login, peer: Peer, identity: str) -> None: ...

    def figures(
        self, login: Login, peer: Peer, databases: Sequence[str], wanted: set[PartName] | None
    ) -> Sequence[TableFigures] | None:
        """None where there are too many parts to ask for."""
        ...

    def prepare(
        self, login: Login, peers: Iterable[Peer], databases: Mapping[str, str]
    ) -> None: ...

    def hold_merges(self, login: Login, peers: Iterable[Peer], *, held: bool) -> None: ...

    def send_restore(self, login: Login, peer: Peer, restore: Restore) -> None: ...

    def behind(
        self, login: Login, peers: Iterable[Peer], databases: Sequence[str]
    ) -> tuple[str, ...]:
        """The replicas that have not fetched all that was restored."""
        ...

    def restoring(self, login: Login, peer: Peer, identity: str) -> tuple[OperationState, str]: ...


class ObjectStore(Protocol):
    """The buckets of backups. `keys` are those of a customer's own bucket, where it has some."""

    def read(self, place: Place, keys: Mapping[str, str], path: str) -> Iterable[bytes]: ...

    def size(self, place: Place, keys: Mapping[str, str], path: str) -> int | None: ...

    def erase(self, place: Place, keys: Mapping[str, str], folder: str) -> bool:
        """Delete some of what lies below; True once nothing is left."""
        ...


@dataclass(frozen=True, kw_only=True)
class BackupTools:
    objects: BackupObjects
    sql: BackupSql
    store: ObjectStore
    metrics: BackupMetrics
    limits: BackupLimits = field(default_factory=BackupLimits)


def keys_of(tools: BackupTools, namespace: str, place: Place) -> Mapping[str, str]:
    return tools.objects.secret(namespace, place.secret) if place.secret else {}
