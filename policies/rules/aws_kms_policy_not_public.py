"""No key policy lets everyone use the key."""

from collections.abc import Iterator

from policies.documents import statements
from policies.frameworks import KEYS, PUBLIC_ACCESS
from policies.rule import Props, Rule, Severity
from policies.shapes import at

NARROW = ("kms:CallerAccount", "aws:PrincipalAccount", "aws:SourceAccount", "aws:PrincipalOrgID")


def check(props: Props) -> Iterator[str]:
    for statement in statements(at(props, "policy")):
        everyone = statement.allows and "*" in statement.accounts()
        if everyone and not any(statement.demanded(key) for key in NARROW):
            yield f"It allows {', '.join(statement.actions)} to everyone."


RULE = Rule(
    name="aws-kms-policy-not-public",
    severity=Severity.CRITICAL,
    summary="No key policy lets everyone use the key.",
    remedy="Name the principals, or narrow by kms:CallerAccount and kms:ViaService.",
    resource_types=("aws:kms/key:Key",),
    frameworks=(
        *KEYS,
        *PUBLIC_ACCESS,
    ),
    check=check,
)
