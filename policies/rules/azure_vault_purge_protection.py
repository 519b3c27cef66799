"""Keys of a vault that are deleted can be brought back."""

from policies.frameworks import KEYS, RECOVERY
from policies.rule import Rule, Severity
from policies.shapes import switched_on

RULE = Rule(
    name="azure-vault-purge-protection",
    severity=Severity.CRITICAL,
    summary="Keys of a vault that are deleted can be brought back.",
    remedy="Set enable_purge_protection=True.",
    resource_types=("azure-native:keyvault:Vault",),
    frameworks=(
        *KEYS,
        *RECOVERY,
    ),
    check=switched_on(
        "properties.enablePurgeProtection",
        "A deleted key can be purged at once, and all that it encrypts with it.",
        default=False,
    ),
)
