"""Log groups encrypt by a key of the customer."""

from collections.abc import Iterator

from policies.frameworks import AT_REST, KEYS
from policies.rule import Props, Rule, Severity


def check(props: Props) -> Iterator[str]:
    if "kmsKeyId" not in set(props):
        yield "It encrypts by a key of AWS that nobody can revoke."


RULE = Rule(
    name="aws-log-group-encrypted",
    severity=Severity.MEDIUM,
    summary="Log groups encrypt by a key of the customer.",
    remedy="Set kms_key_id.",
    resource_types=("aws:cloudwatch/logGroup:LogGroup",),
    frameworks=(
        *AT_REST,
        *KEYS,
    ),
    check=check,
)
