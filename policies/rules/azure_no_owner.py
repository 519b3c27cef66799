"""Nobody is made owner or administrator of user access."""

from collections.abc import Iterator

from policies.frameworks import LEAST_PRIVILEGE
from policies.rule import Props, Rule, Severity

BROAD = {
    "8e3af657-a8ff-443c-a75c-2fe8c4bcb635": "Owner",
    "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9": "User Access Administrator",
}


def check(props: Props) -> Iterator[str]:
    role = BROAD.get(props["roleDefinitionId"].rpartition("/")[2])
    if role:
        yield f"It makes its principal {role}."


RULE = Rule(
    name="azure-no-owner",
    severity=Severity.HIGH,
    summary="Nobody is made owner or administrator of user access.",
    remedy="Assign the roles that are needed.",
    resource_types=("azure-native:authorization:RoleAssignment",),
    frameworks=(*LEAST_PRIVILEGE,),
    check=check,
)
