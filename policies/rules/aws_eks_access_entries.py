"""Who may enter a cluster is said by access entries alone."""

from policies.frameworks import LEAST_PRIVILEGE
from policies.rule import Rule, Severity
from policies.shapes import one_of

RULE = Rule(
    name="aws-eks-access-entries",
    severity=Severity.HIGH,
    summary="Who may enter a cluster is said by access entries alone.",
    remedy='Set access_config={"authentication_mode": "API"}.',
    resource_types=("aws:eks/cluster:Cluster",),
    frameworks=(*LEAST_PRIVILEGE,),
    check=one_of(
        "accessConfig.authenticationMode",
        ("API",),
        "Whoever may change a ConfigMap may let others in: {value}.",
        default="CONFIG_MAP",
    ),
)
