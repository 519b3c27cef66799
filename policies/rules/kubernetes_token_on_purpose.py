"""Pods say whether they get a token for the Kubernetes API."""

from collections.abc import Iterator

from policies.cel import Cel
from policies.frameworks import LEAST_PRIVILEGE
from policies.pods import WORKLOADS, pod_spec
from policies.rule import Props, Rule, Severity


def check(props: Props) -> Iterator[str]:
    """Kubernetes mounts one unless told otherwise."""
    if pod_spec(props).get("automountServiceAccountToken") is None:
        yield "It gets a token, whether it calls the API or not."


RULE = Rule(
    name="kubernetes-token-on-purpose",
    severity=Severity.MEDIUM,
    summary="Pods say whether they get a token for the Kubernetes API.",
    remedy=("Set automountServiceAccountToken: false, or true where the pod calls the API."),
    resource_types=WORKLOADS,
    frameworks=(
        *LEAST_PRIVILEGE,
        "CIS EKS 1.5.0 4.1.6",
    ),
    check=check,
    cel=Cel(holds="has(variables.pod.automountServiceAccountToken)"),
)
