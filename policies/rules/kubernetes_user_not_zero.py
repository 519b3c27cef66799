"""No pod or container asks for the user 0."""

from collections.abc import Iterator

from policies.cel import Cel, field
from policies.frameworks import ISOLATION, LEAST_PRIVILEGE
from policies.pods import WORKLOADS, containers, pod_spec
from policies.rule import Props, Rule, Severity
from policies.shapes import at

USER = "securityContext.runAsUser"


def check(props: Props) -> Iterator[str]:
    if at(pod_spec(props), USER) == 0:
        yield "The pod runs as root."
    for container in containers(props):
        if at(container, USER) == 0:
            yield f"Container {container['name']} runs as root."


RULE = Rule(
    name="kubernetes-user-not-zero",
    severity=Severity.HIGH,
    summary="No pod or container asks for the user 0.",
    remedy="Set runAsUser to a number above 0, or leave it to the image.",
    resource_types=WORKLOADS,
    frameworks=(
        *ISOLATION,
        *LEAST_PRIVILEGE,
    ),
    check=check,
    cel=Cel(
        holds=" && ".join(
            (
                field("variables.pod", USER, "1") + " != 0",
                "variables.containers.all(c, " + field("c", USER, "1") + " != 0)",
            )
        )
    ),
)
