"""Containers of a pod do not see each other's processes."""

from policies.cel import Cel, field
from policies.frameworks import ISOLATION
from policies.pods import WORKLOADS, pod_field_off
from policies.rule import Rule, Severity

RULE = Rule(
    name="kubernetes-no-shared-processes",
    severity=Severity.MEDIUM,
    summary="Containers of a pod do not see each other's processes.",
    remedy="Take shareProcessNamespace out of the pod.",
    resource_types=WORKLOADS,
    frameworks=(*ISOLATION,),
    check=pod_field_off(
        "shareProcessNamespace", "Each container reads the memory and environment of the others."
    ),
    cel=Cel(holds="!" + field("variables.pod", "shareProcessNamespace", "false")),
)
