"""A warehouse as people see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from control.cli.output import UNKNOWN
from control.cli.service_view import ConditionView, Document, conditions_of, moment

NOT_HEARD = "the controller has not heard of it yet"


@dataclass(frozen=True, kw_only=True)
class KeeperMemberView:
    member: int
    state: str
    ready: bool
    since: datetime | None


@dataclass(frozen=True, kw_only=True)
class WarehouseView:
    name: str
    namespace: str
    phase: str
    version: str
    profile: str
    shared_bytes: bool | None
    production: bool | None
    disk: str
    keeper_ready: int | None
    keeper_members: int
    services: int | None
    data_retention: str
    credentials_secret: str
    data_keys: int | None
    """Those that are there; None where the warehouse is not encrypted."""
    kms_keys: tuple[str, ...]
    created_at: datetime | None
    conditions: tuple[ConditionView, ...] = ()
    heard: bool = False
    """The controller has seen the latest wishes."""
    keeper_change: str = ""
    """What Keeper's members are up to; empty where they are as wanted."""
    members: tuple[KeeperMemberView, ...] = ()

    @property
    def encryption(self) -> str:
        if self.data_keys is None:
            return "no"
        if not self.data_keys:
            return "yes, by a data key that is not there yet"
        return f"by data key {self.data_keys}, which {', '.join(self.kms_keys)} wraps"

    @property
    def keeper(self) -> str:
        known = UNKNOWN if self.keeper_ready is None else str(self.keeper_ready)
        return f"{known}/{self.keeper_members}"


def warehouse_view(document: Document) -> WarehouseView:
    meta = document["metadata"]
    spec: Document = document.get("spec") or {}
    status: Document = document.get("status") or {}
    keeper: Document = status.get("keeper") or {}
    storage: Document = status.get("storage") or {}
    encryption: Document = status.get("encryption") or {}
    conditions = conditions_of(status)
    members = (spec.get("keeper") or {}).get("replicas", 3)
    return WarehouseView(
        name=meta["name"],
        namespace=meta["namespace"],
        phase="Deleting" if "deletionTimestamp" in meta else status.get("phase", UNKNOWN),
        version=status.get("version") or spec.get("version") or UNKNOWN,
        profile=spec.get("storageProfile", "replicated"),
        shared_bytes=storage.get("sharedBytes"),
        production=storage.get("production"),
        disk=spec.get("disk", "objectStorage"),
        keeper_ready=keeper.get("ready"),
        keeper_members=keeper.get("members", members),
        services=status.get("services"),
        data_retention=spec.get("dataRetention", "retain"),
        credentials_secret=status.get("credentialsSecret")
        or spec.get("credentialsSecret")
        or f"{meta['name']}-credentials",
        data_keys=encryption.get("dataKeys", 0) if "encryption" in spec else None,
        kms_keys=tuple(encryption.get("kmsKeyArns") or ()),
        created_at=moment(meta.get("creationTimestamp")),
        conditions=conditions,
        heard=is_heard(document),
        keeper_change=keeper_change(conditions),
        members=tuple(
            KeeperMemberView(
                member=row["member"],
                state=row["state"],
                ready=row.get("ready", False),
                since=moment(row.get("since")),
            )
            for row in keeper.get("ensemble") or ()
        ),
    )


def is_heard(document: Document) -> bool:
    """The controller has seen the latest wishes."""
    seen: int = (document.get("status") or {}).get("observedGeneration", 0)
    return seen >= int(document["metadata"].get("generation", 1))


def keeper_change(conditions: tuple[ConditionView, ...]) -> str:
    sized = next((each for each in conditions if each.type == "KeeperSized"), None)
    if sized is None or sized.status == "True":
        return ""
    return f"{sized.reason}: {sized.message}" if sized.message else sized.reason
