"""Keys of KMS are rotated."""

from collections.abc import Iterator

from policies.frameworks import KEYS
from policies.rule import Props, Rule, Severity
from policies.shapes import at, is_on


def check(props: Props) -> Iterator[str]:
    """Only symmetric keys, which is what AWS makes unless told otherwise, can be rotated."""
    kind = at(props, "customerMasterKeySpec") or "SYMMETRIC_DEFAULT"
    if kind == "SYMMETRIC_DEFAULT" and not is_on(at(props, "enableKeyRotation")):
        yield "It stays the same for ever."


RULE = Rule(
    name="aws-kms-rotation",
    severity=Severity.HIGH,
    summary="Keys of KMS are rotated.",
    remedy="Set enable_key_rotation=True.",
    resource_types=("aws:kms/key:Key",),
    frameworks=(
        *KEYS,
        "CIS AWS 3.0.0 3.6",
    ),
    check=check,
)
