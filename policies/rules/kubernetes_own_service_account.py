"""Pods have a service account of their own."""

from collections.abc import Iterator

from policies.cel import Cel, field
from policies.frameworks import LEAST_PRIVILEGE
from policies.pods import WORKLOADS, pod_spec
from policies.rule import Props, Rule, Severity


def check(props: Props) -> Iterator[str]:
    if (pod_spec(props).get("serviceAccountName") or "default") == "default":
        yield "It runs as the account that every careless pod shares."


RULE = Rule(
    name="kubernetes-own-service-account",
    severity=Severity.MEDIUM,
    summary="Pods have a service account of their own.",
    remedy=("Set serviceAccountName; the account default is shared by all that name none."),
    resource_types=WORKLOADS,
    frameworks=(
        *LEAST_PRIVILEGE,
        "CIS EKS 1.5.0 4.1.5",
    ),
    check=check,
    cel=Cel(
        holds="!(" + field("variables.pod", "serviceAccountName", "''") + " in ['', 'default'])"
    ),
)
