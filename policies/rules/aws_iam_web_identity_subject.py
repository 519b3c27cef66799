"""A role for web identities names subject and audience."""

from collections.abc import Iterator

from policies.documents import statements
from policies.frameworks import CREDENTIALS, LEAST_PRIVILEGE
from policies.rule import Props, Rule, Severity


def check(props: Props) -> Iterator[str]:
    for statement in statements(props["assumeRolePolicy"]):
        if not (statement.allows and statement.principals.get("Federated")):
            continue
        for claim, what in ((":sub", "subject"), (":aud", "audience")):
            values = [v for _, key, vs in statement.conditions if key.endswith(claim) for v in vs]
            if not values or "*" in values:
                yield f"It trusts every {what} of the identity provider."


RULE = Rule(
    name="aws-iam-web-identity-subject",
    severity=Severity.CRITICAL,
    summary="A role for web identities names subject and audience.",
    remedy="Add conditions on <issuer>:sub and <issuer>:aud to the trust.",
    resource_types=("aws:iam/role:Role",),
    frameworks=(
        *LEAST_PRIVILEGE,
        *CREDENTIALS,
    ),
    check=check,
)
