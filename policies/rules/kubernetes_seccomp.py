"""Pods filter system calls."""

from collections.abc import Iterator

from policies.cel import Cel, Each, inherited_field, quoted_list
from policies.frameworks import ISOLATION
from policies.pods import WORKLOADS, containers, pod_spec
from policies.rule import Props, Rule, Severity
from policies.shapes import at

FILTERED = ("RuntimeDefault", "Localhost")
PROFILE = "securityContext.seccompProfile.type"


def check(props: Props) -> Iterator[str]:
    """The kubelet filters nothing unless told otherwise."""
    of_pod = at(pod_spec(props), PROFILE)
    for container in containers(props):
        profile = at(container, PROFILE) or of_pod
        if profile not in FILTERED:
            yield f"Container {container['name']} may make every system call."


RULE = Rule(
    name="kubernetes-seccomp",
    severity=Severity.MEDIUM,
    summary="Pods filter system calls.",
    remedy="Set securityContext.seccompProfile.type: RuntimeDefault on the pod.",
    resource_types=WORKLOADS,
    frameworks=(*ISOLATION,),
    check=check,
    cel=Cel(
        each=Each.CONTAINER,
        holds=inherited_field(PROFILE, "''") + f" in {quoted_list(FILTERED)}",
    ),
)
