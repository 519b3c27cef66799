"""Add-ons are pinned: a cluster that is made again is the same cluster."""

from policies.frameworks import SUPPLY_CHAIN
from policies.rule import Rule, Severity
from policies.shapes import given

RULE = Rule(
    name="byoc-addons-pinned",
    severity=Severity.HIGH,
    summary="Add-ons are pinned: a cluster that is made again is the same cluster.",
    remedy="Pass addon_version from components/aws/addon_versions.py.",
    resource_types=("aws:eks/addon:Addon",),
    frameworks=(*SUPPLY_CHAIN,),
    check=given("addonVersion", "It has no version: AWS picks the one that is current on the day."),
)
