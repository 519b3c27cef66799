"""No container takes a port of its node."""

from collections.abc import Iterator

from policies.cel import Cel, Each
from policies.frameworks import NETWORK_BOUNDARY
from policies.pods import WORKLOADS, containers
from policies.rule import Props, Rule, Severity
from policies.shapes import listed


def check(props: Props) -> Iterator[str]:
    for container in containers(props):
        for port in listed(container.get("ports")):
            if port.get("hostPort"):
                yield f"Container {container['name']} takes port {port['hostPort']:g} of its node."


RULE = Rule(
    name="kubernetes-no-host-ports",
    severity=Severity.HIGH,
    summary="No container takes a port of its node.",
    remedy="Use a Service; take hostPort away.",
    resource_types=WORKLOADS,
    frameworks=(*NETWORK_BOUNDARY,),
    check=check,
    cel=Cel(each=Each.CONTAINER, holds="c.?ports.orValue([]).all(p, p.?hostPort.orValue(0) == 0)"),
)
