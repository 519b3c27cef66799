"""Instances, volumes and interfaces of a launch template carry our tag."""

from collections.abc import Iterator

from policies.frameworks import INVENTORY
from policies.rule import Props, Rule, Severity
from policies.shapes import at, listed
from policies.tagging import carries_tag

MADE = ("instance", "volume", "network-interface")


def check(props: Props) -> Iterator[str]:
    specifications = {
        block["resourceType"]: block.get("tags") for block in listed(at(props, "tagSpecifications"))
    }
    for kind in MADE:
        if not carries_tag(specifications.get(kind)):
            yield f"What it launches as {kind} has no tag clickhouse-byoc=true."


RULE = Rule(
    name="byoc-tag-node-resources",
    severity=Severity.HIGH,
    summary="Instances, volumes and interfaces of a launch template carry our tag.",
    remedy=(
        "Pass tag_specifications for instance, volume and network-interface with"
        " clickhouse-byoc=true."
    ),
    resource_types=("aws:ec2/launchTemplate:LaunchTemplate",),
    frameworks=(*INVENTORY,),
    check=check,
)
