"""Rights about KMS keys: to make and describe them, never to read what they protect."""

from permissions.conditions import CARRIES_TAG, CREATED_WITH_TAG, IN_REGION, KEEPS_TAG
from permissions.rows import SET_UP, SET_UP_AND_TAKE_DOWN, TAKE_DOWN, Condition, Feature, grants

KEY = "arn:{partition}:kms:{region}:{account}:key/*"
ALIAS = "arn:{partition}:kms:{region}:{account}:alias/{prefix}-*"

FOR_AWS = Condition(operator="Bool", key="kms:GrantIsForAWSResource", values=("true",))


ENCRYPTION = (
    *grants(
        "kms: DescribeKey GetKeyPolicy GetKeyRotationStatus ListResourceTags",
        KEY,
        component="encryption",
        conditions=(CARRIES_TAG,),
        phases=SET_UP_AND_TAKE_DOWN,
    ),
    *grants(
        "kms: ListAliases",
        "*",
        component="encryption",
        conditions=(IN_REGION,),
        phases=SET_UP_AND_TAKE_DOWN,
        reason="KMS lists aliases of the account as a whole.",
    ),
    *grants(
        "kms: ListKeys",
        "*",
        component="encryption",
        conditions=(IN_REGION,),
        feature=Feature.KEY_WRITE,
        phases=SET_UP_AND_TAKE_DOWN,
        reason="A key that a killed engine made has no name yet; KMS lists ids of them all.",
    ),
    *grants(
        "kms: CreateGrant",
        KEY,
        component="encryption",
        conditions=(CARRIES_TAG, FOR_AWS),
        phases=SET_UP,
    ),
    *grants(
        "kms: CreateKey",
        "*",
        component="encryption",
        conditions=(CREATED_WITH_TAG, IN_REGION),
        feature=Feature.KEY_WRITE,
        phases=SET_UP,
        reason="A key has no ARN before it is made.",
    ),
    *grants(
        "kms: TagResource",
        KEY,
        component="encryption",
        conditions=(CREATED_WITH_TAG,),
        feature=Feature.KEY_WRITE,
        phases=SET_UP,
    ),
    *grants(
        "kms: TagResource UntagResource",
        KEY,
        component="encryption",
        conditions=(CARRIES_TAG, KEEPS_TAG),
        feature=Feature.KEY_WRITE,
        phases=SET_UP,
    ),
    *grants(
        "kms: PutKeyPolicy EnableKeyRotation",
        KEY,
        component="encryption",
        conditions=(CARRIES_TAG,),
        feature=Feature.KEY_WRITE,
        phases=SET_UP,
    ),
    *grants(
        "kms: CreateAlias",
        KEY,
        component="encryption",
        conditions=(CARRIES_TAG,),
        feature=Feature.KEY_WRITE,
        phases=SET_UP,
    ),
    *grants(
        "kms: DeleteAlias",
        KEY,
        component="encryption",
        conditions=(CARRIES_TAG,),
        feature=Feature.KEY_WRITE,
        phases=TAKE_DOWN,
    ),
    *grants(
        "kms: CreateAlias DeleteAlias",
        ALIAS,
        component="encryption",
        feature=Feature.KEY_WRITE,
        phases=SET_UP_AND_TAKE_DOWN,
    ),
    *grants(
        "kms: ScheduleKeyDeletion",
        KEY,
        component="encryption",
        conditions=(CARRIES_TAG,),
        feature=Feature.KEY_WRITE,
        phases=TAKE_DOWN,
    ),
)
