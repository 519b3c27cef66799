"""Every role of a deployment is under its permissions boundary."""

from collections.abc import Iterator

from policies.frameworks import LEAST_PRIVILEGE
from policies.rule import Parameters, Props, Rule, Severity
from policies.shapes import at


def check(props: Props, parameters: Parameters) -> Iterator[str]:
    """The access role is unbounded: it holds IAM's own rights, row by row, under conditions."""
    if "permissionsBoundary" in set(props):  # its value is not known in a first preview
        return
    if at(props, "name") not in parameters["unbounded"]:
        yield "This role has no permissions boundary: nothing caps what it is granted later."


RULE = Rule(
    name="byoc-role-boundary",
    severity=Severity.CRITICAL,
    summary="Every role of a deployment is under its permissions boundary.",
    remedy="Pass permissions_boundary=boundary.arn to the role.",
    resource_types=("aws:iam/role:Role",),
    frameworks=(*LEAST_PRIVILEGE,),
    parameters={"unbounded": ["ClickHouseManagementRole"]},
    check=check,
)
