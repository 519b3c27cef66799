"""Endpoint services: what an account offers to others' VPCs."""

from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar

from local.plugins.aws.cloud import Aws
from local.plugins.aws.documents import pascal
from local.plugins.aws.ec2.base import Document, Ec2Resource, filters, tags_of
from local.plugins.provider import PluginError, Property, Props, Schema, in_any_order

LISTS = (
    *("networkLoadBalancerArns", "gatewayLoadBalancerArns"),
    *("supportedIpAddressTypes", "supportedRegions"),
)


class VpcEndpointService(Ec2Resource):
    kind = "vpc-endpoint-service"
    properties: ClassVar[Schema] = {
        "acceptanceRequired": Property(required=True),
        "allowedPrincipals": Property(computed=True, same=in_any_order),
        "networkLoadBalancerArns": Property(same=in_any_order),
        "gatewayLoadBalancerArns": Property(same=in_any_order),
        "privateDnsName": Property(computed=True),
        "supportedIpAddressTypes": Property(computed=True, same=in_any_order),
        "supportedRegions": Property(computed=True, same=in_any_order),
        "arn": Property(read_only=True),
        "availabilityZones": Property(read_only=True),
        "baseEndpointDnsNames": Property(read_only=True),
        "managesVpcEndpoints": Property(read_only=True),
        "privateDnsNameConfigurations": Property(read_only=True),
        "serviceName": Property(read_only=True),
        "serviceType": Property(read_only=True),
        "state": Property(read_only=True),
    }
    elsewhere = ("allowedPrincipals",)

    def make(self, aws: Aws, inputs: Props) -> str:
        names = ("acceptanceRequired", "privateDnsName", *LISTS)
        wanted = {pascal(name): inputs[name] for name in names if inputs.get(name) is not None}
        made = aws.client("ec2").create_vpc_endpoint_service_configuration(
            **wanted, **self.tag_specifications(inputs)
        )
        return str(made["ServiceConfiguration"]["ServiceId"])

    def finish(self, aws: Aws, id_: str, inputs: Props) -> None:
        if principals := inputs.get("allowedPrincipals"):
            aws.client("ec2").modify_vpc_endpoint_service_permissions(
                ServiceId=id_, AddAllowedPrincipals=principals
            )

    def look(self, aws: Aws, id_: str) -> Document:
        found = aws.client("ec2").describe_vpc_endpoint_service_configurations(ServiceIds=[id_])
        document: Document = found["ServiceConfigurations"][0]
        return document

    def find(self, aws: Aws, id_: str, known: Props) -> Props | None:
        found = self.look(aws, id_)
        told = {
            "acceptanceRequired": found["AcceptanceRequired"],
            "allowedPrincipals": allowed_principals(aws, id_),
            "networkLoadBalancerArns": found.get("NetworkLoadBalancerArns") or None,
            "gatewayLoadBalancerArns": found.get("GatewayLoadBalancerArns") or None,
            "privateDnsName": found.get("PrivateDnsName"),
            "supportedIpAddressTypes": found.get("SupportedIpAddressTypes"),
            "arn": aws.arn("ec2", f"vpc-endpoint-service/{id_}"),
            "availabilityZones": found.get("AvailabilityZones", []),
            "baseEndpointDnsNames": found.get("BaseEndpointDnsNames", []),
            "managesVpcEndpoints": found.get("ManagesVpcEndpoints", False),
            "privateDnsNameConfigurations": dns_configurations(found),
            "serviceName": found["ServiceName"],
            "serviceType": (found.get("ServiceType") or [{}])[0].get("ServiceType"),
            "state": found.get("ServiceState"),
            "supportedRegions": regions_of(found) or [aws.region],
            "tags": tags_of(found),
        }
        return {name: value for name, value in told.items() if value is not None}

    def change(
        self, aws: Aws, id_: str, changed: Collection[str], inputs: Props, live: Props
    ) -> None:
        wanted = {pascal(n): inputs[n] for n in ("acceptanceRequired",) if n in changed}
        if "privateDnsName" in changed:
            wanted["PrivateDnsName"] = inputs["privateDnsName"]
        for name in LISTS:
            if name in changed:
                have, want = set(live.get(name, [])), set(inputs.get(name, []))
                wanted |= differences(pascal(name), have, want)
        ec2 = aws.client("ec2")
        if wanted:
            ec2.modify_vpc_endpoint_service_configuration(ServiceId=id_, **wanted)
        if "allowedPrincipals" in changed:
            have = set(live.get("allowedPrincipals", []))
            ec2.modify_vpc_endpoint_service_permissions(
                ServiceId=id_,
                **differences("AllowedPrincipals", have, set(inputs.get("allowedPrincipals", []))),
            )

    def remove(self, aws: Aws, id_: str, known: Props) -> None:
        aws.client("ec2").delete_vpc_endpoint_service_configurations(ServiceIds=[id_])


def dns_configurations(found: Document) -> list[Props]:
    told = found.get("PrivateDnsNameConfiguration") or {}
    return [{name.lower(): value for name, value in told.items()}] if told else []


def regions_of(found: Document) -> list[str]:
    return sorted(item["Region"] for item in found.get("SupportedRegions", []))


class VpcEndpointConnectionAccepter(Ec2Resource):
    """Its consumer's endpoint belongs to somebody else, and is rejected when this goes."""

    tagged = False
    properties: ClassVar[Schema] = {
        "vpcEndpointServiceId": Property(required=True, replaces=True),
        "vpcEndpointId": Property(required=True, replaces=True),
        "vpcEndpointState": Property(read_only=True),
    }

    def make(self, aws: Aws, inputs: Props) -> str:
        service, endpoint = inputs["vpcEndpointServiceId"], inputs["vpcEndpointId"]
        refused = aws.client("ec2").accept_vpc_endpoint_connections(
            ServiceId=service, VpcEndpointIds=[endpoint]
        )["Unsuccessful"]
        if refused:
            raise PluginError(f"{endpoint} asks for no connection to {service}")
        return f"{service}_{endpoint}"

    def find(self, aws: Aws, id_: str, known: Props) -> Props | None:
        service, _, endpoint = id_.partition("_")
        found = aws.client("ec2").describe_vpc_endpoint_connections(
            Filters=[
                *filters(service_id=service),
                *filters(vpc_endpoint_id=endpoint),
            ]
        )["VpcEndpointConnections"]
        state = found[0]["VpcEndpointState"] if found else "deleted"
        if state not in ("available", "pending"):
            return None
        return {
            "vpcEndpointServiceId": service,
            "vpcEndpointId": endpoint,
            "vpcEndpointState": state,
        }

    def remove(self, aws: Aws, id_: str, known: Props) -> None:
        aws.client("ec2").reject_vpc_endpoint_connections(
            ServiceId=known["vpcEndpointServiceId"], VpcEndpointIds=[known["vpcEndpointId"]]
        )


class PrivateDnsVerification(Ec2Resource):
    """Nothing is left of it to take back."""

    tagged = False
    properties: ClassVar[Schema] = {
        "serviceId": Property(required=True, replaces=True),
        "waitForVerification": Property(write_only=True),
        "timeouts": Property(write_only=True),
    }

    def make(self, aws: Aws, inputs: Props) -> str:
        aws.client("ec2").start_vpc_endpoint_service_private_dns_verification(
            ServiceId=inputs["serviceId"]
        )
        return str(inputs["serviceId"])

    def ready(self, aws: Aws, id_: str, known: Props) -> None:
        if known.get("waitForVerification"):
            aws.until(lambda: self.state(aws, id_) == "verified", "waiting for the names' record")

    def state(self, aws: Aws, id_: str) -> str | None:
        found = aws.client("ec2").describe_vpc_endpoint_service_configurations(ServiceIds=[id_])
        told = found["ServiceConfigurations"][0].get("PrivateDnsNameConfiguration") or {}
        state: str | None = told.get("State")
        return state

    def find(self, aws: Aws, id_: str, known: Props) -> Props | None:
        self.state(aws, id_)
        return {"serviceId": id_}

    def change(
        self, aws: Aws, id_: str, changed: Collection[str], inputs: Props, live: Props
    ) -> None:
        pass

    def remove(self, aws: Aws, id_: str, known: Props) -> None:
        pass


class VpcEndpointServiceAllowedPrinciple(Ec2Resource):
    tagged = False
    properties: ClassVar[Schema] = {
        "vpcEndpointServiceId": Property(required=True, replaces=True),
        "principalArn": Property(required=True, replaces=True),
    }

    def make(self, aws: Aws, inputs: Props) -> str:
        answer = aws.client("ec2").modify_vpc_endpoint_service_permissions(
            ServiceId=inputs["vpcEndpointServiceId"],
            AddAllowedPrincipals=[inputs["principalArn"]],
        )
        added = answer.get("AddedPrincipals") or [{}]
        fallback = f"{inputs['vpcEndpointServiceId']}/{inputs['principalArn']}"
        return str(added[0].get("ServicePermissionId", fallback))

    def find(self, aws: Aws, id_: str, known: Props) -> Props | None:
        if known:
            service, principal = known["vpcEndpointServiceId"], known["principalArn"]
        else:
            service, _, principal = id_.partition("/")
        if principal not in allowed_principals(aws, service):
            return None
        return {"vpcEndpointServiceId": service, "principalArn": principal}

    def remove(self, aws: Aws, id_: str, known: Props) -> None:
        aws.client("ec2").modify_vpc_endpoint_service_permissions(
            ServiceId=known["vpcEndpointServiceId"],
            RemoveAllowedPrincipals=[known["principalArn"]],
        )


def differences(noun: str, have: set[str], want: set[str]) -> dict[str, list[str]]:
    found = {f"Add{noun}": sorted(want - have), f"Remove{noun}": sorted(have - want)}
    return {name: values for name, values in found.items() if values}


def allowed_principals(aws: Aws, service: str) -> list[str]:
    found = aws.client("ec2").describe_vpc_endpoint_service_permissions(ServiceId=service)
    return [item["Principal"] for item in found["AllowedPrincipals"]]
