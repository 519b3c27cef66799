"""Nodes have no SSH key."""

from policies.frameworks import CREDENTIALS
from policies.rule import Rule, Severity
from policies.shapes import absent

RULE = Rule(
    name="aws-launch-template-no-key",
    severity=Severity.MEDIUM,
    summary="Nodes have no SSH key.",
    remedy="Take key_name away; use Session Manager or kubectl debug.",
    resource_types=("aws:ec2/launchTemplate:LaunchTemplate",),
    frameworks=(*CREDENTIALS,),
    check=absent("keyName", "Whoever has its key can log in to every node."),
)
