"""No Secret holds a token of a service account that never expires."""

from policies.frameworks import CREDENTIALS
from policies.rule import Rule, Severity
from policies.shapes import none_of

RULE = Rule(
    name="kubernetes-no-lasting-tokens",
    severity=Severity.HIGH,
    summary="No Secret holds a token of a service account that never expires.",
    remedy=("Take it away: pods get tokens that expire, and kubectl create token makes others."),
    resource_types=("kubernetes:core/v1:Secret",),
    frameworks=(*CREDENTIALS,),
    check=none_of(
        "type",
        ("kubernetes.io/service-account-token",),
        "Its token never expires.",
        default="Opaque",
    ),
)
