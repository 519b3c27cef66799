"""Service accounts hand out tokens only to pods that ask for one."""

from policies.frameworks import LEAST_PRIVILEGE
from policies.rule import Rule, Severity
from policies.shapes import switched_off

RULE = Rule(
    name="kubernetes-service-account-token",
    severity=Severity.MEDIUM,
    summary="Service accounts hand out tokens only to pods that ask for one.",
    remedy=("Set automountServiceAccountToken: false; the pod that calls the API sets it to true."),
    resource_types=("kubernetes:core/v1:ServiceAccount",),
    frameworks=(
        *LEAST_PRIVILEGE,
        "CIS EKS 1.5.0 4.1.6",
    ),
    check=switched_off(
        "automountServiceAccountToken", "Every pod of it gets a token.", default=True
    ),
)
