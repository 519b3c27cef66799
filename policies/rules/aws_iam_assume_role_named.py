"""sts:AssumeRole names the roles that may be taken on."""

from collections.abc import Iterator

from policies.documents import statements
from policies.frameworks import LEAST_PRIVILEGE
from policies.rights import GRANTING
from policies.rule import Props, Rule, Severity


def check(props: Props) -> Iterator[str]:
    for statement in statements(props["policy"]):
        named = "*" not in statement.resources
        if statement.grants("sts:AssumeRole") and not (named or statement.conditions):
            yield "It may take on every role that trusts this account, in any account."


RULE = Rule(
    name="aws-iam-assume-role-named",
    severity=Severity.HIGH,
    summary="sts:AssumeRole names the roles that may be taken on.",
    remedy="Set Resource to the ARNs, or to a pattern of role names.",
    resource_types=GRANTING,
    frameworks=(*LEAST_PRIVILEGE,),
    check=check,
)
