"""Warehouse, service, deployment: what is wanted, as values."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from control.scaling.upgrading import Channel, Images, Release, Window
from control.warehouses.backup import BackupPlan
from control.warehouses.idle_memory import Requests
from control.warehouses.keeper_ensemble import Ensemble, first_members
from control.warehouses.restore import Restore, RestoreFrom

GIB = 1024**3
UNIT_GIB = 4


class Role(StrEnum):
    PRIMARY = "primary"
    SECONDARY = "secondary"


class Access(StrEnum):
    READ_WRITE = "readWrite"
    READ_ONLY = "readOnly"


class Desired(StrEnum):
    RUNNING = "Running"
    STOPPED = "Stopped"


class Front(StrEnum):
    """Where the clients of a service are led."""

    REPLICAS = "replicas"
    ACTIVATOR = "activator"


class Retention(StrEnum):
    RETAIN = "retain"
    DELETE = "delete"


class Disk(StrEnum):
    OBJECT_STORAGE = "objectStorage"
    VOLUME = "volume"


@dataclass(frozen=True, kw_only=True)
class Size:
    """Units of 1 CPU and 4 GiB."""

    units: int

    @property
    def cpus(self) -> int:
        return self.units

    @property
    def memory_gib(self) -> int:
        return self.units * UNIT_GIB

    @property
    def memory_bytes(self) -> int:
        return self.memory_gib * GIB

    @property
    def label(self) -> str:
        return f"{self.units}u"

    def __str__(self) -> str:
        return f"{self.cpus} CPU, {self.memory_gib} GiB"


@dataclass(frozen=True, kw_only=True)
class KeeperSize:
    replicas: int = 3
    memory_gib: int = 2
    volume_gib: int = 10
    image: str = ""


@dataclass(frozen=True, kw_only=True)
class Volume:
    size_gib: int = 100
    storage_class: str = ""


@dataclass(frozen=True, kw_only=True)
class Idle:
    enabled: bool = False
    after: timedelta = timedelta(minutes=15)


@dataclass(frozen=True, kw_only=True)
class Tls:
    """The replicas end TLS with the certificate of this Secret."""

    secret: str
    hosts: tuple[str, ...] = ()
    """Names beside those inside the cluster that clients ask for."""


@dataclass(frozen=True, kw_only=True)
class Encryption:
    """Servers encrypt by data keys of the warehouse: by the newest what they write."""

    wanted: int = 1
    made: int = 0
    """Keys that are there for certain, as recorded: replicas are made to have so many."""


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """What the platform layer tells about the deployment around the controller."""

    name: str = ""
    cloud: str = ""
    region: str = ""
    account: str = ""
    data_bucket: str = ""
    backup_bucket: str = ""
    monitoring_bucket: str = ""
    image_server: str = "clickhouse/clickhouse-server"
    image_keeper: str = "clickhouse/clickhouse-keeper"
    server_service_account: str = "default"
    keeper_service_account: str = "default"
    s3_endpoint: str = ""
    releases: tuple[Release, ...] = ()
    image_control: str = "clickhouse-byoc/control"
    tde_key_arn: str = ""
    """KMS key that wraps the data keys of warehouses; empty where there is none."""
    tde_role_arn: str = ""
    """Role by which servers, and nobody else, open them."""
    routed: frozenset[str] = frozenset()
    """Client Services that the ingress leads to, as namespace/name."""


@dataclass(frozen=True, kw_only=True)
class Warehouse:
    name: str
    namespace: str
    uid: str
    generation: int = 1
    version: str = ""
    image: str = ""
    channel: Channel = Channel.DEFAULT
    window: Window | None = None
    urgent_version: str = ""
    """Goes in outside the window."""
    images: Images = field(default_factory=Images)
    """What it runs, as recorded: whatever is wanted, services follow this."""
    profile: str = "replicated"
    accept_experimental: bool = False
    disk: Disk = Disk.OBJECT_STORAGE
    credentials_secret: str = ""
    keeper: KeeperSize = field(default_factory=KeeperSize)
    recorded: Ensemble = field(default_factory=Ensemble)
    """Its Keeper's members; none before they are first recorded."""
    volume: Volume = field(default_factory=Volume)
    retention: Retention = Retention.RETAIN
    encryption: Encryption | None = None
    backup: BackupPlan = field(default_factory=BackupPlan)
    restore_from: RestoreFrom | None = None
    restore: Restore | None = None
    """As far as it is recorded; servers are made once it is known where the backup lies."""
    created_at: datetime | None = None
    carry_logs: bool = True
    deleting: bool = False
    finalizing: bool = False  # our finalizer is on the object

    @property
    def secret_name(self) -> str:
        return self.credentials_secret or f"{self.name}-credentials"

    @property
    def keeper_name(self) -> str:
        return f"{self.name}-keeper"

    @property
    def ensemble(self) -> Ensemble:
        return self.recorded if self.recorded.members else first_members(self.keeper.replicas)

    @property
    def source_known(self) -> bool:
        """Whether its servers can be made: where they restore from is part of them."""
        return self.restore_from is None or (
            self.restore is not None and self.restore.place is not None
        )

    @property
    def has_keys(self) -> bool:
        """Whether its servers can encrypt, as far as they have to."""
        return self.encryption is None or self.encryption.made > 0

    @property
    def prefix(self) -> str:
        """Where its objects lie in the data bucket; a warehouse made anew gets another one."""
        return f"ch-s3-{self.name}-{self.uid[:8]}"


@dataclass(frozen=True, kw_only=True)
class Service:
    name: str
    namespace: str
    uid: str
    warehouse: str
    role: Role
    replicas: int
    size: Size
    smallest: Size
    largest: Size
    created_at: datetime
    generation: int = 1
    access: Access = Access.READ_WRITE
    desired: Desired = Desired.RUNNING
    image: str = ""
    restart_token: str = ""
    schedule: str = ""
    """Its rules as JSON."""
    allowlist: tuple[str, ...] = ()
    tls: Tls | None = None
    idle: Idle = field(default_factory=Idle)
    requests: Requests = field(default_factory=Requests)
    activator_port: int | None = None
    front: Front = Front.REPLICAS
    routed: bool = False
    """Whether clients come through the ingress, too."""
    deleting: bool = False
    finalizing: bool = False

    @property
    def is_primary(self) -> bool:
        return self.role is Role.PRIMARY

    @property
    def read_only(self) -> bool:
        return self.access is Access.READ_ONLY

    @property
    def full_name(self) -> str:
        """The name of its client Service, and the beginning of its replicas' names."""
        return f"{self.warehouse}-{self.name}"

    @property
    def as_it_goes(self) -> "Service":
        """What its replicas are made of while it is deleted: no client comes any more, and the
        certificate may be gone already."""
        return replace(self, tls=None) if self.deleting else self

    @property
    def peers_name(self) -> str:
        return f"{self.full_name}-replicas"

    def replica_name(self, rid: str) -> str:
        return f"{self.full_name}-{rid}"

    def pod_name(self, rid: str) -> str:
        return f"{self.replica_name(rid)}-0"

    def host(self, rid: str) -> str:
        return f"{self.pod_name(rid)}.{self.peers_name}.{self.namespace}.svc.cluster.local"


def repository_of(image: str) -> str:
    """An image reference without its tag and digest."""
    name = image.partition("@")[0]
    head, _, last = name.rpartition("/")
    last = last.partition(":")[0]
    return f"{head}/{last}" if head else last


def tag_of(image: str) -> str:
    return image.partition("@")[0].rpartition("/")[2].partition(":")[2]


def server_image(deployment: Deployment, warehouse: Warehouse, service: Service) -> str:
    if service.image:
        return service.image
    return warehouse.images.server or image_of(
        server_base(deployment, warehouse), warehouse.version
    )


def keeper_image(deployment: Deployment, warehouse: Warehouse) -> str:
    return warehouse.images.keeper or image_of(
        keeper_base(deployment, warehouse), warehouse.version
    )


def server_base(deployment: Deployment, warehouse: Warehouse) -> str:
    return warehouse.image or deployment.image_server


def keeper_base(deployment: Deployment, warehouse: Warehouse) -> str:
    return warehouse.keeper.image or deployment.image_keeper


def image_of(image: str, version: str) -> str:
    return f"{repository_of(image)}:{version}" if version else image
