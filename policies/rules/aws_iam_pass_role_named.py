"""iam:PassRole names the roles that may be passed on."""

from collections.abc import Iterator

from policies.documents import statements
from policies.frameworks import LEAST_PRIVILEGE
from policies.rights import GRANTING
from policies.rule import Props, Rule, Severity


def check(props: Props) -> Iterator[str]:
    for statement in statements(props["policy"]):
        if statement.grants("iam:PassRole") and any(is_any_role(r) for r in statement.resources):
            yield "It may hand every role of the account to a service, with all its rights."


def is_any_role(resource: str) -> bool:
    return resource == "*" or resource.endswith(":role/*")


RULE = Rule(
    name="aws-iam-pass-role-named",
    severity=Severity.HIGH,
    summary="iam:PassRole names the roles that may be passed on.",
    remedy="Set Resource to the role ARNs, and the condition iam:PassedToService.",
    resource_types=GRANTING,
    frameworks=(*LEAST_PRIVILEGE,),
    check=check,
)
