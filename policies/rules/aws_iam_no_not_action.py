"""No policy allows all but a few actions or resources."""

from collections.abc import Iterator

from policies.documents import statements
from policies.frameworks import LEAST_PRIVILEGE
from policies.rights import GRANTING
from policies.rule import Props, Rule, Severity


def check(props: Props) -> Iterator[str]:
    for statement in statements(props["policy"]):
        if statement.allows and statement.not_actions:
            yield f"It allows everything but {', '.join(statement.not_actions)}."
        if statement.allows and statement.not_resources:
            yield f"It holds for every resource but {', '.join(statement.not_resources)}."


RULE = Rule(
    name="aws-iam-no-not-action",
    severity=Severity.HIGH,
    summary="No policy allows all but a few actions or resources.",
    remedy="List what is allowed in Action and Resource.",
    resource_types=GRANTING,
    frameworks=(*LEAST_PRIVILEGE,),
    check=check,
)
