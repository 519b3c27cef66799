"""No tag holds a secret: whoever may list resources reads all tags."""

from collections.abc import Iterator

from policies.frameworks import SECRETS
from policies.rule import Props, Rule, Severity
from policies.secrets import looks_secret, named_like_secret
from policies.shapes import at


def check(props: Props) -> Iterator[str]:
    for key, value in (at(props, "tags") or {}).items():
        if named_like_secret(key) and value:
            yield f"Its tag {key} is named like a secret."
        elif looks_secret(value):
            yield f"Its tag {key} holds a private key or an access key."


RULE = Rule(
    name="byoc-tag-no-secret",
    severity=Severity.CRITICAL,
    summary="No tag holds a secret: whoever may list resources reads all tags.",
    remedy="Take the tag out of byoc:tags, and change the secret: it has been seen.",
    resource_types=(
        "aws:ec2/vpc:Vpc",
        "aws:ec2/subnet:Subnet",
        "aws:ec2/launchTemplate:LaunchTemplate",
        "aws:eks/cluster:Cluster",
        "aws:eks/nodeGroup:NodeGroup",
        "aws:iam/role:Role",
        "aws:iam/policy:Policy",
        "aws:kms/key:Key",
        "aws:s3/bucket:Bucket",
        "aws:s3/bucketV2:BucketV2",
    ),
    frameworks=(*SECRETS,),
    check=check,
)
