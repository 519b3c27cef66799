"""Warehouses and services made with the deployment; later changes are the controller's."""

from collections.abc import Iterator
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Field

from control.scaling.upgrading import Channel
from control.warehouses.admission import MOST_SERVICES
from control.warehouses.names import SERVICE_NAME_MAX, WAREHOUSE_NAME_MAX
from control.warehouses.scaling_schema import LARGEST_GIB, MOST_REPLICAS, SMALLEST_GIB, STEP_GIB
from control.warehouses.service_schema import HOST_NAME, MOST_HOSTS, OBJECT_NAME
from infra.config.section import Cidr, Finding, Section, matching, wrong

if TYPE_CHECKING:
    from infra.config.stack import StackConfig

FEWEST_PRIMARY_REPLICAS = 2


class Role(StrEnum):
    PRIMARY = "primary"
    SECONDARY = "secondary"


class Access(StrEnum):
    READ_WRITE = "readWrite"
    READ_ONLY = "readOnly"


class StorageProfile(StrEnum):
    REPLICATED = "replicated"
    ZERO_COPY = "zero_copy"
    SHARED = "smt"


class Disk(StrEnum):
    OBJECT_STORAGE = "objectStorage"
    VOLUME = "volume"


class DataRetention(StrEnum):
    RETAIN = "retain"
    DELETE = "delete"


class Day(StrEnum):
    MONDAY = "Mon"
    TUESDAY = "Tue"
    WEDNESDAY = "Wed"
    THURSDAY = "Thu"
    FRIDAY = "Fri"
    SATURDAY = "Sat"
    SUNDAY = "Sun"


def _name(longest: int) -> AfterValidator:
    return AfterValidator(
        matching(
            rf"(?=.{{1,{longest}}}$)[a-z]([-a-z0-9]*[a-z0-9])?",
            "is no name",
            f"1 to {longest} lower-case letters, digits and hyphens, beginning with a letter",
        )
    )


def _replica_memory(gib: int) -> int:
    if not SMALLEST_GIB <= gib <= LARGEST_GIB:
        raise wrong("is out of range", f"a multiple of 4 from {SMALLEST_GIB} to {LARGEST_GIB}")
    if gib % STEP_GIB:
        down = gib - gib % STEP_GIB
        raise wrong(f"is no multiple of {STEP_GIB} GiB", f"{down} or {down + STEP_GIB}")
    return gib


ReplicaMemory = Annotated[int, AfterValidator(_replica_memory)]
WarehouseName = Annotated[str, _name(WAREHOUSE_NAME_MAX)]
ServiceName = Annotated[str, _name(SERVICE_NAME_MAX)]


class IdleConfig(Section):
    enabled: bool = Field(False, description="Stop the replicas when nobody queries")
    timeout_minutes: int = Field(
        15, ge=5, le=10080, description="Time without queries before sleeping"
    )


SecretName = Annotated[
    str,
    Field(max_length=253),
    AfterValidator(matching(OBJECT_NAME, "is no name of a Secret", "one such as main-tls")),
]
HostName = Annotated[
    str,
    Field(max_length=253),
    AfterValidator(matching(HOST_NAME, "is no host name", "one such as main.example.com")),
]


class ServiceTlsConfig(Section):
    secret: SecretName = Field(
        description="Secret of the namespace clickhouse with tls.crt and tls.key",
        examples=["main-tls"],
    )
    hosts: tuple[HostName, ...] = Field(
        (),
        max_length=MOST_HOSTS,
        description="Names that clients ask for, beside those inside the cluster",
    )


class ServiceConfig(Section):
    name: ServiceName = Field(description="Name, unique in the deployment", examples=["primary"])
    role: Role = Field(
        description="primary (the warehouse's first service) or secondary", examples=["primary"]
    )
    access: Access = Field(Access.READ_WRITE, description="readWrite or readOnly")
    replicas: int = Field(
        3, ge=1, le=MOST_REPLICAS, description="Replicas; a primary has two or more"
    )
    memory_gib: ReplicaMemory = Field(
        SMALLEST_GIB, description="Memory of one replica in GiB, with 1 CPU for every 4"
    )
    max_memory_gib: ReplicaMemory | None = Field(
        None, description="Upper bound of vertical scaling; memoryGib when absent"
    )
    idle: IdleConfig = Field(IdleConfig.model_construct(), description="Sleep without queries")
    allowed_cidrs: tuple[Cidr, ...] = Field(
        (),
        description="Networks whose clients may connect; none listed: through the ingress whoever"
        " its load balancers let in, directly nobody",
    )
    tls: ServiceTlsConfig | None = Field(
        None, description="End TLS in the replicas, at 8443 and 9440"
    )


class KeeperConfig(Section):
    replicas: int = Field(3, ge=1, le=5, description="Members of the ensemble: 1, 3 or 5")
    memory_gib: int = Field(2, ge=1, le=64, description="Memory of one member in GiB")
    volume_gib: int = Field(10, ge=1, le=1000, description="Volume of one member in GiB")


class MaintenanceWindowConfig(Section):
    weekday: Day = Field(description="Day on which it opens, in UTC", examples=["Sun"])
    start_hour_utc: int = Field(
        ge=0,
        le=18,
        multiple_of=6,
        description="Hour at which it opens, for six hours: 0, 6, 12 or 18",
        examples=[0],
    )


class WarehouseConfig(Section):
    name: WarehouseName = Field(description="Name of the warehouse", examples=["main"])
    version: str | None = Field(
        None, description="ClickHouse version; the deployment's default when absent"
    )
    channel: Channel = Field(
        Channel.DEFAULT,
        description="fast, default or slow: platform.releases arrive at once, after two weeks or"
        " after four, where no version is named",
    )
    maintenance_window: MaintenanceWindowConfig | None = Field(
        None, description="When upgrades may begin; at any time when absent"
    )
    storage_profile: StorageProfile = Field(
        StorageProfile.REPLICATED,
        description="replicated (a copy per replica), zero_copy (experimental upstream) or smt",
    )
    accept_experimental: bool = Field(False, description="Needed for zero_copy")
    disk: Disk = Field(Disk.OBJECT_STORAGE, description="Where parts live: objectStorage or volume")
    tde: bool = Field(
        False,
        description="Whether servers encrypt what they write by data keys of the warehouse; fixed"
        " at creation, and needs encryption.tde",
    )
    data_retention: DataRetention = Field(
        DataRetention.RETAIN, description="What deleting the primary does with the data"
    )
    keeper: KeeperConfig = Field(
        KeeperConfig.model_construct(), description="The Keeper ensemble of the warehouse"
    )
    volume_gib: int = Field(
        100, ge=1, le=65536, description="Volume of one replica in GiB: metadata and cache"
    )
    services: tuple[ServiceConfig, ...] = Field(
        min_length=1,
        description="One primary and its secondaries",
        examples=[[{"name": "primary", "role": "primary"}]],
    )


def check_warehouses(config: "StackConfig") -> Iterator[Finding]:
    names: set[str] = set()
    service_names: set[str] = set()
    for index, warehouse in enumerate(config.warehouses):
        path = ("warehouses", index)
        if warehouse.name in names:
            yield Finding((*path, "name"), "is used twice", "a name of its own")
        names.add(warehouse.name)
        yield from _check_storage(warehouse, path)
        yield from _check_encryption(config, warehouse, path)
        yield from _check_roles(warehouse, path)
        for position, service in enumerate(warehouse.services):
            service_path = (*path, "services", position)
            if service.name in service_names:
                yield Finding((*service_path, "name"), "is used twice", "a name of its own")
            service_names.add(service.name)
            yield from _check_service(service, service_path)
    yield from _check_tls_names(config)


def _check_storage(warehouse: WarehouseConfig, path: tuple[str | int, ...]) -> Iterator[Finding]:
    if warehouse.keeper.replicas % 2 == 0:
        yield Finding(
            (*path, "keeper", "replicas"), "is even, so that no majority exists", "1, 3 or 5"
        )
    profile = warehouse.storage_profile
    if profile is StorageProfile.ZERO_COPY and not warehouse.accept_experimental:
        yield Finding(
            (*path, "storageProfile"),
            "can lose data and is experimental upstream",
            "replicated, or acceptExperimental: true",
            also=((*path, "acceptExperimental"),),
        )
    if profile is not StorageProfile.REPLICATED and warehouse.disk is Disk.VOLUME:
        yield Finding(
            (*path, "disk"),
            f"cannot hold the shared objects of {profile.value}",
            "objectStorage",
            also=((*path, "storageProfile"),),
        )


def _check_encryption(
    config: "StackConfig", warehouse: WarehouseConfig, path: tuple[str | int, ...]
) -> Iterator[Finding]:
    if warehouse.tde and not config.encryption.tde:
        yield Finding(
            (*path, "tde"),
            "has no key to wrap its data keys",
            "encryption.tde: true, or leave it out",
            also=(("encryption", "tde"),),
        )
    if warehouse.tde and warehouse.storage_profile is StorageProfile.ZERO_COPY:
        yield Finding(
            (*path, "tde"),
            "is not for storage profile zero_copy",
            "storageProfile: replicated, or leave it out",
            also=((*path, "storageProfile"),),
        )


def _check_tls_names(config: "StackConfig") -> Iterator[Finding]:
    """A sleeping service is known by the name that a client asks for."""
    claimed: set[str] = set()
    for index, warehouse in enumerate(config.warehouses):
        for position, service in enumerate(warehouse.services):
            for place, host in enumerate(service.tls.hosts if service.tls else ()):
                path = ("warehouses", index, "services", position, "tls", "hosts", place)
                if host in claimed:
                    yield Finding(path, "is used twice", "a name of this service alone")
                claimed.add(host)


def _check_roles(warehouse: WarehouseConfig, path: tuple[str | int, ...]) -> Iterator[Finding]:
    primaries = [
        index for index, service in enumerate(warehouse.services) if service.role is Role.PRIMARY
    ]
    roles = tuple((*path, "services", i, "role") for i in range(len(warehouse.services)))
    if not primaries:
        yield Finding(
            (*path, "services"), "has no primary", "one service with role: primary", also=roles
        )
    for index in primaries[1:]:
        yield Finding(
            (*path, "services", index, "role"),
            "makes a second primary",
            "secondary",
            also=((*path, "services", primaries[0], "role"),),
        )
    if len(warehouse.services) > MOST_SERVICES:
        yield Finding(
            (*path, "services"),
            f"has {len(warehouse.services)} services",
            f"{MOST_SERVICES} or fewer in one warehouse",
        )


def _check_service(service: ServiceConfig, path: tuple[str | int, ...]) -> Iterator[Finding]:
    also = ((*path, "role"),)
    if service.role is Role.PRIMARY:
        if service.access is Access.READ_ONLY:
            yield Finding((*path, "access"), "cannot be a primary's", "readWrite", also)
        if service.replicas < FEWEST_PRIMARY_REPLICAS:
            yield Finding((*path, "replicas"), "is too few for a primary", "2 to 20", also)
    if service.max_memory_gib is not None and service.max_memory_gib < service.memory_gib:
        yield Finding(
            (*path, "maxMemoryGib"),
            f"is below memoryGib, {service.memory_gib}",
            f"{service.memory_gib} or more",
            also=((*path, "memoryGib"),),
        )
