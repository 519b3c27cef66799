"""Pods cannot reach the metadata service of their node."""

from collections.abc import Iterator

from policies.frameworks import ISOLATION
from policies.rule import Props, Rule, Severity
from policies.shapes import at


def check(props: Props) -> Iterator[str]:
    """One hop reaches the node itself; a pod is one hop further."""
    hops = at(props, "metadataOptions.httpPutResponseHopLimit") or 1
    if hops > 1:
        yield f"Its answers travel {hops:g} hops: every pod can take on the role of its node."


RULE = Rule(
    name="aws-launch-template-hop-limit",
    severity=Severity.HIGH,
    summary="Pods cannot reach the metadata service of their node.",
    remedy="Set http_put_response_hop_limit to 1.",
    resource_types=("aws:ec2/launchTemplate:LaunchTemplate",),
    frameworks=(*ISOLATION,),
    check=check,
)
