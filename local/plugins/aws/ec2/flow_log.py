from __future__ import annotations

from typing import ClassVar

from local.plugins.aws.cloud import Aws
from local.plugins.aws.documents import pick, props, request
from local.plugins.aws.ec2.base import Ec2Resource, tags_of
from local.plugins.aws.role_delay import once_roles_are_known
from local.plugins.provider import PluginError, Property, Props, Schema

SOURCES = {
    "vpcId": ("VPC", "vpc-"),
    "subnetId": ("Subnet", "subnet-"),
    "eniId": ("NetworkInterface", "eni-"),
    # before the gateway, whose ids start alike
    "transitGatewayAttachmentId": ("TransitGatewayAttachment", "tgw-attach-"),
    "transitGatewayId": ("TransitGateway", "tgw-"),
}
OPTIONS = {
    "fileFormat": Property(default="plain-text"),
    "hiveCompatiblePartitions": Property(default=False),
    "perHourPartition": Property(default=False),
}


class FlowLog(Ec2Resource):
    kind = "vpc-flow-log"
    properties: ClassVar[Schema] = {
        **{name: Property(replaces=True) for name in SOURCES},
        "deliverCrossAccountRole": Property(replaces=True),
        "destinationOptions": Property(replaces=True, fields=OPTIONS),
        "iamRoleArn": Property(replaces=True),
        "logDestination": Property(computed=True, replaces=True),
        "logDestinationType": Property(default="cloud-watch-logs", replaces=True),
        "logFormat": Property(computed=True, replaces=True),
        "maxAggregationInterval": Property(default=600, replaces=True),
        "trafficType": Property(replaces=True),
        "arn": Property(read_only=True),
    }

    def make(self, aws: Aws, inputs: Props) -> str:
        ec2 = aws.client("ec2")
        name = next((name for name in SOURCES if inputs.get(name)), None)
        if name is None:
            raise PluginError(f"a flow log needs one of {', '.join(SOURCES)}")
        given = pick(
            inputs,
            (
                *("deliverCrossAccountRole", "destinationOptions", "logDestination"),
                *("logDestinationType", "logFormat", "maxAggregationInterval", "trafficType"),
            ),
        )
        wanted = request(
            ec2,
            "create_flow_logs",
            given,
            ResourceIds=[inputs[name]],
            ResourceType=SOURCES[name][0],
            DeliverLogsPermissionArn=inputs.get("iamRoleArn"),
        )
        made = once_roles_are_known(
            aws, lambda: ec2.create_flow_logs(**wanted, **self.tag_specifications(inputs))
        )
        for failed in made.get("Unsuccessful", []):
            raise PluginError(f"{failed['Error']['Code']}: {failed['Error']['Message']}")
        return str(made["FlowLogIds"][0])

    def find(self, aws: Aws, id_: str, known: Props) -> Props | None:
        found = aws.client("ec2").describe_flow_logs(FlowLogIds=[id_])["FlowLogs"]
        if not found:
            return None
        log = found[0]
        starts = {name: prefix for name, (_, prefix) in SOURCES.items()}
        source = next(name for name in SOURCES if log["ResourceId"].startswith(starts[name]))
        told = {
            source: log["ResourceId"],
            "deliverCrossAccountRole": log.get("DeliverCrossAccountRole"),
            "destinationOptions": props(log.get("DestinationOptions"), OPTIONS) or None,
            "iamRoleArn": log.get("DeliverLogsPermissionArn"),
            "logDestination": log.get("LogDestination"),
            "logDestinationType": log.get("LogDestinationType", "cloud-watch-logs"),
            "logFormat": log.get("LogFormat"),
            "maxAggregationInterval": log.get("MaxAggregationInterval"),
            "trafficType": log.get("TrafficType"),
            "arn": aws.arn("ec2", f"vpc-flow-log/{id_}"),
            "tags": tags_of(log),
        }
        return {name: value for name, value in told.items() if value is not None}

    def remove(self, aws: Aws, id_: str, known: Props) -> None:
        answer = aws.client("ec2").delete_flow_logs(FlowLogIds=[id_])
        for failed in answer.get("Unsuccessful", []):
            if "NotFound" not in failed["Error"]["Code"]:
                raise PluginError(f"{failed['Error']['Code']}: {failed['Error']['Message']}")
