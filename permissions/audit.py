"""Rights of the account's owner to see that nothing is left behind, and who changed what: reading
alone, and none of them the operator's."""

from permissions.conditions import IN_ACCOUNT, IN_REGION
from permissions.operator.roles import OWN_ROLES
from permissions.rows import grants

WHY_ALL = "The call lists what the account has and takes no resource."
ORPHANS, DRIFT = "orphans", "drift"

AUDIT = (
    *grants(
        "ec2: DescribeInstances DescribeVpcEndpoints DescribeVpcEndpointServiceConfigurations"
        " DescribeNatGateways DescribeAddresses DescribeTransitGatewayVpcAttachments"
        " DescribeVpcPeeringConnections DescribeNetworkInterfaces DescribeLaunchTemplates"
        " DescribeVolumes DescribeSnapshots DescribeSecurityGroups DescribeFlowLogs"
        " DescribeRouteTables DescribeInternetGateways DescribeSubnets DescribeVpcs",
        "*",
        component=ORPHANS,
        conditions=(IN_REGION,),
        reason=WHY_ALL,
    ),
    *grants(
        "elasticloadbalancing: DescribeLoadBalancers DescribeTargetGroups DescribeTags",
        "*",
        component=ORPHANS,
        conditions=(IN_REGION,),
        reason=WHY_ALL,
    ),
    *grants(
        "autoscaling: DescribeAutoScalingGroups",
        "*",
        component=ORPHANS,
        conditions=(IN_REGION,),
        reason=WHY_ALL,
    ),
    *grants("eks: ListClusters", "*", component=ORPHANS, conditions=(IN_REGION,), reason=WHY_ALL),
    *grants("eks: ListNodegroups", "{cluster_arn}", component=ORPHANS, conditions=(IN_ACCOUNT,)),
    *grants("kms: ListAliases", "*", component=ORPHANS, conditions=(IN_REGION,), reason=WHY_ALL),
    *grants(
        "kms: DescribeKey",
        "arn:{partition}:kms:{region}:{account}:key/*",
        component=ORPHANS,
        conditions=(IN_ACCOUNT,),
    ),
    *grants("tag: GetResources", "*", component=ORPHANS, conditions=(IN_REGION,), reason=WHY_ALL),
    *grants(
        "logs: DescribeLogGroups", "*", component=ORPHANS, conditions=(IN_REGION,), reason=WHY_ALL
    ),
    *grants(
        "route53: ListResourceRecordSets",
        "arn:{partition}:route53:::hostedzone/{hosted_zone}",
        component=ORPHANS,
        conditions=(IN_ACCOUNT,),
    ),
    *grants("s3: ListAllMyBuckets", "*", component=ORPHANS, reason=WHY_ALL),
    *grants(
        "s3: ListBucketVersions",
        "arn:{partition}:s3:::{prefix}-{account}-*",
        component=ORPHANS,
        conditions=(IN_ACCOUNT,),
    ),
    *grants(
        "iam: ListRoles ListPolicies ListInstanceProfiles",
        "*",
        component=ORPHANS,
        reason="IAM is of no region, and lists the account as a whole.",
    ),
    *grants(
        "iam: ListRoleTags ListAttachedRolePolicies ListRolePolicies",
        OWN_ROLES,
        component=ORPHANS,
        conditions=(IN_ACCOUNT,),
    ),
    *grants(
        "iam: ListPolicyTags ListPolicyVersions",
        "arn:{partition}:iam::{account}:policy/{prefix}-*",
        component=ORPHANS,
        conditions=(IN_ACCOUNT,),
    ),
    *grants(
        "iam: GetInstanceProfile",
        "arn:{partition}:iam::{account}:instance-profile/{prefix}-*",
        component=ORPHANS,
        conditions=(IN_ACCOUNT,),
    ),
    *grants(
        "cloudtrail: LookupEvents",
        "*",
        component=DRIFT,
        reason="CloudTrail's event history has no ARN; IAM's events are in us-east-1.",
    ),
)
