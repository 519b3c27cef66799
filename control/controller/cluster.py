"""What the controller needs of the world, in its own words: Kubernetes and SQL, nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol

from control.scaling.replica_seen import Probe, ReplicaSeen
from control.warehouses.data_keys import DataKey
from control.warehouses.keeper_members import MemberSeen
from control.warehouses.model import Deployment, Service, Warehouse
from control.warehouses.status import Reported


class ClusterError(Exception):
    """A step that could not be taken now and is tried again."""


@dataclass(frozen=True, order=True)
class Key:
    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}"


@dataclass(frozen=True, kw_only=True)
class Peer:
    """A replica that can be asked."""

    rid: str
    service: str
    address: str
    read_only: bool = False


@dataclass(frozen=True, kw_only=True)
class Login:
    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class ReplicaObservation:
    """One replica as Kubernetes knows it."""

    seen: ReplicaSeen
    pod: str = ""
    address: str = ""


@dataclass(frozen=True, kw_only=True)
class ReplicaActivity:
    """What one replica did and does for people, and by itself."""

    quiet_for: timedelta | None
    """Since its last query ended; None where it knows of none."""
    parts: int
    merges: int


@dataclass(frozen=True, kw_only=True)
class WarehouseObservation:
    members: Mapping[int, MemberSeen]
    """Of Keeper, by number, as Kubernetes shows them."""
    rolling: bool
    has_credentials: bool
    objects_differ: bool
    objects_left: bool
    pods_left: bool


class Cluster(Protocol):
    def deployment(self) -> Deployment: ...

    def warehouse(self, key: Key) -> tuple[Warehouse, Reported] | None: ...

    def service(self, key: Key) -> tuple[Service, Reported] | None: ...

    def services(self, namespace: str) -> Sequence[Service]: ...

    def report(self, subject: Service | Warehouse, status: Mapping[str, Any]) -> None: ...

    def announce(
        self, subject: Service | Warehouse, reason: str, message: str, *, warning: bool = False
    ) -> None: ...

    def set_finalizer(self, subject: Service | Warehouse, *, present: bool) -> None: ...

    def login(self, warehouse: Warehouse) -> Login | None: ...

    # One warehouse
    def observe_warehouse(
        self, deployment: Deployment, warehouse: Warehouse
    ) -> WarehouseObservation: ...

    def freshen_warehouse(self, warehouse: Warehouse) -> bool:
        """As `freshen`, of a warehouse and of who belongs to it."""
        ...

    def ensure_credentials(self, warehouse: Warehouse) -> None: ...

    def data_keys(self, warehouse: Warehouse) -> tuple[tuple[DataKey, ...], str]:
        """As they are kept, and the version of that; none, and an empty one, before the first."""
        ...

    def keep_data_keys(self, warehouse: Warehouse, keys: Sequence[DataKey], version: str) -> None:
        """In the place of those that were read with this version, or not at all."""
        ...

    def keeper_pods(self, warehouse: Warehouse) -> int | None:
        """As its StatefulSet says; None where there is none."""
        ...

    def ensure_keeper(self, deployment: Deployment, warehouse: Warehouse) -> None: ...

    def delete_keeper_volume(self, warehouse: Warehouse, number: int) -> None: ...

    def delete_warehouse_objects(self, warehouse: Warehouse) -> None: ...

    # One service
    def service_objects_differ(self, service: Service) -> bool: ...

    def ensure_service_objects(self, service: Service) -> None: ...

    def withdraw_allowlists(self, service: Service) -> None:
        """The ingress lets nobody in any more."""
        ...

    def observe(self, service: Service) -> Sequence[ReplicaObservation]: ...

    def freshen(self, service: Service) -> bool:
        """Let all that is observed of it be no older than this call; False where it never is."""
        ...

    def peers(self, services: Sequence[Service]) -> Sequence[Peer]:
        """Replicas of these services of one warehouse that serve clients now."""
        ...

    # One replica
    def ensure_replica(
        self, deployment: Deployment, warehouse: Warehouse, service: Service, rid: str
    ) -> None: ...

    def set_serving(self, service: Service, rid: str, *, serving: bool) -> None: ...

    def note(self, service: Service, rid: str, notes: Mapping[str, str | None]) -> None: ...

    def stop(self, service: Service, rid: str) -> None: ...

    def start(self, service: Service, rid: str) -> None: ...

    def delete_replica(self, service: Service, rid: str, *, keep_volume: bool) -> None: ...


class Databases(Protocol):
    """What replicas are asked and told by SQL."""

    def forget(self, peer: Peer) -> None:
        """What it answered lately counts no longer."""
        ...

    def probe(
        self, login: Login, warehouse: Warehouse, peer: Peer, reference: Sequence[str]
    ) -> Probe | None: ...

    def names(self, login: Login, peer: Peer) -> Sequence[str]: ...

    def join(
        self, login: Login, warehouse: Warehouse, peer: Peer, others: Sequence[Peer]
    ) -> None: ...

    def leave(self, login: Login, peer: Peer) -> None: ...

    def evict(self, login: Login, rid: str, survivors: Sequence[Peer]) -> None: ...

    def logs_left(self, login: Login, leaver: Peer, taker: Peer) -> int:
        """Statements that `carry_logs` would need to say to bring the system logs over."""
        ...

    def carry_logs(self, login: Login, leaver: Peer, taker: Peer) -> None: ...

    def hold_all(
        self, login: Login, rid: str, leaver: Peer | None, survivors: Sequence[Peer]
    ) -> tuple[bool, str]: ...

    def activity(self, login: Login, peer: Peer, within: timedelta) -> ReplicaActivity | None:
        """None where it cannot be found out now."""
        ...

    def quiesce(self, login: Login, peer: Peer) -> None: ...

    def resume(self, login: Login, peer: Peer) -> None: ...
