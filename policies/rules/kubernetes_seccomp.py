"""Pods filter system calls."""

from collections.abc import Iterator

from policies.frameworks import ISOLATION
from policies.pods import WORKLOADS, containers, pod_spec
from policies.rule import Props, Rule, Severity
from policies.shapes import at

FILTERED = ("RuntimeDefault", "Localhost")


def check(props: Props) -> Iterator[str]:
    """The kubelet filters nothing unless told otherwise."""
    of_pod = at(pod_spec(props), "securityContext.seccompProfile.type")
    for container in containers(props):
        profile = at(container, "securityContext.seccompProfile.type") or of_pod
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
)
