"""Secrets in GKE are encrypted by a key of the customer."""

from policies.frameworks import AT_REST, KEYS
from policies.rule import Rule, Severity
from policies.shapes import one_of

RULE = Rule(
    name="gcp-gke-secrets-encrypted",
    severity=Severity.HIGH,
    summary="Secrets in GKE are encrypted by a key of the customer.",
    remedy='Set database_encryption={"state": "ENCRYPTED", "key_name": ...}.',
    resource_types=("gcp:container/cluster:Cluster",),
    frameworks=(
        *AT_REST,
        *KEYS,
        "CIS GKE 1.4.0 5.3.1",
    ),
    check=one_of(
        "databaseEncryption.state",
        ("ENCRYPTED",),
        "Secrets are encrypted by a key of Google: {value}.",
        default="DECRYPTED",
    ),
)
