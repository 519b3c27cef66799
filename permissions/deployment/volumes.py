"""Rights of the EBS driver beside AWS's own policy for it: the key of the volumes."""

from permissions.conditions import equals
from permissions.rows import Condition, grants

VOLUME_KEYS = (
    *grants(
        "kms: Decrypt DescribeKey GenerateDataKeyWithoutPlaintext ReEncryptFrom ReEncryptTo",
        "arn:{partition}:kms:{region}:{account}:key/*",
        component="ebs-csi-driver",
        conditions=(equals("kms:ViaService", "ec2.{region}.amazonaws.com"),),
    ),
    *grants(
        "kms: CreateGrant",
        "arn:{partition}:kms:{region}:{account}:key/*",
        component="ebs-csi-driver",
        conditions=(
            equals("kms:ViaService", "ec2.{region}.amazonaws.com"),
            Condition(operator="Bool", key="kms:GrantIsForAWSResource", values=("true",)),
        ),
    ),
)

SECRET_KEYS = tuple(
    grants(
        "kms: Encrypt Decrypt DescribeKey ListGrants",
        "arn:{partition}:kms:{region}:{account}:key/*",
        component="k8s-control-plane",
        conditions=(equals("kms:ViaService", "eks.{region}.amazonaws.com"),),
    )
)
