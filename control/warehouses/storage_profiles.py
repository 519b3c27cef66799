"""Storage profiles: how the replicas of a warehouse hold their data, and what follows from it."""

from dataclasses import dataclass

from control.warehouses.backup_storage import backup_disks
from control.warehouses.data_keys import KEYS_SECTION
from control.warehouses.model import Deployment, Disk, Warehouse
from control.warehouses.xml_document import Including, Node

POLICY = "warehouse"
ENCRYPTED_OBJECTS, ENCRYPTED_VOLUME = "encrypted_objects", "encrypted_volume"


@dataclass(frozen=True, kw_only=True)
class Capabilities:
    shared_bytes: bool
    multi_writer: bool
    needs_live_peer: bool
    production: bool


@dataclass(frozen=True, kw_only=True)
class StorageProfile:
    name: str
    capabilities: Capabilities
    table_engine: str
    merge_tree: tuple[tuple[str, int], ...] = ()
    """Settings of every table."""


PROFILES = {
    profile.name: profile
    for profile in (
        StorageProfile(
            name="replicated",
            capabilities=Capabilities(
                shared_bytes=False, multi_writer=True, needs_live_peer=True, production=True
            ),
            table_engine="ReplicatedMergeTree",
        ),
        StorageProfile(
            name="zero_copy",
            capabilities=Capabilities(
                shared_bytes=True, multi_writer=True, needs_live_peer=True, production=False
            ),
            table_engine="ReplicatedMergeTree",
            merge_tree=(("allow_remote_fs_zero_copy_replication", 1),),
        ),
        StorageProfile(
            name="smt",
            capabilities=Capabilities(
                shared_bytes=True, multi_writer=True, needs_live_peer=False, production=True
            ),
            table_engine="SharedMergeTree",
        ),
    )
}


def storage_configuration(deployment: Deployment, warehouse: Warehouse, rid: str) -> Node:
    """Disks and the policy that tables lie on; system tables stay on the replica's volume."""
    volume = encrypted_volume() if warehouse.encryption else {}
    objects = object_disks(deployment, warehouse, rid) if bucketed(warehouse) else {}
    disks = {**volume, **objects, **backup_disks(deployment, warehouse)}
    policies: dict[str, Node] = {POLICY: on_disk(tables_disk(warehouse))}
    if warehouse.encryption:
        policies["default"] = on_disk(ENCRYPTED_VOLUME)  # that of system logs
    return ({"disks": disks} if disks else {}) | {"policies": policies}


def bucketed(warehouse: Warehouse) -> bool:
    return warehouse.disk is Disk.OBJECT_STORAGE


def tables_disk(warehouse: Warehouse) -> str:
    if warehouse.encryption:
        return ENCRYPTED_OBJECTS if bucketed(warehouse) else ENCRYPTED_VOLUME
    return "cached_objects" if bucketed(warehouse) else "default"


def on_disk(disk: str) -> Node:
    return {"volumes": {"main": {"disk": disk}}}


def encrypted_volume() -> dict[str, Node]:
    """A folder of the replica's volume: the server's own disk is known too late to be wrapped."""
    return {
        "volume": {"type": "local", "path": "/var/lib/clickhouse/disks/volume/"},
        ENCRYPTED_VOLUME: encrypted("volume"),
    }


def encrypted(disk: str) -> Node:
    """The keys are no part of the configuration: they come from the file that the pod opened."""
    return Including(
        name=KEYS_SECTION, content={"type": "encrypted", "disk": disk, "path": "encrypted/"}
    )


def object_disks(deployment: Deployment, warehouse: Warehouse, rid: str) -> dict[str, Node]:
    """What is encrypted is so in the cache as well, which lies below."""
    cache_gib = max(1, warehouse.volume.size_gib * 6 // 10)
    disks: dict[str, Node] = {
        "objects": {
            "type": "object_storage",
            "object_storage_type": "s3",
            "metadata_type": "local",
            "endpoint": object_url(deployment, warehouse, rid),
            "region": deployment.region,
            "use_environment_credentials": True,
            "path": "/var/lib/clickhouse/disks/objects/",
        },
        "cached_objects": {
            "type": "cache",
            "disk": "objects",
            "path": "objects/",  # below the server's own folder of caches
            "max_size": f"{cache_gib}Gi",
            "cache_on_write_operations": True,
        },
    }
    if warehouse.encryption:
        disks[ENCRYPTED_OBJECTS] = encrypted("cached_objects")
    return disks


def object_url(deployment: Deployment, warehouse: Warehouse, rid: str) -> str:
    """One prefix for all replicas where bytes are shared, else one for each."""
    shared = PROFILES[warehouse.profile].capabilities.shared_bytes
    part = "shared" if shared else f"replicas/{rid}"
    return f"{deployment.s3_endpoint}/{deployment.data_bucket}/{warehouse.prefix}/{part}/"
