"""VPC endpoints: private ways to AWS's services and to others' endpoint services."""

from __future__ import annotations

import zlib
from collections.abc import Collection
from typing import Any, ClassVar

from local.plugins.aws.cloud import Aws
from local.plugins.aws.documents import pick, props, request
from local.plugins.aws.ec2.base import Document, Ec2Resource, filters, tags_of
from local.plugins.provider import (
    PluginError,
    Property,
    Props,
    Schema,
    as_json,
    in_any_order,
)

PLACES = ("routeTableIds", "subnetIds", "securityGroupIds")
READY = ("available", "pendingAcceptance")
DNS_OPTIONS = {
    "dnsRecordIpType": Property(computed=True),
    "privateDnsOnlyForInboundResolverEndpoint": Property(),
}


def endpoint(aws: Aws, id_: str) -> Document | None:
    found = aws.client("ec2").describe_vpc_endpoints(VpcEndpointIds=[id_])["VpcEndpoints"]
    if not found or found[0]["State"].lower() in ("deleted", "deleting"):
        return None
    document: Document = found[0]
    return document


class VpcEndpoint(Ec2Resource):
    kind = "vpc-endpoint"
    properties: ClassVar[Schema] = {
        "vpcId": Property(required=True, replaces=True),
        "serviceName": Property(replaces=True),
        "serviceRegion": Property(computed=True, replaces=True),
        "vpcEndpointType": Property(default="Gateway", replaces=True),
        "autoAccept": Property(write_only=True),
        "dnsOptions": Property(computed=True, fields=DNS_OPTIONS),
        "ipAddressType": Property(computed=True),
        "policy": Property(computed=True, same=as_json),
        "privateDnsEnabled": Property(computed=True),
        "routeTableIds": Property(computed=True, same=in_any_order),
        "securityGroupIds": Property(computed=True, same=in_any_order),
        "subnetIds": Property(computed=True, same=in_any_order),
        "arn": Property(read_only=True),
        "cidrBlocks": Property(read_only=True),
        "dnsEntries": Property(read_only=True),
        "networkInterfaceIds": Property(read_only=True, volatile=True),
        "ownerId": Property(read_only=True),
        "prefixListId": Property(read_only=True),
        "requesterManaged": Property(read_only=True),
        "state": Property(read_only=True),
        "subnetConfigurations": Property(read_only=True),
    }
    elsewhere = ("routeTableIds",)

    def make(self, aws: Aws, inputs: Props) -> str:
        ec2 = aws.client("ec2")
        names = (
            *("vpcId", "serviceName", "serviceRegion", "vpcEndpointType", "dnsOptions"),
            *("ipAddressType", "privateDnsEnabled", *PLACES),
        )
        given = pick(inputs, names) | {"policyDocument": inputs.get("policy")}
        made = ec2.create_vpc_endpoint(
            **request(ec2, "create_vpc_endpoint", given), **self.tag_specifications(inputs)
        )
        return str(made["VpcEndpoint"]["VpcEndpointId"])

    def finish(self, aws: Aws, id_: str, inputs: Props) -> None:
        found = endpoint(aws, id_) or {}
        if inputs.get("autoAccept") and found.get("State") == "pendingAcceptance":
            ec2 = aws.client("ec2")
            service = ec2.describe_vpc_endpoint_services(ServiceNames=[inputs["serviceName"]])
            ec2.accept_vpc_endpoint_connections(
                ServiceId=service["ServiceDetails"][0]["ServiceId"], VpcEndpointIds=[id_]
            )

    def ready(self, aws: Aws, id_: str, known: Props) -> None:
        def available() -> bool:
            found = endpoint(aws, id_)
            if found is None or found["State"].lower() in ("failed", "rejected", "expired"):
                state = found["State"] if found else "deleted"
                raise PluginError(f"the VPC endpoint {id_} did not come up: it is {state}")
            return found["State"] in READY or found["State"].lower() == "available"

        aws.until(available, "waiting for the VPC endpoint")

    def find(self, aws: Aws, id_: str, known: Props) -> Props | None:
        found = endpoint(aws, id_)
        if found is None:
            return None
        owner = found.get("OwnerId") or aws.account
        told = {
            **props(found, {n: self.properties[n] for n in ("vpcId", "serviceName", "state")}),
            "serviceRegion": found.get("ServiceRegion", aws.region),
            "vpcEndpointType": found.get("VpcEndpointType", "Gateway"),
            "policy": found.get("PolicyDocument"),
            "privateDnsEnabled": found.get("PrivateDnsEnabled", False),
            "ipAddressType": found.get("IpAddressType"),
            "dnsOptions": props(found.get("DnsOptions"), DNS_OPTIONS) or None,
            "routeTableIds": found.get("RouteTableIds", []),
            "subnetIds": found.get("SubnetIds", []),
            "securityGroupIds": [g["GroupId"] for g in found.get("Groups", [])],
            "networkInterfaceIds": found.get("NetworkInterfaceIds", []),
            "dnsEntries": dns_entries(found),
            "requesterManaged": found.get("RequesterManaged", False),
            "ownerId": owner,
            "arn": aws.arn("ec2", f"vpc-endpoint/{id_}", account=owner),
            "tags": tags_of(found),
            **self.prefix_list(aws, found),
        }
        return {name: value for name, value in told.items() if value is not None}

    def prefix_list(self, aws: Aws, found: Document) -> Props:
        """The addresses that a gateway endpoint routes."""
        if found.get("VpcEndpointType", "Gateway") != "Gateway":
            return {}
        lists = aws.client("ec2").describe_managed_prefix_lists(
            Filters=filters(prefix_list_name=found["ServiceName"])
        )["PrefixLists"]
        if not lists:
            return {"cidrBlocks": []}
        id_ = lists[0]["PrefixListId"]
        entries = aws.client("ec2").get_managed_prefix_list_entries(PrefixListId=id_)["Entries"]
        return {"prefixListId": id_, "cidrBlocks": [entry["Cidr"] for entry in entries]}

    def change(
        self, aws: Aws, id_: str, changed: Collection[str], inputs: Props, live: Props
    ) -> None:
        wanted: dict[str, Any] = {}
        for name, noun in zip(PLACES, ("RouteTable", "Subnet", "SecurityGroup"), strict=True):
            if name in changed:
                have, want = set(live.get(name, [])), set(inputs.get(name, []))
                wanted[f"Add{noun}Ids"] = sorted(want - have)
                wanted[f"Remove{noun}Ids"] = sorted(have - want)
        if "policy" in changed:
            wanted["PolicyDocument"] = inputs.get("policy")
            wanted["ResetPolicy"] = None if inputs.get("policy") else True
        if "privateDnsEnabled" in changed:
            wanted["PrivateDnsEnabled"] = inputs["privateDnsEnabled"]
        ec2 = aws.client("ec2")
        given = pick(inputs, [n for n in ("dnsOptions", "ipAddressType") if n in changed])
        wanted = {name: value for name, value in wanted.items() if value not in (None, [])}
        ec2.modify_vpc_endpoint(
            **request(ec2, "modify_vpc_endpoint", given, VpcEndpointId=id_, **wanted)
        )

    def remove(self, aws: Aws, id_: str, known: Props) -> None:
        answer = aws.client("ec2").delete_vpc_endpoints(VpcEndpointIds=[id_])
        for failed in answer.get("Unsuccessful", []):
            code = failed["Error"]["Code"]
            if "NotFound" not in code:
                raise PluginError(f"{id_}: {code}: {failed['Error']['Message']}")

    def gone(self, aws: Aws, id_: str, known: Props) -> bool:
        found = aws.client("ec2").describe_vpc_endpoints(VpcEndpointIds=[id_])["VpcEndpoints"]
        return not found or found[0]["State"].lower() == "deleted"


def dns_entries(found: Document) -> list[Props]:
    return [
        {"dnsName": entry.get("DnsName", ""), "hostedZoneId": entry.get("HostedZoneId", "")}
        for entry in found.get("DnsEntries", [])
    ]


class VpcEndpointRouteTableAssociation(Ec2Resource):
    tagged = False
    properties: ClassVar[Schema] = {
        "routeTableId": Property(required=True, replaces=True),
        "vpcEndpointId": Property(required=True, replaces=True),
    }

    def make(self, aws: Aws, inputs: Props) -> str:
        aws.client("ec2").modify_vpc_endpoint(
            VpcEndpointId=inputs["vpcEndpointId"], AddRouteTableIds=[inputs["routeTableId"]]
        )
        return association_id(inputs["vpcEndpointId"], inputs["routeTableId"])

    def find(self, aws: Aws, id_: str, known: Props) -> Props | None:
        if known:
            pair = known["vpcEndpointId"], known["routeTableId"]
        else:
            vpc_endpoint, _, table = id_.partition("/")
            pair = vpc_endpoint, table
        found = endpoint(aws, pair[0])
        if found is None or pair[1] not in found.get("RouteTableIds", []):
            return None
        return {
            "id": association_id(*pair),
            "vpcEndpointId": pair[0],
            "routeTableId": pair[1],
        }

    def remove(self, aws: Aws, id_: str, known: Props) -> None:
        aws.client("ec2").modify_vpc_endpoint(
            VpcEndpointId=known["vpcEndpointId"], RemoveRouteTableIds=[known["routeTableId"]]
        )


def association_id(endpoint_id: str, table_id: str) -> str:
    return f"a-{endpoint_id}{zlib.crc32(table_id.encode())}"
