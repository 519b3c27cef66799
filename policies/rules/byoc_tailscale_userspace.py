"""Tailscale runs in user space: no network device, no rights on the node."""

from collections.abc import Iterator, Mapping
from typing import Any

from policies.frameworks import ISOLATION
from policies.pods import WORKLOADS
from policies.rule import Rule, Severity
from policies.tailscale import per_agent


def check_agent(environment: Mapping[str, Any]) -> Iterator[str]:
    """The image's own default is user space."""
    if environment.get("TS_USERSPACE", "true") != "true":
        yield "Its agent asks for a network device of the node."


RULE = Rule(
    name="byoc-tailscale-userspace",
    severity=Severity.HIGH,
    summary="Tailscale runs in user space: no network device, no rights on the node.",
    remedy='Set TS_USERSPACE to "true".',
    resource_types=WORKLOADS,
    frameworks=(*ISOLATION,),
    check=per_agent(check_agent),
)
