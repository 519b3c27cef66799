"""Storage accounts answer TLS alone."""

from policies.frameworks import IN_TRANSIT
from policies.rule import Rule, Severity
from policies.shapes import switched_on

RULE = Rule(
    name="azure-storage-https",
    severity=Severity.HIGH,
    summary="Storage accounts answer TLS alone.",
    remedy="Leave enable_https_traffic_only out, or set it to True.",
    resource_types=("azure-native:storage:StorageAccount",),
    frameworks=(*IN_TRANSIT,),
    check=switched_on("enableHttpsTrafficOnly", "It answers requests in plain text.", default=True),
)
