"""No pod mounts a folder of its node."""

from collections.abc import Iterator

from policies.cel import Cel
from policies.frameworks import ISOLATION
from policies.pods import WORKLOADS, pod_spec
from policies.rule import Props, Rule, Severity
from policies.shapes import listed


def check(props: Props) -> Iterator[str]:
    for volume in listed(pod_spec(props).get("volumes")):
        if "hostPath" in set(volume):
            path = volume["hostPath"]["path"]
            yield f"The volume {volume['name']} is the folder {path} of the node."


RULE = Rule(
    name="kubernetes-no-host-paths",
    severity=Severity.CRITICAL,
    summary="No pod mounts a folder of its node.",
    remedy="Use a PersistentVolumeClaim, an emptyDir or a projected volume.",
    resource_types=WORKLOADS,
    frameworks=(*ISOLATION,),
    check=check,
    cel=Cel(holds="!variables.pod.?volumes.orValue([]).exists(v, has(v.hostPath))"),
)
