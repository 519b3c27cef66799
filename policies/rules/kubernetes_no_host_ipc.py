"""No pod shares memory with processes of its node."""

from policies.cel import Cel, field
from policies.frameworks import ISOLATION
from policies.pods import WORKLOADS, pod_field_off
from policies.rule import Rule, Severity

RULE = Rule(
    name="kubernetes-no-host-ipc",
    severity=Severity.CRITICAL,
    summary="No pod shares memory with processes of its node.",
    remedy="Take hostIPC out of the pod.",
    resource_types=WORKLOADS,
    frameworks=(
        *ISOLATION,
        "CIS EKS 1.5.0 4.2.3",
    ),
    check=pod_field_off("hostIPC", "It shares memory with the processes of its node."),
    cel=Cel(holds="!" + field("variables.pod", "hostIPC", "false")),
)
