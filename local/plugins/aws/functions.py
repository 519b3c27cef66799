"""The functions that programs call: who and where they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from local.plugins.aws.cloud import Aws, Cloud, partition
from local.plugins.aws.failures import readable_errors
from local.plugins.provider import Call, Failure, InvalidInputsError, PluginError, Props

REGION_NAMES: Final = {
    "ap-northeast-1": "Asia Pacific (Tokyo)",
    "ap-south-1": "Asia Pacific (Mumbai)",
    "ap-southeast-1": "Asia Pacific (Singapore)",
    "ap-southeast-2": "Asia Pacific (Sydney)",
    "ca-central-1": "Canada (Central)",
    "eu-central-1": "Europe (Frankfurt)",
    "eu-north-1": "Europe (Stockholm)",
    "eu-west-1": "Europe (Ireland)",
    "eu-west-2": "Europe (London)",
    "eu-west-3": "Europe (Paris)",
    "us-east-1": "US East (N. Virginia)",
    "us-east-2": "US East (Ohio)",
    "us-west-1": "US West (N. California)",
    "us-west-2": "US West (Oregon)",
}


def get_caller_identity(aws: Aws, args: Props) -> Props:
    identity = aws.cloud.identity
    return {
        "accountId": identity["Account"],
        "arn": identity["Arn"],
        "id": identity["Account"],
        "userId": identity["UserId"],
    }


def get_partition(aws: Aws, args: Props) -> Props:
    name = partition(aws.region)
    suffix = "amazonaws.com.cn" if name == "aws-cn" else "amazonaws.com"
    reverse = ".".join(reversed(suffix.split(".")))
    return {"dnsSuffix": suffix, "id": name, "partition": name, "reverseDnsPrefix": reverse}


def get_region(aws: Aws, args: Props) -> Props:
    name = args.get("name") or aws.region
    return {
        "description": REGION_NAMES.get(name, name),
        "endpoint": f"ec2.{name}.amazonaws.com",
        "id": name,
        "name": name,
        "region": name,
    }


def get_load_balancer(aws: Aws, args: Props) -> Props:
    """The one that has all of the tags, and no second one."""
    elb, wanted = aws.client("elbv2"), args.get("tags", {})
    found = elb.describe_load_balancers()["LoadBalancers"]
    by_arn = {item["LoadBalancerArn"]: item for item in found}
    tags = elb.describe_tags(ResourceArns=list(by_arn))["TagDescriptions"] if by_arn else []
    alike = [
        by_arn[entry["ResourceArn"]]
        for entry in tags
        if wanted.items() <= {tag["Key"]: tag["Value"] for tag in entry["Tags"]}.items()
    ]
    if len(alike) != 1:
        raise PluginError(f"{len(alike)} load balancers have the tags {wanted}, not one")
    (item,) = alike
    return {
        "arn": item["LoadBalancerArn"],
        "dnsName": item["DNSName"],
        "id": item["LoadBalancerArn"],
        "internal": item.get("Scheme") == "internal",
        "loadBalancerType": item["Type"],
        "name": item["LoadBalancerName"],
        "tags": wanted,
        "vpcId": item.get("VpcId"),
        "zoneId": item.get("CanonicalHostedZoneId"),
    }


def get_availability_zones(aws: Aws, args: Props) -> Props:
    wanted: dict[str, Any] = {"AllAvailabilityZones": bool(args.get("allAvailabilityZones"))}
    filters = [
        {"Name": item["name"], "Values": item["values"]} for item in args.get("filters") or []
    ]
    if state := args.get("state"):
        filters.append({"Name": "state", "Values": [state]})
    found = aws.client("ec2").describe_availability_zones(**wanted, Filters=filters)
    zones = sorted(
        (
            zone
            for zone in found["AvailabilityZones"]
            if zone["ZoneName"] not in (args.get("excludeNames") or [])
            and zone["ZoneId"] not in (args.get("excludeZoneIds") or [])
        ),
        key=lambda zone: str(zone["ZoneName"]),
    )
    return {
        **args,
        "groupNames": sorted({zone.get("GroupName", aws.region) for zone in zones}),
        "id": aws.region,
        "names": [zone["ZoneName"] for zone in zones],
        "region": aws.region,
        "zoneIds": [zone["ZoneId"] for zone in zones],
    }


Function = Callable[[Aws, Props], Props]

FUNCTIONS: Final[Mapping[str, tuple[Function, frozenset[str]]]] = {
    "aws:index/getAvailabilityZones:getAvailabilityZones": (
        get_availability_zones,
        frozenset(
            {"allAvailabilityZones", "excludeNames", "excludeZoneIds", "filters", "region"}
            | {"state"}
        ),
    ),
    "aws:lb/getLoadBalancer:getLoadBalancer": (get_load_balancer, frozenset({"tags", "region"})),
    "aws:index/getCallerIdentity:getCallerIdentity": (get_caller_identity, frozenset({"id"})),
    "aws:index/getPartition:getPartition": (get_partition, frozenset({"id"})),
    "aws:index/getRegion:getRegion": (
        get_region,
        frozenset({"endpoint", "id", "name", "region"}),
    ),
}


def call_function(cloud: Cloud, token: str, args: Props) -> Props:
    function, known = FUNCTIONS[token]
    if unknown := sorted(args.keys() - known):
        reason = f"this stand-in does not support the argument; {token} has {sorted(known)}"
        raise InvalidInputsError(*(Failure(property=name, reason=reason) for name in unknown))
    name = token.rsplit(":", 1)[-1]
    call = Call(urn="", type=token, name=name)
    with readable_errors(name):
        return function(cloud.at(call, args.get("region")), args)
