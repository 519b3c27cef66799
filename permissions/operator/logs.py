"""Rights about the deployment's log groups."""

from permissions.conditions import CARRIES_TAG, CREATED_WITH_TAG, IN_ACCOUNT, IN_REGION, KEEPS_TAG
from permissions.rows import SET_UP, SET_UP_AND_TAKE_DOWN, TAKE_DOWN, grants

GROUPS = (
    "arn:{partition}:logs:{region}:{account}:log-group:/aws/eks/{cluster}/*",
    "arn:{partition}:logs:{region}:{account}:log-group:/byoc/{prefix}/*",
)

LOGS = (
    *grants(
        "logs: DescribeLogGroups",
        "*",
        component="logs",
        conditions=(IN_REGION,),
        phases=SET_UP_AND_TAKE_DOWN,
        reason="The call searches by prefix and takes no resource.",
    ),
    *grants(
        "logs: ListTagsForResource",
        *GROUPS,
        component="logs",
        conditions=(IN_ACCOUNT,),
        phases=SET_UP_AND_TAKE_DOWN,
    ),
    *grants(
        "logs: CreateLogGroup TagResource",
        *GROUPS,
        component="logs",
        conditions=(CREATED_WITH_TAG,),
        phases=SET_UP,
    ),
    *grants(
        "logs: TagResource UntagResource",
        *GROUPS,
        component="logs",
        conditions=(CARRIES_TAG, KEEPS_TAG),
        phases=SET_UP,
    ),
    *grants(
        "logs: PutRetentionPolicy AssociateKmsKey",
        *GROUPS,
        component="logs",
        conditions=(CARRIES_TAG,),
        phases=SET_UP,
    ),
    *grants(
        "logs: DeleteLogGroup",
        *GROUPS,
        component="logs",
        conditions=(CARRIES_TAG,),
        phases=TAKE_DOWN,
    ),
    *grants(
        "logs: CreateLogDelivery DeleteLogDelivery",
        "*",
        component="logs",
        conditions=(IN_REGION,),
        phases=SET_UP_AND_TAKE_DOWN,
        reason="Deliveries of flow logs have no ARN.",
    ),
)
