"""Pods of a StatefulSet spread over zones."""

from collections.abc import Iterator

from policies.frameworks import AVAILABILITY
from policies.pods import pod_spec
from policies.rule import Props, Rule, Severity
from policies.shapes import at, listed

ZONE = "topology.kubernetes.io/zone"


def check(props: Props) -> Iterator[str]:
    spec = pod_spec(props)
    spread = {rule["topologyKey"] for rule in listed(spec.get("topologySpreadConstraints"))}
    apart = at(spec, "affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution")
    if ZONE not in spread | {term["topologyKey"] for term in listed(apart)}:
        yield "All of its pods may land in one zone."


RULE = Rule(
    name="byoc-stateful-set-spread",
    severity=Severity.HIGH,
    summary="Pods of a StatefulSet spread over zones.",
    remedy=(
        "Add topologySpreadConstraints with topologyKey: topology.kubernetes.io/zone to its pods."
    ),
    resource_types=("kubernetes:apps/v1:StatefulSet",),
    frameworks=(*AVAILABILITY,),
    check=check,
)
