"""A foreign account takes on a role only with the agreed external id."""

from collections.abc import Iterator

from policies.frameworks import THIRD_PARTY
from policies.rule import Props, Rule, Severity
from policies.trusts import foreign


def check(props: Props) -> Iterator[str]:
    for statement, principal in foreign(props):
        ids = statement.demanded("sts:ExternalId")
        if not ids:
            yield f"{principal} can take on this role without an external id."
        elif any("*" in external_id for external_id in ids):
            yield f"{principal} can take on this role with any external id of a pattern."


RULE = Rule(
    name="byoc-trust-external-id",
    severity=Severity.CRITICAL,
    summary="A foreign account takes on a role only with the agreed external id.",
    remedy=(
        'Add "StringEquals": {"sts:ExternalId": <byoc:access.externalId>} to the'
        " condition of the trust."
    ),
    resource_types=("aws:iam/role:Role",),
    frameworks=(*THIRD_PARTY,),
    check=check,
)
