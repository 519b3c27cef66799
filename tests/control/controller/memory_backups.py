"""Replicas that write and read backups, and a bucket that keeps them, in memory."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry

from control.controller.backup_metrics import BackupMetrics
from control.controller.backup_world import BackupTools
from control.controller.cluster import Login, Peer
from control.controller.kube_backups import KubeBackups
from control.warehouses.backup import Backup, Place, TableFigures
from control.warehouses.backup_decision import OnReplica, Progress
from control.warehouses.backup_figures import PartName
from control.warehouses.restore import OperationState, Restore
from tests.control.controller.memory_kube import MemoryKube

ORDERS = TableFigures(
    database="default", table="orders", parts=1, rows=1000, bytes=5000, checksum="0a"
)
MANIFEST = b"<file><name>data/default/orders/all_0_0_0/count.txt</name></file>"
OTHERS = b"<name>metadata/default.sql</name><name>metadata/sales.sql</name>"


@dataclass
class MemoryStore:
    objects: dict[str, bytes] = field(default_factory=dict)
    """By bucket and key."""
    erased: list[str] = field(default_factory=list)

    def write(self, place: Place, path: str) -> None:
        self.objects[f"{place.bucket}/{place.prefix}{path}/.backup"] = MANIFEST + OTHERS
        self.objects[f"{place.bucket}/{place.prefix}{path}/data"] = b"rows"

    def read(self, place: Place, keys: Mapping[str, str], path: str) -> Iterable[bytes]:
        return [self.objects[f"{place.bucket}/{place.prefix}{path}"]]

    def size(self, place: Place, keys: Mapping[str, str], path: str) -> int | None:
        found = self.objects.get(f"{place.bucket}/{place.prefix}{path}")
        return len(found) if found is not None else None

    def erase(self, place: Place, keys: Mapping[str, str], folder: str) -> bool:
        prefix = f"{place.bucket}/{place.prefix}{folder}/"
        found = [key for key in self.objects if key.startswith(prefix)]
        if not found:
            self.erased.append(folder)
            return True
        del self.objects[found[0]]
        return False


@dataclass
class MemoryBackupSql:
    """Each statement that is sent takes `takes` looks to end."""

    store: MemoryStore
    takes: int = 1
    operations: dict[tuple[str, str], int] = field(default_factory=dict)
    """Looks left, by address and id."""
    sent: list[str] = field(default_factory=list)
    bases: dict[str, str] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    """What the next statements end with; nothing where one succeeds."""
    failed: dict[str, str] = field(default_factory=dict)
    restored: list[TableFigures] = field(default_factory=lambda: [ORDERS])
    prepared: list[tuple[str, str, str]] = field(default_factory=list)
    held: set[str] = field(default_factory=set)
    silent: bool = False
    fetching: int = 0

    def forget(self) -> None:
        """Every server is restarted: what it was doing is not known to it any more."""
        self.operations.clear()

    def databases(self, login: Login, peer: Peer) -> tuple[list[str], list[str]]:
        return ["default", "sales"], []

    def send(self, login: Login, peer: Peer, backup: Backup, base_path: str) -> None:
        assert backup.place is not None
        self.begin(peer, backup.id)
        self.bases[backup.id] = base_path
        self.store.write(backup.place, backup.path)

    def begin(self, peer: Peer, identity: str) -> None:
        self.sent.append(identity)
        self.operations[peer.address, identity] = self.takes
        error = self.errors.pop(0) if self.errors else ""
        if error:
            self.failed[identity] = error

    def progress(self, login: Login, peer: Peer, identity: str) -> Progress:
        if self.silent:
            return Progress(state=OnReplica.SILENT)
        left = self.operations.get((peer.address, identity))
        if left is None:
            return Progress(state=OnReplica.UNKNOWN)
        if left:
            self.operations[peer.address, identity] = left - 1
            return Progress(state=OnReplica.WRITING, files_written=1)
        if identity in self.failed:
            return Progress(state=OnReplica.FAILED, error=self.failed[identity])
        return Progress(state=OnReplica.CREATED, files=2, size_bytes=4, total_bytes=4)

    def cancel(self, login: Login, peer: Peer, identity: str) -> None:
        self.operations[peer.address, identity] = 0
        self.failed[identity] = "cancelled"

    def figures(
        self, login: Login, peer: Peer, databases: Sequence[str], wanted: set[PartName] | None
    ) -> Sequence[TableFigures] | None:
        return [ORDERS] if wanted is not None else self.restored

    def prepare(self, login: Login, peers: Iterable[Peer], databases: Mapping[str, str]) -> None:
        self.prepared += [
            (peer.rid, name, uid) for peer in peers for name, uid in databases.items()
        ]

    def hold_merges(self, login: Login, peers: Iterable[Peer], *, held: bool) -> None:
        for peer in peers:
            (self.held.add if held else self.held.discard)(peer.rid)

    def send_restore(self, login: Login, peer: Peer, restore: Restore) -> None:
        self.begin(peer, restore.id)

    def behind(
        self, login: Login, peers: Iterable[Peer], databases: Sequence[str]
    ) -> tuple[str, ...]:
        """Each look finds one more replica with all of it."""
        self.fetching -= 1
        return tuple(peer.rid for peer in peers)[: max(self.fetching, 0)]

    def restoring(self, login: Login, peer: Peer, identity: str) -> tuple[OperationState, str]:
        left = self.operations.get((peer.address, identity))
        if left is None:
            return OperationState.UNKNOWN, ""
        if left:
            self.operations[peer.address, identity] = left - 1
            return OperationState.RUNNING, ""
        if identity in self.failed:
            return OperationState.FAILED, self.failed[identity]
        return OperationState.DONE, ""


def backup_tools(kube: MemoryKube, sql: MemoryBackupSql) -> BackupTools:
    """A new process: metrics start anew, the bucket and the replicas stay."""
    return BackupTools(
        objects=KubeBackups(kube, clock=lambda: kube.now),
        sql=sql,
        store=sql.store,
        metrics=BackupMetrics(CollectorRegistry()),
    )
