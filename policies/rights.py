"""Rights of a role, from its own policies and from those of the stack that are attached to it."""

from collections.abc import Iterator
from fnmatch import fnmatchcase

from policies.documents import Statement, statements
from policies.rule import Resource, Stack
from policies.trusts import ROLE

ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
POLICY = "aws:iam/policy:Policy"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
USER_POLICY = "aws:iam/userPolicy:UserPolicy"
GROUP_POLICY = "aws:iam/groupPolicy:GroupPolicy"
GRANTING = (POLICY, ROLE_POLICY, USER_POLICY, GROUP_POLICY)

__all__ = ["ATTACHMENT", "GRANTING", "POLICY", "ROLE", "ROLE_POLICY", "bucket_matches", "granted"]


def granted(stack: Stack, role: Resource) -> Iterator[tuple[Resource, Statement]]:
    for policy in stack.referring(role, "role", ROLE_POLICY):
        for statement in statements(policy.props["policy"]):
            yield policy, statement
    for attachment in stack.referring(role, "role", ATTACHMENT):
        for policy in stack.referred(attachment, "policyArn", POLICY):
            for statement in statements(policy.props["policy"]):
                yield policy, statement


def bucket_matches(pattern: str, bucket: str) -> bool:
    """Whether a resource pattern of a statement covers objects of a bucket."""
    return fnmatchcase(bucket, pattern.rpartition(":")[2].partition("/")[0])
