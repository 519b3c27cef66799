"""Where a warehouse's backups lie, and the disks by which its servers write and read them."""

from collections.abc import Mapping

from control.warehouses.backup import Place
from control.warehouses.manifest_parts import Manifest, env_from_secret
from control.warehouses.model import Deployment, Warehouse
from control.warehouses.xml_document import FromEnv, Node

KEY_ID, KEY = "access_key_id", "secret_access_key"
S3_ENDPOINT = "https://s3.{region}.amazonaws.com"


def backup_place(deployment: Deployment, warehouse: Warehouse) -> Place | None:
    """None where neither the warehouse nor the deployment has a bucket for backups."""
    own = warehouse.backup.own_bucket
    if own is not None:
        path = f"{own.path.strip('/')}/" if own.path.strip("/") else ""
        return Place(
            bucket=own.bucket,
            prefix=f"{path}{warehouse.prefix}/backups/",
            region=own.region,
            role_arn=own.role_arn,
            role_session_name=own.role_session_name,
            secret=own.secret,
        )
    if not deployment.backup_bucket:
        return None
    return Place(bucket=deployment.backup_bucket, prefix=f"{warehouse.prefix}/backups/")


def places(deployment: Deployment, warehouse: Warehouse) -> list[Place]:
    """The warehouse's own place, and the one that it is restored from."""
    own = backup_place(deployment, warehouse)
    source = warehouse.restore.place if warehouse.restore else None
    found = {place.disk: place for place in (own, source) if place is not None}
    return list(found.values())


def backup_disks(deployment: Deployment, warehouse: Warehouse) -> dict[str, Node]:
    """A server starts without its backup bucket: the disks are looked at when they are used."""
    return {
        place.disk: {
            "type": "object_storage",
            "object_storage_type": "s3",
            "metadata_type": "plain",
            "endpoint": f"{endpoint(deployment, place)}/{place.bucket}/{place.prefix}",
            "region": place.region or deployment.region,
            "skip_access_check": True,
            **identity(place, number),
        }
        for number, place in enumerate(places(deployment, warehouse))
    }


def allowed_disks(deployment: Deployment, warehouse: Warehouse) -> Mapping[str, Node]:
    """BACKUP and RESTORE may use these disks, and no other disk and no path on the volume."""
    names = [place.disk for place in places(deployment, warehouse)]
    return {"backups": {"allowed_disk": names}} if names else {}


def endpoint(deployment: Deployment, place: Place) -> str:
    if not place.region or place.region == deployment.region:
        return deployment.s3_endpoint
    return S3_ENDPOINT.format(region=place.region)


def identity(place: Place, number: int) -> dict[str, Node]:
    if place.secret:
        return {
            "access_key_id": FromEnv(variable(number, KEY_ID)),
            "secret_access_key": FromEnv(variable(number, KEY)),
        }
    role: dict[str, Node] = {"use_environment_credentials": True}
    if place.role_arn:
        role["role_arn"] = place.role_arn
        role["role_session_name"] = place.role_session_name or "clickhouse-backups"
    return role


def backup_environment(deployment: Deployment, warehouse: Warehouse) -> list[Manifest]:
    """Keys of a customer's own bucket, straight from the customer's Secret."""
    return [
        env_from_secret(variable(number, key), place.secret, key)
        for number, place in enumerate(places(deployment, warehouse))
        if place.secret
        for key in (KEY_ID, KEY)
    ]


def variable(number: int, key: str) -> str:
    return f"BACKUP_{number}_{key}".upper()
