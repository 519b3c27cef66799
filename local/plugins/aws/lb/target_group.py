from __future__ import annotations

from collections.abc import Collection
from typing import Any, ClassVar

from local.plugins.aws.cloud import Aws
from local.plugins.aws.documents import as_text, pick, request
from local.plugins.aws.lb.base import (
    LbResource,
    attributes_argument,
    plain,
    read_attributes,
    suffix,
    tags_argument,
    tags_of,
)
from local.plugins.aws.names import named, unique_name
from local.plugins.provider import Property, Props, Schema

ATTRIBUTES = {
    "connectionTermination": "deregistration_delay.connection_termination.enabled",
    "deregistrationDelay": "deregistration_delay.timeout_seconds",
    "loadBalancingAlgorithmType": "load_balancing.algorithm.type",
    "loadBalancingCrossZoneEnabled": "load_balancing.cross_zone.enabled",
    "preserveClientIp": "preserve_client_ip.enabled",
    "proxyProtocolV2": "proxy_protocol_v2.enabled",
    "slowStart": "slow_start.duration_seconds",
}
STICKINESS_ATTRIBUTES = {"type": "stickiness.type", "enabled": "stickiness.enabled"}
CHECK = {
    "enabled": "HealthCheckEnabled",
    "healthyThreshold": "HealthyThresholdCount",
    "interval": "HealthCheckIntervalSeconds",
    "path": "HealthCheckPath",
    "port": "HealthCheckPort",
    "protocol": "HealthCheckProtocol",
    "timeout": "HealthCheckTimeoutSeconds",
    "unhealthyThreshold": "UnhealthyThresholdCount",
}
HEALTH_CHECK: Schema = {name: Property(computed=True) for name in (*CHECK, "matcher")}
STICKINESS: Schema = {"type": Property(required=True), "enabled": Property(default=True)}


class TargetGroup(LbResource):
    properties: ClassVar[Schema] = {
        **named(32),
        **{name: Property(computed=True, same=as_text) for name in ATTRIBUTES},
        "deregistrationDelay": Property(default=300, same=as_text),
        "healthCheck": Property(computed=True, fields=HEALTH_CHECK),
        "ipAddressType": Property(computed=True, replaces=True),
        "port": Property(replaces=True),
        "protocol": Property(replaces=True),
        "protocolVersion": Property(computed=True, replaces=True),
        "proxyProtocolV2": Property(default=False),
        "stickiness": Property(computed=True, fields=STICKINESS),
        "targetType": Property(default="instance", replaces=True),
        "vpcId": Property(replaces=True),
        "arn": Property(read_only=True),
        "arnSuffix": Property(read_only=True),
        "loadBalancerArns": Property(read_only=True),
    }
    frozen = ("loadBalancerArns",)

    def make(self, aws: Aws, inputs: Props) -> str:
        elb = aws.client("elbv2")
        names = ("ipAddressType", "port", "protocol", "protocolVersion", "targetType", "vpcId")
        wanted = request(
            elb,
            "create_target_group",
            pick(inputs, names),
            Name=unique_name(inputs, aws),
            **health_check(inputs),
            **tags_argument(inputs),
        )
        return str(elb.create_target_group(**wanted)["TargetGroups"][0]["TargetGroupArn"])

    def finish(self, aws: Aws, id_: str, inputs: Props) -> None:
        self.set_attributes(aws, id_, inputs, inputs.keys())

    def set_attributes(self, aws: Aws, id_: str, inputs: Props, changed: Collection[str]) -> None:
        wanted = attributes_argument(inputs, ATTRIBUTES, changed)
        if "stickiness" in changed and inputs.get("stickiness"):
            stickiness = inputs["stickiness"]
            wanted += attributes_argument(stickiness, STICKINESS_ATTRIBUTES, stickiness.keys())
        if wanted:
            aws.client("elbv2").modify_target_group_attributes(
                TargetGroupArn=id_, Attributes=wanted
            )

    def find(self, aws: Aws, id_: str, known: Props) -> Props | None:
        elb = aws.client("elbv2")
        found = elb.describe_target_groups(TargetGroupArns=[id_])["TargetGroups"][0]
        attributes = elb.describe_target_group_attributes(TargetGroupArn=id_)["Attributes"]
        check = {name: found[api] for name, api in CHECK.items() if found.get(api) is not None}
        matcher = found.get("Matcher") or {}
        if code := matcher.get("HttpCode") or matcher.get("GrpcCode"):
            check["matcher"] = code
        told = {
            "name": found["TargetGroupName"],
            "healthCheck": check,
            "ipAddressType": found.get("IpAddressType"),
            "port": found.get("Port"),
            "protocol": found.get("Protocol"),
            "protocolVersion": found.get("ProtocolVersion"),
            "targetType": found.get("TargetType", "instance"),
            "vpcId": found.get("VpcId"),
            "stickiness": read_attributes(attributes, STICKINESS_ATTRIBUTES) or None,
            "arn": found["TargetGroupArn"],
            "arnSuffix": suffix(found["TargetGroupArn"]),
            "loadBalancerArns": found.get("LoadBalancerArns", []),
            "tags": tags_of(aws, id_),
            "proxyProtocolV2": False,
            **read_attributes(attributes, ATTRIBUTES),
        }
        return {name: value for name, value in told.items() if value is not None}

    def change(
        self, aws: Aws, id_: str, changed: Collection[str], inputs: Props, live: Props
    ) -> None:
        if "healthCheck" in changed:
            aws.client("elbv2").modify_target_group(TargetGroupArn=id_, **health_check(inputs))
        self.set_attributes(aws, id_, inputs, changed)

    def remove(self, aws: Aws, id_: str, known: Props) -> None:
        aws.client("elbv2").delete_target_group(TargetGroupArn=id_)


def health_check(inputs: Props) -> dict[str, Any]:
    given = inputs.get("healthCheck") or {}
    wanted = {CHECK[name]: value for name, value in given.items() if name in CHECK}
    for name in ("HealthCheckPort",):
        if name in wanted:
            wanted[name] = str(wanted[name])
    if "matcher" in given:
        wanted["Matcher"] = {"HttpCode": str(plain(given["matcher"]))}
    return wanted
