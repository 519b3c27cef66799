"""Node pools of GKE reach over three zones."""

from collections.abc import Iterator

from policies.frameworks import AVAILABILITY
from policies.rule import Parameters, Props, Rule, Severity
from policies.shapes import at, listed


def check(props: Props, parameters: Parameters) -> Iterator[str]:
    """A pool without zones of its own has those of its cluster, which are three in a region."""
    zones = listed(at(props, "nodeLocations"))
    if zones and len(set(zones)) < parameters["zones"]:
        yield f"Its nodes lie in {', '.join(zones)} only."


RULE = Rule(
    name="gcp-gke-over-zones",
    severity=Severity.HIGH,
    summary="Node pools of GKE reach over three zones.",
    remedy="List three zones in node_locations.",
    resource_types=("gcp:container/nodePool:NodePool",),
    frameworks=(*AVAILABILITY,),
    parameters={"zones": 3},
    check=check,
)
