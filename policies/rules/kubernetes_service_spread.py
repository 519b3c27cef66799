"""Pods of a Deployment with replicas spread over zones or nodes."""

from collections.abc import Iterator

from policies.frameworks import AVAILABILITY
from policies.pods import DEPLOYMENT, pod_spec
from policies.rule import Props, Rule, Severity
from policies.shapes import at


def check(props: Props) -> Iterator[str]:
    """A single pod, which is Kubernetes' default, has nothing to spread."""
    spec = pod_spec(props)
    spread = spec.get("topologySpreadConstraints") or at(spec, "affinity.podAntiAffinity")
    if (at(props, "spec.replicas") or 1) > 1 and not spread:
        yield "All of its pods may land on one node."


RULE = Rule(
    name="kubernetes-service-spread",
    severity=Severity.MEDIUM,
    summary="Pods of a Deployment with replicas spread over zones or nodes.",
    remedy="Add topologySpreadConstraints.",
    resource_types=(DEPLOYMENT,),
    frameworks=(*AVAILABILITY,),
    check=check,
)
