"""The auth key of Tailscale comes from a Secret, never from the manifest."""

from collections.abc import Iterator, Mapping
from typing import Any

from policies.frameworks import SECRETS
from policies.pods import WORKLOADS
from policies.rule import Rule, Severity
from policies.tailscale import per_agent


def check_agent(environment: Mapping[str, Any]) -> Iterator[str]:
    """An agent that logs in by workload identity has no key at all."""
    key = environment.get("TS_AUTHKEY", {})
    if isinstance(key, str):
        yield "The auth key stands in the manifest, for everyone who may read pods."


RULE = Rule(
    name="byoc-tailscale-key-from-secret",
    severity=Severity.CRITICAL,
    summary="The auth key of Tailscale comes from a Secret, never from the manifest.",
    remedy="Set TS_AUTHKEY by valueFrom.secretKeyRef.",
    resource_types=WORKLOADS,
    frameworks=(*SECRETS,),
    check=per_agent(check_agent),
)
