"""Tailscale joins the tailnet under a tag, which access rules name."""

from collections.abc import Iterator, Mapping
from typing import Any

from policies.frameworks import THIRD_PARTY
from policies.pods import WORKLOADS
from policies.rule import Rule, Severity
from policies.tailscale import per_agent


def check_agent(environment: Mapping[str, Any]) -> Iterator[str]:
    if "--advertise-tags=tag:" not in environment.get("TS_EXTRA_ARGS", ""):
        yield "Its agent joins as a person's device, with that person's rights and key expiry."


RULE = Rule(
    name="byoc-tailscale-tagged",
    severity=Severity.HIGH,
    summary="Tailscale joins the tailnet under a tag, which access rules name.",
    remedy="Put --advertise-tags=tag:clickhouse-byoc into TS_EXTRA_ARGS.",
    resource_types=WORKLOADS,
    frameworks=(*THIRD_PARTY,),
    check=per_agent(check_agent),
)
