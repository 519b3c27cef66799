"""From the API server's documents to the model."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from control.scaling.upgrading import Channel, Images, Release, Window
from control.warehouses.backup_objects import plan_from
from control.warehouses.idle_memory import Requests
from control.warehouses.keeper_ensemble import ensemble_from
from control.warehouses.model import (
    UNIT_GIB,
    Access,
    Deployment,
    Desired,
    Disk,
    Encryption,
    Idle,
    KeeperSize,
    Retention,
    Role,
    Service,
    Size,
    Tls,
    Volume,
    Warehouse,
)
from control.warehouses.moments import moment_from as moment_from
from control.warehouses.moments import moment_text as moment_text
from control.warehouses.names import FINALIZER, SLEEP, WAKE
from control.warehouses.restore_objects import recorded_restore, restore_from_section
from control.warehouses.scaling_wishes import WEEKDAYS, schedule_text

Document = Mapping[str, Any]


def warehouse_from(document: Document) -> Warehouse:
    meta, spec = document["metadata"], document.get("spec") or {}
    status: Document = document.get("status") or {}
    keeper, volume = spec.get("keeper") or {}, spec.get("replicaVolume") or {}
    return Warehouse(
        name=meta["name"],
        namespace=meta["namespace"],
        uid=meta["uid"],
        generation=meta.get("generation", 1),
        version=spec.get("version", ""),
        image=spec.get("image", ""),
        channel=Channel(spec.get("channel", Channel.DEFAULT)),
        window=window_from(spec.get("maintenanceWindow")),
        urgent_version=spec.get("urgentVersion", ""),
        images=images_from(status),
        profile=spec.get("storageProfile", "replicated"),
        accept_experimental=spec.get("acceptExperimental", False),
        disk=Disk(spec.get("disk", Disk.OBJECT_STORAGE)),
        credentials_secret=spec.get("credentialsSecret", ""),
        keeper=KeeperSize(
            replicas=keeper.get("replicas", 3),
            memory_gib=keeper.get("memoryGib", 2),
            volume_gib=keeper.get("volumeGib", 10),
            image=keeper.get("image", ""),
        ),
        recorded=ensemble_from(((status.get("keeper") or {}).get("ensemble")) or ()),
        volume=Volume(
            size_gib=volume.get("sizeGib", 100), storage_class=volume.get("storageClass", "")
        ),
        retention=Retention(spec.get("dataRetention", Retention.RETAIN)),
        encryption=encryption_from(spec.get("encryption"), document.get("status") or {}),
        backup=plan_from(spec.get("backup") or {}),
        restore_from=restore_from_section(spec.get("restoreFrom")),
        restore=recorded_restore(status.get("restore")),
        created_at=moment_from(meta["creationTimestamp"]),
        carry_logs=spec.get("carrySystemLogs", True),
        deleting="deletionTimestamp" in meta,
        finalizing=FINALIZER in meta.get("finalizers", ()),
    )


def encryption_from(section: Document | None, status: Document) -> Encryption | None:
    if section is None:
        return None
    made = (status.get("encryption") or {}).get("dataKeys", 0)
    return Encryption(wanted=section.get("dataKeys", 1), made=made)


def window_from(window: Document | None) -> Window | None:
    if window is None:
        return None
    return Window(weekday=WEEKDAYS[window["weekday"]], start_hour=window["startHourUtc"])


def images_from(status: Document) -> Images:
    keeper = status.get("keeper") or {}
    return Images(server=status.get("image", ""), keeper=keeper.get("image", ""))


def service_from(document: Document) -> Service:
    meta, spec = document["metadata"], document["spec"]
    memory = spec["memory"]
    return Service(
        name=meta["name"],
        namespace=meta["namespace"],
        uid=meta["uid"],
        generation=meta.get("generation", 1),
        created_at=moment_from(meta["creationTimestamp"]),
        warehouse=spec["warehouse"],
        role=Role(spec["role"]),
        access=Access(spec.get("access", Access.READ_WRITE)),
        desired=Desired(spec.get("desired", Desired.RUNNING)),
        replicas=spec["replicas"],
        size=Size(units=within_bounds(memory) // UNIT_GIB),
        smallest=Size(units=memory["minGib"] // UNIT_GIB),
        largest=Size(units=memory["maxGib"] // UNIT_GIB),
        image=spec.get("image", ""),
        restart_token=spec.get("restartToken", ""),
        schedule=schedule_text(spec.get("schedule") or []),
        allowlist=tuple(entry["cidr"] for entry in spec.get("allowlist") or ()),
        tls=tls_from(spec.get("tls")),
        idle=idle_from(spec.get("idle") or {}),
        requests=requests_from(meta.get("annotations") or {}),
        activator_port=((document.get("status") or {}).get("idle") or {}).get("port"),
        deleting="deletionTimestamp" in meta,
        finalizing=FINALIZER in meta.get("finalizers", ()),
    )


def within_bounds(memory: Document) -> int:
    """Bounds win over the wanted size at once, whoever chose that."""
    wanted: int = memory.get("gib", memory["minGib"])
    return int(min(max(wanted, memory["minGib"]), memory["maxGib"]))


def idle_from(idle: Document) -> Idle:
    return Idle(
        enabled=idle.get("enabled", False),
        after=timedelta(minutes=idle.get("timeoutMinutes", 15)),
    )


def tls_from(tls: Document | None) -> Tls | None:
    return Tls(secret=tls["secret"], hosts=tuple(tls.get("hosts") or ())) if tls else None


def requests_from(annotations: Mapping[str, str]) -> Requests:
    return Requests(wake=annotations.get(WAKE, ""), sleep=annotations.get(SLEEP, ""))


def deployment_from(facts: Mapping[str, str], *, s3_endpoint: str) -> Deployment:
    return Deployment(
        name=facts.get("deployment", ""),
        cloud=facts.get("cloud", ""),
        region=facts.get("region", ""),
        account=facts.get("account", ""),
        data_bucket=facts.get("data_bucket", ""),
        backup_bucket=facts.get("backup_bucket", ""),
        monitoring_bucket=facts.get("monitoring_bucket", ""),
        image_server=facts.get("image_server", Deployment.image_server),
        image_keeper=facts.get("image_keeper", Deployment.image_keeper),
        image_control=facts.get("image_control", Deployment.image_control),
        tde_key_arn=facts.get("tde_key_arn", ""),
        tde_role_arn=facts.get("tde_role_arn", ""),
        server_service_account=facts.get("server_service_account", "default"),
        keeper_service_account=facts.get("keeper_service_account", "default"),
        s3_endpoint=s3_endpoint,
        releases=releases_from(facts.get("releases", "{}")),
        routed=frozenset(json.loads(facts.get("routed_services", "[]"))),
    )


def releases_from(dates: str) -> tuple[Release, ...]:
    """`dates` is JSON: the day on which each version was released."""
    return tuple(
        Release(version=version, released_at=datetime.fromisoformat(day).replace(tzinfo=UTC))
        for version, day in json.loads(dates).items()
    )
