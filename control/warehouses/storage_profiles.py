"""Storage profiles: how the replicas of a warehouse hold their data, and what follows from it."""

from dataclasses import dataclass

from control.warehouses.backup_storage import backup_disks
from control.warehouses.model import Deployment, Disk, Warehouse
from control.warehouses.xml_document import Node

POLICY = "warehouse"


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
    backups = backup_disks(deployment, warehouse)
    if warehouse.disk is Disk.VOLUME:
        disks: dict[str, Node] = {"disks": backups} if backups else {}
        return disks | {"policies": {POLICY: {"volumes": {"main": {"disk": "default"}}}}}
    cache_gib = max(1, warehouse.volume.size_gib * 6 // 10)
    return {
        "disks": {
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
            **backups,
        },
        "policies": {POLICY: {"volumes": {"main": {"disk": "cached_objects"}}}},
    }


def object_url(deployment: Deployment, warehouse: Warehouse, rid: str) -> str:
    """One prefix for all replicas where bytes are shared, else one for each."""
    shared = PROFILES[warehouse.profile].capabilities.shared_bytes
    part = "shared" if shared else f"replicas/{rid}"
    return f"{deployment.s3_endpoint}/{deployment.data_bucket}/{warehouse.prefix}/{part}/"
