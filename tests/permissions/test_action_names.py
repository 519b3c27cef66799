"""Actions exist: IAM accepts a misspelt one, and the right is then missing when it is needed."""

import functools

import botocore.session
import pytest

from permissions.boundary import CEILINGS
from permissions.ci.pipelines import CiSystem, Pipelines
from permissions.ci.roles import CiRole, rows_of
from permissions.deployment.roles import DEPLOYMENT_ROLES
from permissions.operator import OPERATOR_ROWS
from permissions.reading import READING_CEILING

PIPELINES = Pipelines(
    system=CiSystem.GITHUB, repository="a/b", environment="prod", state_bucket="s", keys=("k",)
)
SERVICE_MODELS = {"elasticloadbalancing": "elbv2", "servicequotas": "service-quotas"}

RIGHTS_WITHOUT_A_CALL = {
    "iam:PassRole",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "sts:TagSession",
}
"""Checked by AWS on the way of another call."""

RIGHTS_WITHOUT_A_SERVICE = {"vpce:AllowMultiRegion"}
"""The same, under a prefix that no service has: EC2 checks it for VPC endpoint services."""

S3_RIGHTS = {
    "s3:DeleteBucket",
    "s3:CreateBucket",
    "s3:ListBucket",
    "s3:ListBucketVersions",
    "s3:ListBucketMultipartUploads",
    "s3:ListMultipartUploadParts",
    "s3:GetAccelerateConfiguration",
    "s3:GetBucketCORS",
    "s3:GetBucketObjectLockConfiguration",
    "s3:GetBucketPublicAccessBlock",
    "s3:GetEncryptionConfiguration",
    "s3:GetLifecycleConfiguration",
    "s3:GetMetricsConfiguration",
    "s3:GetReplicationConfiguration",
    "s3:DeleteObjectVersion",
    "s3:GetObjectVersionAcl",
    "s3:GetObjectVersionForReplication",
    "s3:GetObjectVersionTagging",
    "s3:PutBucketObjectLockConfiguration",
    "s3:PutBucketPublicAccessBlock",
    "s3:PutEncryptionConfiguration",
    "s3:PutLifecycleConfiguration",
    "s3:PutReplicationConfiguration",
    "s3:ReplicateObject",
    "s3:ReplicateTags",
}
"""S3 names its rights otherwise than its calls."""

ACTIONS = sorted(
    {row.action for row in OPERATOR_ROWS}
    | {row.action for role in DEPLOYMENT_ROLES for row in role.rows}
    | {row.action for role in CiRole for row in rows_of(role, PIPELINES)}
    | {
        action
        for ceiling in (*CEILINGS, READING_CEILING)
        for action in ceiling.actions
        if "*" not in action
    }
)


@functools.cache
def calls(service: str) -> frozenset[str]:
    model = botocore.session.get_session().get_service_model(SERVICE_MODELS.get(service, service))
    return frozenset(model.operation_names)


@pytest.mark.parametrize("action", ACTIONS)
def test_an_action_is_a_call_or_a_known_right(action: str) -> None:
    service, _, name = action.partition(":")
    assert action in RIGHTS_WITHOUT_A_SERVICE or (
        name in calls(service) or action in RIGHTS_WITHOUT_A_CALL | S3_RIGHTS
    )


@pytest.mark.parametrize("action", sorted(RIGHTS_WITHOUT_A_CALL))
def test_an_exception_is_not_a_call(action: str) -> None:
    service, _, name = action.partition(":")
    assert name not in calls(service)
