"""The reading role: what planning and looking for drift may see of a deployment, and no more.

Whoever can open a pull request can read what it reads: no object of a bucket, no object's name, no
key to one.
"""

from dataclasses import replace

from permissions.boundary import Ceiling, ceiling_document
from permissions.names import Scope
from permissions.operator import OPERATOR_ROWS
from permissions.rows import Grant
from permissions.trust import Document

COMPONENT = "reading"
PURPOSE = "Reads how the deployment is set, to plan and to look for drift"
SUFFIX = "-read"
READERS = "byoc:readers"
"""Its group in the cluster; the platform layer says what those in it see."""
READING_VERBS = ("Describe", "Get", "List")

READING_CEILING = Ceiling(
    actions=(
        "ec2:Describe*",
        "ec2:GetManagedPrefixListEntries",
        "ec2:GetTransitGatewayRouteTable*",
        "eks:Describe*",
        "eks:List*",
        "elasticloadbalancing:Describe*",
        "iam:Get*",
        "iam:List*",
        "kms:Describe*",
        "kms:GetKey*",
        "kms:List*",
        "logs:DescribeLogGroups",
        "logs:ListTagsForResource",
        "ram:GetResourceShare*",
        "ram:ListResources",
        "s3:GetBucket*",
        "s3:GetAccelerateConfiguration",
        "s3:GetEncryptionConfiguration",
        "s3:GetLifecycleConfiguration",
        "s3:GetReplicationConfiguration",
        "servicequotas:Get*",
        "sts:GetCallerIdentity",
    ),
    resources=("*",),
    reason="How things are set, never what they hold; the role's own rows name the resources.",
)


def reading_role_name(scope: Scope) -> str:
    """As the access roles' names begin: the operator's ceiling keeps its hands off it too."""
    return f"{scope.access_role}{SUFFIX}"


def reading_role_arn(scope: Scope) -> str:
    return f"arn:{scope.partition}:iam::{scope.account}:role/{reading_role_name(scope)}"


NAMES = frozenset({"s3:ListBucket", "s3:ListBucketVersions", "s3:ListBucketMultipartUploads"})
"""List what lies in a bucket, and a backup's objects are named after databases and tables. The same
right answers whether a bucket is there (HeadBucket), and no condition tells the two apart: who
reads sees a bucket by its settings, each a resource of its own."""


def is_reading(row: Grant) -> bool:
    return row.action.partition(":")[2].startswith(READING_VERBS) and row.action not in NAMES


READING_ROWS = tuple(replace(row, component=COMPONENT) for row in OPERATOR_ROWS if is_reading(row))
"""What the operator's roles may read of the deployment."""


def reading_boundary(scope: Scope) -> Document:
    return ceiling_document((READING_CEILING,), scope)
