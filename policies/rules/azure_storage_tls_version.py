"""Storage accounts refuse TLS below 1.2."""

from policies.frameworks import IN_TRANSIT
from policies.rule import Rule, Severity
from policies.shapes import one_of

RULE = Rule(
    name="azure-storage-tls-version",
    severity=Severity.HIGH,
    summary="Storage accounts refuse TLS below 1.2.",
    remedy='Set minimum_tls_version="TLS1_2".',
    resource_types=("azure-native:storage:StorageAccount",),
    frameworks=(*IN_TRANSIT,),
    check=one_of("minimumTlsVersion", ("TLS1_2", "TLS1_3"), "It admits {value}.", default="TLS1_0"),
)
