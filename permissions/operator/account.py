"""Rights about the account itself: who am I, what are the limits, what may I do."""

from permissions.conditions import IN_REGION
from permissions.rows import SET_UP, grants

ACCOUNT = (
    *grants(
        "sts: GetCallerIdentity",
        "*",
        component="account",
        reason="The call takes no resource and cannot be denied.",
    ),
    *grants(
        "servicequotas: GetServiceQuota GetAWSDefaultServiceQuota",
        "*",
        component="account",
        conditions=(IN_REGION,),
        phases=SET_UP,
        reason="Quotas are asked by service and code; the defaults have no ARN.",
    ),
    *grants(
        "iam: SimulatePrincipalPolicy",
        "arn:{partition}:iam::{account}:role/{access_role}",
        component="account",
        phases=SET_UP,
    ),
)
