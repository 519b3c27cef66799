"""Storage accounts admit identities, not shared keys."""

from policies.frameworks import CREDENTIALS
from policies.rule import Rule, Severity
from policies.shapes import switched_off

RULE = Rule(
    name="azure-storage-no-shared-keys",
    severity=Severity.HIGH,
    summary="Storage accounts admit identities, not shared keys.",
    remedy="Set allow_shared_key_access=False.",
    resource_types=("azure-native:storage:StorageAccount",),
    frameworks=(*CREDENTIALS,),
    check=switched_off(
        "allowSharedKeyAccess",
        "Whoever has one of its two keys may do everything, for ever.",
        default=True,
    ),
)
