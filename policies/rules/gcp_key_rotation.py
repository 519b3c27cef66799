"""Keys of Google Cloud are rotated within a year."""

from collections.abc import Iterator

from policies.frameworks import KEYS
from policies.rule import Parameters, Props, Rule, Severity
from policies.shapes import at


def check(props: Props, parameters: Parameters) -> Iterator[str]:
    """Only symmetric keys, which is what Google makes unless told otherwise, can be rotated."""
    if (at(props, "purpose") or "ENCRYPT_DECRYPT") != "ENCRYPT_DECRYPT":
        return
    period = at(props, "rotationPeriod")
    if not period:
        yield "It stays the same for ever."
    elif float(period.removesuffix("s")) > parameters["maximumSeconds"]:
        yield f"It is rotated every {period} only."


RULE = Rule(
    name="gcp-key-rotation",
    severity=Severity.HIGH,
    summary="Keys of Google Cloud are rotated within a year.",
    remedy='Set rotation_period="7776000s".',
    resource_types=("gcp:kms/cryptoKey:CryptoKey",),
    frameworks=(*KEYS,),
    parameters={"maximumSeconds": 31536000},
    check=check,
)
