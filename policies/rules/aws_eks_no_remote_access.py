"""Nobody logs in to nodes by SSH."""

from policies.frameworks import NETWORK_BOUNDARY
from policies.rule import Rule, Severity
from policies.shapes import absent

RULE = Rule(
    name="aws-eks-no-remote-access",
    severity=Severity.HIGH,
    summary="Nobody logs in to nodes by SSH.",
    remedy=("Take remote_access away; kubectl debug and Session Manager do without a key."),
    resource_types=("aws:eks/nodeGroup:NodeGroup",),
    frameworks=(*NETWORK_BOUNDARY,),
    check=absent("remoteAccess", "It opens SSH on its nodes."),
)
