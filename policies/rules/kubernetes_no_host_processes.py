"""No pod sees the processes of its node."""

from policies.cel import Cel, field
from policies.frameworks import ISOLATION
from policies.pods import WORKLOADS, pod_field_off
from policies.rule import Rule, Severity

RULE = Rule(
    name="kubernetes-no-host-processes",
    severity=Severity.CRITICAL,
    summary="No pod sees the processes of its node.",
    remedy="Take hostPID out of the pod.",
    resource_types=WORKLOADS,
    frameworks=(
        *ISOLATION,
        "CIS EKS 1.5.0 4.2.2",
    ),
    check=pod_field_off("hostPID", "It sees and can signal every process of its node."),
    cel=Cel(holds="!" + field("variables.pod", "hostPID", "false")),
)
