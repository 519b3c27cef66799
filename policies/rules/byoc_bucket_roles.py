"""Only the roles of servers, metrics and clean-up reach objects in the buckets."""

from collections.abc import Iterator

from policies.frameworks import LEAST_PRIVILEGE
from policies.rights import ROLE, bucket_matches, granted
from policies.rule import Finding, Parameters, Severity, Stack, StackRule
from policies.shapes import at

OBJECTS = ("s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:GetObjectVersion")


def check(stack: Stack, parameters: Parameters) -> Iterator[Finding]:
    buckets = [b.props["bucket"] for b in stack.all("aws:s3/bucket:Bucket")]
    for role in stack.all(ROLE):
        name = at(role.props, "name") or role.name
        if name.endswith(tuple(parameters["roles"])):
            continue
        for policy, statement in granted(stack, role):
            actions = [action for action in OBJECTS if statement.grants(action)]
            for bucket in buckets:
                if actions and any(bucket_matches(p, bucket) for p in statement.resources):
                    yield policy, f"The role {name} may do {', '.join(actions)} in {bucket}."


RULE = StackRule(
    name="byoc-bucket-roles",
    severity=Severity.CRITICAL,
    summary="Only the roles of servers, metrics and clean-up reach objects in the buckets.",
    remedy=(
        "Take the S3 object actions out of this role; servers use CH-S3-Role, metrics use thanos."
    ),
    resource_types=(
        "aws:iam/rolePolicy:RolePolicy",
        "aws:iam/policy:Policy",
    ),
    frameworks=(*LEAST_PRIVILEGE,),
    parameters={"roles": ["-CH-S3-Role", "-thanos", "-data-plane-mgmt", "-controller"]},
    check=check,
)
