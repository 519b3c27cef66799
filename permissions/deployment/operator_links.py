"""Rights that tie the deployment to its operator: what reports outwards, and what comes in."""

from permissions.conditions import CARRIES_TAG, IN_ACCOUNT, IN_REGION
from permissions.deployment.storage import BACKUP, DATA, MONITORING
from permissions.rows import Grant, grants


def assume_in_operator_account(component: str, role: str) -> tuple[Grant, ...]:
    """Nothing in this account: the rights to the target lie on a role of the operator's."""
    return tuple(
        grants(
            "sts: AssumeRole",
            "arn:{partition}:iam::{operator_account}:role/" + role,
            component=component,
        )
    )


STATE_EXPORTER = assume_in_operator_account("state-exporter", "*-state-exporter")
SCRAPER = assume_in_operator_account("clickhouse-scraper", "*-clickhouse-scraper")

DATA_PLANE_MANAGEMENT = (
    *grants(
        "eks: DescribeCluster",
        "arn:{partition}:eks:{region}:{account}:cluster/{cluster}",
        component="data-plane-mgmt",
        conditions=(CARRIES_TAG,),
    ),
    *grants(
        "eks: DescribeNodegroup",
        "arn:{partition}:eks:{region}:{account}:nodegroup/{cluster}/*/*",
        component="data-plane-mgmt",
        conditions=(CARRIES_TAG,),
    ),
    *grants(
        "s3: ListBucket GetEncryptionConfiguration GetBucketVersioning GetLifecycleConfiguration"
        " GetMetricsConfiguration",
        DATA,
        BACKUP,
        MONITORING,
        component="data-plane-mgmt",
        conditions=(IN_ACCOUNT,),
    ),
    *grants(
        "elasticloadbalancing: DescribeLoadBalancers DescribeTargetHealth",
        "*",
        component="data-plane-mgmt",
        conditions=(IN_REGION,),
        reason="Elastic Load Balancing takes no resource in its describe calls.",
    ),
    *grants(
        "autoscaling: DescribeAutoScalingGroups",
        "*",
        component="data-plane-mgmt",
        conditions=(IN_REGION,),
        reason="Auto Scaling takes no resource in its describe calls.",
    ),
)
