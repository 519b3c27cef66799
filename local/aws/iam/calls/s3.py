"""S3: its actions have other names than its calls."""

from __future__ import annotations

from collections.abc import Iterator

from local.aws.iam.call_reading import Call
from local.aws.iam.calls.facts import Context, Facts, names
from local.aws.iam.calls.passing import pass_role
from local.aws.iam.evaluation import Ask

S3 = "s3.amazonaws.com"
BUCKET_ACTIONS = {
    "HeadBucket": "ListBucket",
    "ListObjects": "ListBucket",
    "ListObjectsV2": "ListBucket",
    "ListObjectVersions": "ListBucketVersions",
    "ListMultipartUploads": "ListBucketMultipartUploads",
    "GetBucketAccelerateConfiguration": "GetAccelerateConfiguration",
    "GetBucketCors": "GetBucketCORS",
    "GetBucketEncryption": "GetEncryptionConfiguration",
    "PutBucketEncryption": "PutEncryptionConfiguration",
    "DeleteBucketEncryption": "PutEncryptionConfiguration",
    "GetBucketLifecycle": "GetLifecycleConfiguration",
    "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
    "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
    "DeleteBucketLifecycle": "PutLifecycleConfiguration",
    "GetBucketReplication": "GetReplicationConfiguration",
    "PutBucketReplication": "PutReplicationConfiguration",
    "DeleteBucketReplication": "PutReplicationConfiguration",
    "GetObjectLockConfiguration": "GetBucketObjectLockConfiguration",
    "PutObjectLockConfiguration": "PutBucketObjectLockConfiguration",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
    "DeletePublicAccessBlock": "PutBucketPublicAccessBlock",
    "DeleteBucketOwnershipControls": "PutBucketOwnershipControls",
    "DeleteBucketTagging": "PutBucketTagging",
}
SAME_NAME = names(
    "CreateBucket DeleteBucket DeleteBucketPolicy GetBucketAcl GetBucketLocation"
    " GetBucketLogging GetBucketOwnershipControls GetBucketPolicy GetBucketPolicyStatus"
    " GetBucketRequestPayment GetBucketTagging GetBucketVersioning GetBucketWebsite"
    " PutBucketLogging PutBucketOwnershipControls PutBucketPolicy PutBucketTagging"
    " PutBucketVersioning"
)
OBJECT_ACTIONS = {
    "AbortMultipartUpload": "AbortMultipartUpload",
    "CompleteMultipartUpload": "PutObject",
    "CreateMultipartUpload": "PutObject",
    "DeleteObject": "DeleteObject",
    "GetObject": "GetObject",
    "GetObjectTagging": "GetObjectTagging",
    "HeadObject": "GetObject",
    "ListParts": "ListMultipartUploadParts",
    "PutObject": "PutObject",
    "PutObjectTagging": "PutObjectTagging",
    "UploadPart": "PutObject",
}


def asks(call: Call, facts: Facts) -> Iterator[Ask]:
    if call.operation == "ListBuckets":
        yield Ask(action="s3:ListAllMyBuckets", resource="*")
        return
    bucket = call.params["Bucket"]
    arn = f"arn:aws:s3:::{bucket}"
    owner = facts.bucket_account(bucket) or call.account
    context: Context = {"aws:ResourceAccount": owner, "s3:TlsVersion": "1.3"}
    if call.operation in OBJECT_ACTIONS:
        resource = f"{arn}/{call.params['Key']}"
        yield Ask(action=object_action(call), resource=resource, context=context)
    elif call.operation == "DeleteObjects":
        for item in call.params["Delete"]["Objects"]:
            suffix = "Version" if item.get("VersionId") else ""
            yield Ask(
                action=f"s3:DeleteObject{suffix}", resource=f"{arn}/{item['Key']}", context=context
            )
    elif call.operation in SAME_NAME or call.operation in BUCKET_ACTIONS:
        name = BUCKET_ACTIONS.get(call.operation, call.operation)
        prefix = call.params.get("Prefix")
        listing = {"s3:prefix": prefix} if prefix is not None else {}
        yield Ask(action=f"s3:{name}", resource=arn, context=context | listing)
        if call.operation == "CreateBucket":
            yield from creation(call, arn, context)
        if call.operation == "PutBucketReplication":
            yield pass_role(call.params["ReplicationConfiguration"]["Role"], S3)
    else:
        raise LookupError(f"s3:{call.operation}")


def object_action(call: Call) -> str:
    name = OBJECT_ACTIONS[call.operation]
    versioned = call.params.get("VersionId") and name in ("GetObject", "DeleteObject")
    return f"s3:{name}Version" if versioned else f"s3:{name}"


def creation(call: Call, arn: str, context: Context) -> Iterator[Ask]:
    """What a new bucket is given by its first call."""
    lock = call.params.get("ObjectLockEnabledForBucket")
    wanted = {
        "s3:PutBucketObjectLockConfiguration": lock,
        "s3:PutBucketVersioning": lock,
        "s3:PutBucketOwnershipControls": call.params.get("ObjectOwnership"),
        "s3:PutBucketAcl": call.params.get("ACL") not in (None, "private"),
    }
    for action, asked in wanted.items():
        if asked:
            yield Ask(action=action, resource=arn, context=context)
