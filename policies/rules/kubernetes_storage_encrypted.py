"""Volumes that pods ask for are encrypted."""

from collections.abc import Iterator

from policies.frameworks import AT_REST
from policies.rule import Props, Rule, Severity
from policies.shapes import at, is_on


def check(props: Props) -> Iterator[str]:
    """GCP and Azure always encrypt; EBS does where it is told to, or where the account is."""
    if at(props, "provisioner") != "ebs.csi.aws.com":
        return
    if not is_on(at(props, "parameters.encrypted")):
        yield "Volumes of it are not encrypted."


RULE = Rule(
    name="kubernetes-storage-encrypted",
    severity=Severity.HIGH,
    summary="Volumes that pods ask for are encrypted.",
    remedy='Set parameters.encrypted: "true" and kmsKeyId.',
    resource_types=("kubernetes:storage.k8s.io/v1:StorageClass",),
    frameworks=(
        *AT_REST,
        "CIS AWS 3.0.0 2.2.1",
    ),
    check=check,
)
