"""The conditions that rows carry, by their meaning."""

from permissions.names import PROVENANCE_TAG
from permissions.rows import Condition


def equals(key: str, *values: str) -> Condition:
    return Condition(operator="StringEquals", key=key, values=values)


def like(key: str, *values: str) -> Condition:
    return Condition(operator="StringLike", key=key, values=values)


def arn_equals(key: str, *values: str) -> Condition:
    return Condition(operator="ArnEquals", key=key, values=values)


def arn_like(key: str, *values: str) -> Condition:
    return Condition(operator="ArnLike", key=key, values=values)


def absent(key: str) -> Condition:
    return Condition(operator="Null", key=key, values=("true",))


def present(key: str) -> Condition:
    return Condition(operator="Null", key=key, values=("false",))


CREATED_WITH_TAG = equals(f"aws:RequestTag/{PROVENANCE_TAG}", "true")
"""What is made carries our tag from its first moment."""

CARRIES_TAG = equals(f"aws:ResourceTag/{PROVENANCE_TAG}", "true")
"""What is touched was made by us."""

WITHOUT_TAG = absent(f"aws:ResourceTag/{PROVENANCE_TAG}")
"""What nobody could tag, having come with something else."""

KEEPS_TAG = Condition(
    operator="ForAllValues:StringNotEquals", key="aws:TagKeys", values=(PROVENANCE_TAG,)
)
"""Our tag itself is not taken off or changed."""

IN_REGION = equals("aws:RequestedRegion", "{region}")
IN_ACCOUNT = equals("aws:ResourceAccount", "{account}")
UNDER_BOUNDARY = equals("iam:PermissionsBoundary", "{boundary_arn}")
OF_CLUSTER = equals("aws:ResourceTag/aws:eks:cluster-name", "{cluster}")
"""What EKS made for our cluster carries its tag instead of ours."""


def passed_to(*services: str) -> Condition:
    return equals("iam:PassedToService", *services)
