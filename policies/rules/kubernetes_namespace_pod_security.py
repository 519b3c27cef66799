"""Every namespace refuses pods with rights on nodes."""

from collections.abc import Iterator

from policies.frameworks import ISOLATION
from policies.rule import Parameters, Props, Rule, Severity
from policies.shapes import at

LABEL = "pod-security.kubernetes.io/enforce"


def check(props: Props, parameters: Parameters) -> Iterator[str]:
    """Kubernetes admits privileged pods unless told otherwise."""
    level = (at(props, "metadata.labels") or {}).get(LABEL, "privileged")
    if level not in parameters["levels"]:
        yield f"It admits pods of the level {level}."


RULE = Rule(
    name="kubernetes-namespace-pod-security",
    severity=Severity.HIGH,
    summary="Every namespace refuses pods with rights on nodes.",
    remedy="Add the label pod-security.kubernetes.io/enforce: restricted.",
    resource_types=("kubernetes:core/v1:Namespace",),
    frameworks=(
        *ISOLATION,
        "CIS EKS 1.5.0 4.2.1",
    ),
    parameters={"levels": ["restricted"]},
    check=check,
)
