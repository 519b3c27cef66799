"""Kubernetes Secrets are encrypted by a key of the customer."""

from collections.abc import Iterator

from policies.frameworks import AT_REST, KEYS
from policies.rule import Props, Rule, Severity
from policies.shapes import at, listed


def check(props: Props) -> Iterator[str]:
    if "secrets" not in listed(at(props, "encryptionConfig.resources")):
        yield "Secrets are encrypted by a key of AWS that nobody can revoke."


RULE = Rule(
    name="aws-eks-secrets-encrypted",
    severity=Severity.HIGH,
    summary="Kubernetes Secrets are encrypted by a key of the customer.",
    remedy='Set encryption_config with the resource "secrets" and a key of KMS.',
    resource_types=("aws:eks/cluster:Cluster",),
    frameworks=(
        *AT_REST,
        *KEYS,
        "CIS EKS 1.5.0 5.3.1",
    ),
    check=check,
)
