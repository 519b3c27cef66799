"""No container of a storage account can be made public."""

from policies.frameworks import PUBLIC_ACCESS
from policies.rule import Rule, Severity
from policies.shapes import switched_off

RULE = Rule(
    name="azure-storage-not-public",
    severity=Severity.CRITICAL,
    summary="No container of a storage account can be made public.",
    remedy="Set allow_blob_public_access=False.",
    resource_types=("azure-native:storage:StorageAccount",),
    frameworks=(*PUBLIC_ACCESS,),
    check=switched_off(
        "allowBlobPublicAccess", "Its containers can be made public.", default=False
    ),
)
