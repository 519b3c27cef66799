"""Load balancers are protected from deletion."""

from policies.frameworks import AVAILABILITY
from policies.rule import Rule, Severity
from policies.shapes import switched_on

RULE = Rule(
    name="aws-load-balancer-protected",
    severity=Severity.MEDIUM,
    summary="Load balancers are protected from deletion.",
    remedy="Set enable_deletion_protection=True.",
    resource_types=("aws:lb/loadBalancer:LoadBalancer",),
    frameworks=(*AVAILABILITY,),
    check=switched_on(
        "enableDeletionProtection", "One call deletes it, and its address with it.", default=False
    ),
)
