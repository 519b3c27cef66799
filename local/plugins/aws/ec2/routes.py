"""Route tables, with routes of their own or as resources, and what they are associated with."""

from __future__ import annotations

import zlib
from collections.abc import Collection, Mapping
from typing import Any, ClassVar

from local.plugins.aws.cloud import Aws
from local.plugins.aws.documents import pascal, pick
from local.plugins.aws.ec2.base import Document, Ec2Resource, filters, tags_of
from local.plugins.aws.failures import missing_is_fine
from local.plugins.provider import (
    Call,
    Failure,
    InvalidInputsError,
    PluginError,
    Property,
    Props,
    Schema,
    in_any_order,
)

TARGETS = {
    "carrierGatewayId": "CarrierGatewayId",
    "coreNetworkArn": "CoreNetworkArn",
    "egressOnlyGatewayId": "EgressOnlyInternetGatewayId",
    "gatewayId": "GatewayId",
    "localGatewayId": "LocalGatewayId",
    "natGatewayId": "NatGatewayId",
    "networkInterfaceId": "NetworkInterfaceId",
    "transitGatewayId": "TransitGatewayId",
    "vpcEndpointId": "VpcEndpointId",
    "vpcPeeringConnectionId": "VpcPeeringConnectionId",
}
INLINE_DESTINATIONS = {
    "cidrBlock": "DestinationCidrBlock",
    "ipv6CidrBlock": "DestinationIpv6CidrBlock",
    "destinationPrefixListId": "DestinationPrefixListId",
}
DESTINATIONS = {
    "destinationCidrBlock": "DestinationCidrBlock",
    "destinationIpv6CidrBlock": "DestinationIpv6CidrBlock",
    "destinationPrefixListId": "DestinationPrefixListId",
}


def parameters(props: Mapping[str, Any], names: Mapping[str, str]) -> Document:
    return {api: props[name] for name, api in names.items() if props.get(name)}


def told(route: Document, names: Mapping[str, str]) -> Props:
    found = {name: route[api] for name, api in names.items() if route.get(api)}
    if str(found.get("gatewayId", "")).startswith("vpce-"):
        found["vpcEndpointId"] = found.pop("gatewayId")
    return found


def is_made(route: Document) -> bool:
    """Not the VPC's own route, nor one of a gateway endpoint or of a virtual private gateway."""
    return (
        route.get("GatewayId") != "local"
        and route.get("Origin", "CreateRoute") == "CreateRoute"
        and not (
            route.get("DestinationPrefixListId")
            and str(route.get("GatewayId", "")).startswith("vpce-")
        )
    )


def table(aws: Aws, id_: str) -> Document:
    found = aws.client("ec2").describe_route_tables(RouteTableIds=[id_])["RouteTables"]
    document: Document = found[0]
    return document


class RouteTable(Ec2Resource):
    kind = "route-table"
    properties: ClassVar[Schema] = {
        "vpcId": Property(required=True, replaces=True),
        "routes": Property(
            computed=True,
            same=in_any_order,
            fields={name: Property() for name in {**INLINE_DESTINATIONS, **TARGETS}},
        ),
        "propagatingVgws": Property(computed=True, same=in_any_order),
        "arn": Property(read_only=True),
        "ownerId": Property(read_only=True),
    }
    elsewhere = ("routes", "propagatingVgws")

    def make(self, aws: Aws, inputs: Props) -> str:
        made = aws.client("ec2").create_route_table(
            VpcId=inputs["vpcId"], **self.tag_specifications(inputs)
        )
        return str(made["RouteTable"]["RouteTableId"])

    def finish(self, aws: Aws, id_: str, inputs: Props) -> None:
        for route in inputs.get("routes", []):
            self.add(aws, id_, route)
        for gateway in inputs.get("propagatingVgws", []):
            aws.client("ec2").enable_vgw_route_propagation(RouteTableId=id_, GatewayId=gateway)

    def add(self, aws: Aws, id_: str, route: Props) -> None:
        wanted = parameters(route, INLINE_DESTINATIONS) | parameters(route, TARGETS)
        aws.client("ec2").create_route(RouteTableId=id_, **wanted)

    def find(self, aws: Aws, id_: str, known: Props) -> Props | None:
        found = table(aws, id_)
        owner = found.get("OwnerId") or aws.account
        return {
            "vpcId": found["VpcId"],
            "routes": [
                told(route, INLINE_DESTINATIONS | TARGETS)
                for route in found["Routes"]
                if is_made(route)
            ],
            "propagatingVgws": [v["GatewayId"] for v in found.get("PropagatingVgws", [])],
            "ownerId": owner,
            "arn": aws.arn("ec2", f"route-table/{id_}", account=owner),
            "tags": tags_of(found),
        }

    def change(
        self, aws: Aws, id_: str, changed: Collection[str], inputs: Props, live: Props
    ) -> None:
        ec2 = aws.client("ec2")
        if "routes" in changed:
            have, want = live.get("routes", []), inputs.get("routes", [])
            for route in have:
                if route not in want:
                    destination = parameters(route, INLINE_DESTINATIONS)
                    ec2.delete_route(RouteTableId=id_, **destination)
            for route in want:
                if route not in have:
                    self.add(aws, id_, route)
        if "propagatingVgws" in changed:
            have, want = live.get("propagatingVgws", []), inputs.get("propagatingVgws", [])
            for gateway in set(have) - set(want):
                ec2.disable_vgw_route_propagation(RouteTableId=id_, GatewayId=gateway)
            for gateway in set(want) - set(have):
                ec2.enable_vgw_route_propagation(RouteTableId=id_, GatewayId=gateway)

    def remove(self, aws: Aws, id_: str, known: Props) -> None:
        ec2 = aws.client("ec2")
        for association in table(aws, id_).get("Associations", []):
            if not association.get("Main"):
                with missing_is_fine():
                    ec2.disassociate_route_table(
                        AssociationId=association["RouteTableAssociationId"]
                    )
        ec2.delete_route_table(RouteTableId=id_)


class Route(Ec2Resource):
    tagged = False
    delete_before_replace = True
    properties: ClassVar[Schema] = {
        "routeTableId": Property(required=True, replaces=True),
        **{name: Property(replaces=True) for name in DESTINATIONS},
        **{name: Property() for name in TARGETS},
        "networkInterfaceId": Property(computed=True),
        "instanceId": Property(read_only=True),
        "instanceOwnerId": Property(read_only=True),
        "origin": Property(read_only=True),
        "state": Property(read_only=True),
    }

    def check(self, call: Call, inputs: Props, old: Props | None) -> Props:
        checked = super().check(call, inputs, old)
        for what, names in (("destination", DESTINATIONS), ("target", TARGETS)):
            given = [name for name in names if checked.get(name)]
            if len(given) != 1:
                reason = f"a route has one {what}, not {len(given)}: {', '.join(names)}"
                raise InvalidInputsError(Failure(property=next(iter(names)), reason=reason))
        return checked

    def make(self, aws: Aws, inputs: Props) -> str:
        ec2 = aws.client("ec2")
        wanted = parameters(inputs, DESTINATIONS) | parameters(inputs, TARGETS)
        ec2.create_route(RouteTableId=inputs["routeTableId"], **wanted)
        return route_id(inputs["routeTableId"], destination(inputs))

    def find(self, aws: Aws, id_: str, known: Props) -> Props | None:
        if known:
            table_id, wanted = known["routeTableId"], destination(known)
        else:
            table_id, _, wanted = id_.partition("_")
        for route in table(aws, table_id)["Routes"]:
            if wanted in parameters(route, {api: api for api in DESTINATIONS.values()}).values():
                return {
                    "id": route_id(table_id, wanted),
                    "routeTableId": table_id,
                    **told(route, DESTINATIONS | TARGETS),
                    "origin": route.get("Origin", "CreateRoute"),
                    "state": route.get("State", "active"),
                    **pick_instance(route),
                }
        return None

    def change(
        self, aws: Aws, id_: str, changed: Collection[str], inputs: Props, live: Props
    ) -> None:
        wanted = parameters(inputs, DESTINATIONS) | parameters(inputs, TARGETS)
        aws.client("ec2").replace_route(RouteTableId=inputs["routeTableId"], **wanted)

    def remove(self, aws: Aws, id_: str, known: Props) -> None:
        aws.client("ec2").delete_route(
            RouteTableId=known["routeTableId"], **parameters(known, DESTINATIONS)
        )


def pick_instance(route: Document) -> Props:
    found = {"instanceId": route.get("InstanceId"), "instanceOwnerId": route.get("InstanceOwnerId")}
    return {name: value for name, value in found.items() if value}


def destination(props: Props) -> str:
    return str(next(props[name] for name in DESTINATIONS if props.get(name)))


def route_id(table_id: str, to: str) -> str:
    return f"r-{table_id}{zlib.crc32(to.encode())}"


class RouteTableAssociation(Ec2Resource):
    tagged = False
    delete_before_replace = True
    properties: ClassVar[Schema] = {
        "routeTableId": Property(required=True, replaces=True),
        "subnetId": Property(replaces=True),
        "gatewayId": Property(replaces=True),
    }

    def make(self, aws: Aws, inputs: Props) -> str:
        wanted = {pascal(name): value for name, value in pick(inputs, self.properties).items()}
        return str(aws.client("ec2").associate_route_table(**wanted)["AssociationId"])

    def find(self, aws: Aws, id_: str, known: Props) -> Props | None:
        target, _, table_id = id_.partition("/")
        for association in self.candidates(aws, id_, target, table_id):
            number = association["RouteTableAssociationId"]
            place = association.get("SubnetId") or association.get("GatewayId")
            if number == id_ or (table_id and place == target):
                told_ = {
                    "id": number,
                    "routeTableId": association["RouteTableId"],
                    "subnetId": association.get("SubnetId"),
                    "gatewayId": association.get("GatewayId"),
                }
                return {name: value for name, value in told_.items() if value}
        return None

    def candidates(self, aws: Aws, id_: str, target: str, table_id: str) -> list[Document]:
        if table_id:
            return list(table(aws, table_id).get("Associations", []))
        found = aws.client("ec2").describe_route_tables(
            Filters=[
                {"Name": "association.route-table-association-id", "Values": [id_]},
            ]
        )["RouteTables"]
        return [association for item in found for association in item["Associations"]]

    def remove(self, aws: Aws, id_: str, known: Props) -> None:
        aws.client("ec2").disassociate_route_table(AssociationId=id_)


class MainRouteTableAssociation(Ec2Resource):
    tagged = False
    delete_before_replace = True
    properties: ClassVar[Schema] = {
        "vpcId": Property(required=True, replaces=True),
        "routeTableId": Property(required=True, replaces=True),
        "originalRouteTableId": Property(read_only=True),
    }
    frozen = ("originalRouteTableId",)

    def main(self, aws: Aws, vpc: str) -> Document:
        found = aws.client("ec2").describe_route_tables(
            Filters=[*filters(vpc_id=vpc), {"Name": "association.main", "Values": ["true"]}]
        )["RouteTables"]
        for item in found:
            for association in item["Associations"]:
                if association.get("Main"):
                    return {**association, "RouteTableId": item["RouteTableId"]}
        raise PluginError(f"{vpc} has no main route table")

    def note(self, aws: Aws, inputs: Props) -> Props:
        return {"originalRouteTableId": self.main(aws, inputs["vpcId"])["RouteTableId"]}

    def make(self, aws: Aws, inputs: Props) -> str:
        ec2 = aws.client("ec2")
        old = self.main(aws, inputs["vpcId"])
        made = ec2.replace_route_table_association(
            AssociationId=old["RouteTableAssociationId"], RouteTableId=inputs["routeTableId"]
        )
        return str(made["NewAssociationId"])

    def find(self, aws: Aws, id_: str, known: Props) -> Props | None:
        if not known:
            return None
        association = self.main(aws, known["vpcId"])
        if association["RouteTableAssociationId"] != id_:
            return None
        return {"vpcId": known["vpcId"], "routeTableId": association["RouteTableId"]}

    def remove(self, aws: Aws, id_: str, known: Props) -> None:
        aws.client("ec2").replace_route_table_association(
            AssociationId=id_, RouteTableId=known["originalRouteTableId"]
        )
