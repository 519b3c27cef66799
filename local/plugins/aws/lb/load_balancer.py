from __future__ import annotations

from collections.abc import Collection
from typing import Any, ClassVar

from local.plugins.aws.cloud import Aws
from local.plugins.aws.documents import as_text, pick, request
from local.plugins.aws.lb.base import (
    LbResource,
    as_attribute,
    attributes_argument,
    read_attributes,
    suffix,
    tags_argument,
    tags_of,
)
from local.plugins.aws.names import named, unique_name
from local.plugins.provider import PluginError, Property, Props, Schema, in_any_order

ATTRIBUTES = {
    "clientKeepAlive": "client_keep_alive.seconds",
    "desyncMitigationMode": "routing.http.desync_mitigation_mode",
    "dnsRecordClientRoutingPolicy": "dns_record.client_routing_policy",
    "dropInvalidHeaderFields": "routing.http.drop_invalid_header_fields.enabled",
    "enableCrossZoneLoadBalancing": "load_balancing.cross_zone.enabled",
    "enableDeletionProtection": "deletion_protection.enabled",
    "enableHttp2": "routing.http2.enabled",
    "enableTlsVersionAndCipherSuiteHeaders": (
        "routing.http.x_amzn_tls_version_and_cipher_suite.enabled"
    ),
    "enableWafFailOpen": "waf.fail_open.enabled",
    "enableXffClientPort": "routing.http.xff_client_port.enabled",
    "idleTimeout": "idle_timeout.timeout_seconds",
    "preserveHostHeader": "routing.http.preserve_host_header.enabled",
    "xffHeaderProcessingMode": "routing.http.xff_header_processing.mode",
}
LOGS: Schema = {
    "bucket": Property(required=True),
    "enabled": Property(default=False),
    "prefix": Property(),
}
MAPPING: Schema = {
    "subnetId": Property(required=True),
    "allocationId": Property(),
    "ipv6Address": Property(computed=True),
    "outpostId": Property(read_only=True),
    "privateIpv4Address": Property(),
}


class LoadBalancer(LbResource):
    properties: ClassVar[Schema] = {
        **named(32),
        **{name: Property(computed=True, same=as_text) for name in ATTRIBUTES},
        "accessLogs": Property(fields=LOGS),
        "enableDeletionProtection": Property(default=False),
        "internal": Property(computed=True, replaces=True),
        "ipAddressType": Property(computed=True),
        "loadBalancerType": Property(default="application", replaces=True),
        "securityGroups": Property(computed=True, same=in_any_order),
        "subnetMappings": Property(computed=True, same=in_any_order, fields=MAPPING),
        "subnets": Property(computed=True, same=in_any_order),
        "arn": Property(read_only=True),
        "arnSuffix": Property(read_only=True),
        "dnsName": Property(read_only=True),
        "vpcId": Property(read_only=True),
        "zoneId": Property(read_only=True),
    }
    elsewhere = ("subnetMappings",)

    def make(self, aws: Aws, inputs: Props) -> str:
        elb = aws.client("elbv2")
        given = pick(inputs, ["securityGroups", "subnets", "subnetMappings", "ipAddressType"])
        wanted = request(
            elb,
            "create_load_balancer",
            given,
            Name=unique_name(inputs, aws),
            Type=inputs["loadBalancerType"],
            Scheme="internal" if inputs.get("internal") else None,
            **tags_argument(inputs),
        )
        return str(elb.create_load_balancer(**wanted)["LoadBalancers"][0]["LoadBalancerArn"])

    def finish(self, aws: Aws, id_: str, inputs: Props) -> None:
        self.set_attributes(aws, id_, inputs, inputs.keys())

    def set_attributes(self, aws: Aws, id_: str, inputs: Props, changed: Collection[str]) -> None:
        wanted = attributes_argument(inputs, ATTRIBUTES, changed)
        if "accessLogs" in changed:
            logs = inputs.get("accessLogs") or {}
            wanted += [
                {"Key": "access_logs.s3.enabled", "Value": as_attribute(bool(logs.get("enabled")))},
                *(
                    {"Key": f"access_logs.s3.{name}", "Value": logs[name]}
                    for name in ("bucket", "prefix")
                    if logs.get(name)
                ),
            ]
        if wanted:
            aws.client("elbv2").modify_load_balancer_attributes(
                LoadBalancerArn=id_, Attributes=wanted
            )

    def look(self, aws: Aws, id_: str) -> dict[str, Any]:
        found = aws.client("elbv2").describe_load_balancers(LoadBalancerArns=[id_])
        document: dict[str, Any] = found["LoadBalancers"][0]
        return document

    def ready(self, aws: Aws, id_: str, known: Props) -> None:
        def active() -> bool:
            state = self.look(aws, id_)["State"]
            if state["Code"] == "failed":
                raise PluginError(f"the load balancer did not come up: {state.get('Reason')}")
            return state["Code"] in ("active", "active_impaired")

        aws.until(active, "waiting for the load balancer")

    def find(self, aws: Aws, id_: str, known: Props) -> Props | None:
        found = self.look(aws, id_)
        attributes = aws.client("elbv2").describe_load_balancer_attributes(LoadBalancerArn=id_)
        zones = found.get("AvailabilityZones", [])
        told = {
            "name": found["LoadBalancerName"],
            "internal": found.get("Scheme") == "internal",
            "ipAddressType": found.get("IpAddressType"),
            "loadBalancerType": found["Type"],
            "securityGroups": found.get("SecurityGroups") or [],
            "subnets": sorted(zone["SubnetId"] for zone in zones),
            "subnetMappings": [mapping(zone) for zone in zones],
            "accessLogs": access_logs(attributes["Attributes"], known),
            "arn": found["LoadBalancerArn"],
            "arnSuffix": suffix(found["LoadBalancerArn"]).removeprefix("loadbalancer/"),
            "dnsName": found["DNSName"],
            "vpcId": found.get("VpcId"),
            "zoneId": found.get("CanonicalHostedZoneId"),
            "tags": tags_of(aws, id_),
        }
        told |= {"enableDeletionProtection": False}
        told |= read_attributes(attributes["Attributes"], ATTRIBUTES)
        return {name: value for name, value in told.items() if value is not None}

    def change(
        self, aws: Aws, id_: str, changed: Collection[str], inputs: Props, live: Props
    ) -> None:
        elb, at = aws.client("elbv2"), {"LoadBalancerArn": id_}
        self.set_attributes(aws, id_, inputs, changed)
        if "securityGroups" in changed:
            elb.set_security_groups(**at, SecurityGroups=inputs["securityGroups"])
        if "subnets" in changed:
            elb.set_subnets(**at, Subnets=inputs["subnets"])
        elif "subnetMappings" in changed:
            given = {"subnetMappings": inputs["subnetMappings"]}
            elb.set_subnets(**request(elb, "set_subnets", given, **at))
        if "ipAddressType" in changed:
            elb.set_ip_address_type(**at, IpAddressType=inputs["ipAddressType"])

    def remove(self, aws: Aws, id_: str, known: Props) -> None:
        aws.client("elbv2").delete_load_balancer(LoadBalancerArn=id_)

    def gone(self, aws: Aws, id_: str, known: Props) -> bool:
        self.look(aws, id_)
        return False


def mapping(zone: dict[str, Any]) -> Props:
    address = (zone.get("LoadBalancerAddresses") or [{}])[0]
    told = {
        "subnetId": zone["SubnetId"],
        "allocationId": address.get("AllocationId"),
        "privateIpv4Address": address.get("PrivateIPv4Address"),
    }
    return {name: value for name, value in told.items() if value}


def access_logs(found: list[dict[str, str]], known: Props) -> Props | None:
    names = {name: f"access_logs.s3.{name}" for name in LOGS}
    told = {n: v for n, v in read_attributes(found, names).items() if v != ""}
    return told if told.get("enabled") or "accessLogs" in known else None
