"""Whether a bucket takes the access logs of others: its policy may also speak of everybody."""

from __future__ import annotations

import json

from moto.s3.models import FakeBucket

LOGGING = "logging.s3.amazonaws.com"


def admits_logs(target_bucket: FakeBucket, target_prefix: str | None) -> bool:
    """Some statement lets the logging service put objects there; where exactly is not looked at."""
    document = json.loads(target_bucket.policy.decode()) if target_bucket.policy else {}
    for statement in document.get("Statement", []):
        principal = statement.get("Principal", {})
        services = principal.get("Service", []) if isinstance(principal, dict) else []
        allowed = statement.get("Effect") == "Allow" and LOGGING in as_list(services)
        if allowed and {"s3:PutObject", "s3:*", "*"} & set(as_list(statement.get("Action", []))):
            return True
    return False


def as_list(value: str | list[str]) -> list[str]:
    return value if isinstance(value, list) else [value]


def install() -> None:
    FakeBucket._log_permissions_enabled_policy = staticmethod(admits_logs)  # type: ignore[method-assign]
