"""Node pools of AKS reach over three zones."""

from collections.abc import Iterator

from policies.frameworks import AVAILABILITY
from policies.rule import Parameters, Props, Rule, Severity
from policies.shapes import at, listed


def check(props: Props, parameters: Parameters) -> Iterator[str]:
    """AKS places nodes in no zone in particular unless told otherwise."""
    for pool in listed(at(props, "agentPoolProfiles")):
        zones = set(listed(pool.get("availabilityZones")))
        if len(zones) < parameters["zones"]:
            yield f"The pool {pool['name']} lies in {len(zones)} zones."


RULE = Rule(
    name="azure-aks-over-zones",
    severity=Severity.HIGH,
    summary="Node pools of AKS reach over three zones.",
    remedy='Set availability_zones=["1", "2", "3"] on every pool.',
    resource_types=("azure-native:containerservice:ManagedCluster",),
    frameworks=(*AVAILABILITY,),
    parameters={"zones": 3},
    check=check,
)
