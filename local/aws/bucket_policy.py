"""Bucket policies with their conditions: moto looks at actions and resources alone, so that a
statement which refuses plain HTTP would refuse everything."""

from __future__ import annotations

import json
from typing import Any

from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.s3.models import FakeBucket

from local.aws.iam.conditions import Context, conditions_hold

CONTEXT: Context = {"aws:SecureTransport": "true", "s3:TlsVersion": "1.3"}
"""The local endpoint speaks plain HTTP on loopback in the place of HTTPS, and counts as such."""


def extend_bucket_policies() -> None:
    FakeBucket.get_permission = permission  # type: ignore[method-assign, assignment]


def permission(bucket: FakeBucket, action: str, resource: str) -> Any:
    if bucket.policy is None:
        return PermissionResult.NEUTRAL
    document = applying(json.loads(bucket.policy.decode()))
    return IAMPolicy(json.dumps(document)).is_action_permitted(action, resource)


def applying(document: dict[str, Any]) -> dict[str, Any]:
    """The statements whose conditions hold for a request here."""
    statements = document["Statement"]
    if not isinstance(statements, list):
        statements = [statements]
    kept = [
        {name: value for name, value in statement.items() if name != "Condition"}
        for statement in statements
        if conditions_hold(statement.get("Condition", {}), CONTEXT)
    ]
    return {**document, "Statement": kept}
