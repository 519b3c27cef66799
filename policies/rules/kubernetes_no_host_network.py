"""No pod shares the network of its node."""

from policies.cel import Cel, field
from policies.frameworks import ISOLATION
from policies.pods import WORKLOADS, pod_field_off
from policies.rule import Rule, Severity

RULE = Rule(
    name="kubernetes-no-host-network",
    severity=Severity.CRITICAL,
    summary="No pod shares the network of its node.",
    remedy="Take hostNetwork out of the pod.",
    resource_types=WORKLOADS,
    frameworks=(
        *ISOLATION,
        "CIS EKS 1.5.0 4.2.4",
    ),
    check=pod_field_off(
        "hostNetwork", "It shares the network of its node: no network policy holds for it."
    ),
    cel=Cel(holds="!" + field("variables.pod", "hostNetwork", "false")),
)
