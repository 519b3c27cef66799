"""What a destroy takes away for ever: warehouses, and buckets with all that is in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from control.cli.layers import OWN_OBJECTS

BUCKET = "aws:s3/bucket:Bucket"
PHRASE = "delete data"
Document = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class AtStake:
    warehouses: tuple[str, ...] = ()
    buckets: tuple[str, ...] = ()
    """That are emptied and deleted."""
    guarded: tuple[str, ...] = ()
    """That refuse it, with what is in them."""

    @property
    def is_anything(self) -> bool:
        return bool(self.warehouses or self.buckets)


def at_stake(resources: Iterable[Document], in_cluster: Iterable[str] = ()) -> AtStake:
    """By the recorded state, and warehouses that were made beside it in the cluster."""
    held = [each for each in resources if not each.get("delete")]
    warehouses = {*in_cluster, *(name for each in held if (name := warehouse(each)))}
    buckets = [each for each in held if each["type"] == BUCKET and each.get("id")]
    return AtStake(
        warehouses=tuple(sorted(warehouses)),
        buckets=tuple(sorted(str(each["id"]) for each in buckets if is_disposable(each))),
        guarded=tuple(sorted(str(each["id"]) for each in buckets if not is_disposable(each))),
    )


def warehouse(resource: Document) -> str | None:
    type_ = str(resource["type"])
    if not (type_.startswith(OWN_OBJECTS) and type_.endswith(":Warehouse")):
        return None
    metadata = (resource.get("inputs") or {}).get("metadata") or {}
    name = metadata.get("name")
    return str(name) if name else None


def is_disposable(bucket: Document) -> bool:
    return bool((bucket.get("inputs") or {}).get("forceDestroy")) and not bucket.get("protect")


def lines(stake: AtStake) -> list[str]:
    told = (
        ("Gone for ever, with all their data", "warehouses", stake.warehouses),
        ("Emptied and deleted", "buckets", stake.buckets),
        ("Kept: they refuse to be deleted", "buckets", stake.guarded),
    )
    return [f"{what}: {kind} {', '.join(names)}." for what, kind, names in told if names]
