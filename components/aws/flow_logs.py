"""A record of the VPC's connections."""

from dataclasses import dataclass
from datetime import timedelta

import pulumi
from pulumi_aws import cloudwatch, ec2

from components.aws.tags import Tags
from permissions.names import Scope

AGGREGATION_SECONDS = 60


@dataclass(frozen=True, kw_only=True)
class FlowLogTarget:
    """What is logged, where to, and by which rights."""

    traffic: str
    """ALL or REJECT."""
    retention: timedelta
    role_arn: pulumi.Input[str]
    key_arn: pulumi.Input[str]


@dataclass(frozen=True, kw_only=True)
class FlowLogsArgs:
    scope: Scope
    tags: Tags
    vpc_id: pulumi.Input[str]
    target: FlowLogTarget


class FlowLogs(pulumi.ComponentResource):
    """Flow logs of one VPC, in an encrypted log group of the deployment."""

    def __init__(
        self, name: str, args: FlowLogsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("byoc:aws:FlowLogs", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        group = cloudwatch.LogGroup(
            name,
            name=f"/byoc/{args.scope.prefix}/flow-logs",
            retention_in_days=args.target.retention.days,
            kms_key_id=args.target.key_arn,
            tags=args.tags.named(f"{args.scope.prefix}-flow-logs"),
            opts=child,
        )
        ec2.FlowLog(
            name,
            vpc_id=args.vpc_id,
            traffic_type=args.target.traffic,
            log_destination_type="cloud-watch-logs",
            log_destination=group.arn,
            iam_role_arn=args.target.role_arn,
            max_aggregation_interval=AGGREGATION_SECONDS,
            tags=args.tags.named(f"{args.scope.prefix}-flow-logs"),
            opts=child,
        )
        self.register_outputs({})
