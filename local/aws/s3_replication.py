"""A bucket's replication, told as it was set: moto keeps every field and tells half of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.core.responses import ActionResult
from moto.s3.exceptions import ReplicationConfigurationNotFoundError
from moto.s3.responses import S3Response

TOLD = (
    *("ID", "Status", "Destination", "SourceSelectionCriteria", "DeleteMarkerReplication"),
    "ExistingObjectReplication",
)


def told(rule: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: rule[name] for name in TOLD if rule.get(name)}
    return {
        "Filter": rule.get("Filter") or {"Prefix": ""},
        "Priority": int(rule["Priority"]),
        **kept,
    }


def get_bucket_replication(response: S3Response) -> Any:
    response.data["Action"] = "GetBucketReplication"
    found: Any = response.backend.get_bucket_replication(response.bucket_name)
    if not found:
        raise ReplicationConfigurationNotFoundError(bucket_name=response.bucket_name)
    rules = [told(rule) for rule in found["Rule"]]
    return response.serialized(
        ActionResult({"ReplicationConfiguration": {"Role": found["Role"], "Rules": rules}})
    )


def install() -> None:
    S3Response.get_bucket_replication = get_bucket_replication  # type: ignore[method-assign, assignment]
