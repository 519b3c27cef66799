"""Who may take on a role, as far as they come from another account."""

from collections.abc import Iterator

from policies.documents import Statement, account_of, statements
from policies.rule import Props
from policies.shapes import at

ROLE = "aws:iam/role:Role"


def foreign(props: Props) -> Iterator[tuple[Statement, str]]:
    """Statements of a trust with each AWS principal that is not of the role's own account."""
    for statement in statements(props["assumeRolePolicy"]):
        if not statement.grants("sts:AssumeRole"):
            continue
        for principal in statement.principals.get("AWS", ()):
            if account_of(principal) != own_account(props):
                yield statement, principal


def own_account(props: Props) -> str:
    """Account of the role, told by its boundary; empty where it has none."""
    boundary = at(props, "permissionsBoundary")
    return account_of(boundary) if boundary else ""


def is_whole_account(principal: str) -> bool:
    return principal == "*" or principal.isdigit() or principal.endswith(":root")
