"""Tailscale keeps no state: a node that is gone leaves the tailnet by itself."""

from collections.abc import Iterator, Mapping
from typing import Any

from policies.frameworks import THIRD_PARTY
from policies.pods import WORKLOADS
from policies.rule import Rule, Severity
from policies.tailscale import per_agent


def check_agent(environment: Mapping[str, Any]) -> Iterator[str]:
    """The image keeps its identity in the Secret "tailscale" unless told otherwise."""
    if environment.get("TS_STATE_DIR") != "mem:" or environment.get("TS_KUBE_SECRET"):
        yield "Its agent stays in the tailnet after it is gone: it keeps its identity."


RULE = Rule(
    name="byoc-tailscale-ephemeral",
    severity=Severity.LOW,
    summary="Tailscale keeps no state: a node that is gone leaves the tailnet by itself.",
    remedy=('Use an ephemeral auth key, set TS_KUBE_SECRET to "" and TS_STATE_DIR to "mem:".'),
    resource_types=WORKLOADS,
    frameworks=(*THIRD_PARTY,),
    check=per_agent(check_agent),
)
