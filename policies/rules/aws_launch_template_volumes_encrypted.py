"""Volumes of nodes are encrypted."""

from collections.abc import Iterator

from policies.frameworks import AT_REST
from policies.rule import Props, Rule, Severity
from policies.shapes import at, is_on, listed


def check(props: Props) -> Iterator[str]:
    mappings = listed(at(props, "blockDeviceMappings"))
    if not mappings:
        yield "Its volumes are as the image has them, which are not encrypted."
    for mapping in mappings:
        if at(mapping, "ebs") and not is_on(at(mapping, "ebs.encrypted")):
            yield f"The volume {mapping['deviceName']} is not encrypted."


RULE = Rule(
    name="aws-launch-template-volumes-encrypted",
    severity=Severity.HIGH,
    summary="Volumes of nodes are encrypted.",
    remedy='Set ebs={"encrypted": True, "kms_key_id": ...} in block_device_mappings.',
    resource_types=("aws:ec2/launchTemplate:LaunchTemplate",),
    frameworks=(
        *AT_REST,
        "CIS AWS 3.0.0 2.2.1",
    ),
    check=check,
)
