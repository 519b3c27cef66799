"""Peering of VPCs: the asking side, the accepting side, and the options of both."""

from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar

from local.plugins.aws.cloud import Aws
from local.plugins.aws.documents import pick, request
from local.plugins.aws.ec2.base import Document, Ec2Resource, tags_of
from local.plugins.provider import PluginError, Property, Props, Schema

OPTIONS = {"allowRemoteVpcDnsResolution": Property(default=False)}
SIDES = {
    "accepter": Property(computed=True, fields=OPTIONS),
    "requester": Property(computed=True, fields=OPTIONS),
}
DEAD = ("deleted", "deleting", "rejected", "failed", "expired")


def connection(aws: Aws, id_: str) -> Document | None:
    found = aws.client("ec2").describe_vpc_peering_connections(VpcPeeringConnectionIds=[id_])
    items = found["VpcPeeringConnections"]
    if not items or items[0]["Status"]["Code"] in DEAD:
        return None
    document: Document = items[0]
    return document


def sides(found: Document) -> Props:
    told: Props = {}
    for side in SIDES:
        options = found.get(f"{side.title()}VpcInfo", {}).get("PeeringOptions") or {}
        allowed = options.get("AllowDnsResolutionFromRemoteVpc", False)
        told[side] = {"allowRemoteVpcDnsResolution": allowed}
    return told


def set_options(aws: Aws, id_: str, names: Collection[str], inputs: Props) -> None:
    wanted = {
        f"{side.title()}PeeringConnectionOptions": {
            "AllowDnsResolutionFromRemoteVpc": bool(
                (inputs.get(side) or {}).get("allowRemoteVpcDnsResolution")
            )
        }
        for side in SIDES
        if side in names
    }
    if wanted:
        aws.client("ec2").modify_vpc_peering_connection_options(
            VpcPeeringConnectionId=id_, **wanted
        )


def accept(aws: Aws, id_: str) -> None:
    aws.until(lambda: status(aws, id_) != "initiating-request", "waiting for the peering request")
    if status(aws, id_) == "pending-acceptance":
        aws.client("ec2").accept_vpc_peering_connection(VpcPeeringConnectionId=id_)
        aws.until(lambda: status(aws, id_) == "active", "waiting for the peering connection")


def status(aws: Aws, id_: str) -> str:
    found = connection(aws, id_)
    if found is None:
        raise PluginError(f"the peering connection {id_} is gone, or was rejected")
    return str(found["Status"]["Code"])


class VpcPeeringConnection(Ec2Resource):
    kind = "vpc-peering-connection"
    properties: ClassVar[Schema] = {
        "vpcId": Property(required=True, replaces=True),
        "peerVpcId": Property(required=True, replaces=True),
        "peerOwnerId": Property(computed=True, replaces=True),
        "peerRegion": Property(computed=True, replaces=True),
        "autoAccept": Property(write_only=True),
        **SIDES,
        "acceptStatus": Property(read_only=True),
    }
    elsewhere = tuple(SIDES)
    frozen = ("acceptStatus",)

    def make(self, aws: Aws, inputs: Props) -> str:
        ec2 = aws.client("ec2")
        given = pick(inputs, ["vpcId", "peerVpcId", "peerOwnerId", "peerRegion"])
        made = ec2.create_vpc_peering_connection(
            **request(ec2, "create_vpc_peering_connection", given),
            **self.tag_specifications(inputs),
        )
        return str(made["VpcPeeringConnection"]["VpcPeeringConnectionId"])

    def finish(self, aws: Aws, id_: str, inputs: Props) -> None:
        if inputs.get("autoAccept"):
            accept(aws, id_)
        set_options(aws, id_, [side for side in SIDES if side in inputs], inputs)

    def find(self, aws: Aws, id_: str, known: Props) -> Props | None:
        found = connection(aws, id_)
        if found is None:
            return None
        accepter = found["AccepterVpcInfo"]
        return {
            "vpcId": found["RequesterVpcInfo"]["VpcId"],
            "peerVpcId": accepter["VpcId"],
            "peerOwnerId": accepter.get("OwnerId", aws.account),
            "peerRegion": accepter.get("Region", aws.region),
            **sides(found),
            "acceptStatus": found["Status"]["Code"],
            "tags": tags_of(found),
        }

    def change(
        self, aws: Aws, id_: str, changed: Collection[str], inputs: Props, live: Props
    ) -> None:
        set_options(aws, id_, changed, inputs)

    def remove(self, aws: Aws, id_: str, known: Props) -> None:
        if connection(aws, id_) is not None:
            aws.client("ec2").delete_vpc_peering_connection(VpcPeeringConnectionId=id_)


class VpcPeeringConnectionAccepter(Ec2Resource):
    """Adopts the request of another account; deleting it leaves the connection to its owner."""

    properties: ClassVar[Schema] = {
        "vpcPeeringConnectionId": Property(required=True, replaces=True),
        "autoAccept": Property(write_only=True),
        **SIDES,
        "acceptStatus": Property(read_only=True),
        "peerOwnerId": Property(read_only=True),
        "peerRegion": Property(read_only=True),
        "peerVpcId": Property(read_only=True),
        "vpcId": Property(read_only=True),
    }
    elsewhere = tuple(SIDES)

    def make(self, aws: Aws, inputs: Props) -> str:
        id_ = str(inputs["vpcPeeringConnectionId"])
        aws.until(lambda: connection(aws, id_), "waiting for the peering request")
        return id_

    def finish(self, aws: Aws, id_: str, inputs: Props) -> None:
        if inputs.get("autoAccept"):
            accept(aws, id_)
        if inputs.get("tags"):
            self.put_tags(aws, id_, {}, inputs["tags"])
        set_options(aws, id_, [side for side in SIDES if side in inputs], inputs)

    def find(self, aws: Aws, id_: str, known: Props) -> Props | None:
        found = connection(aws, id_)
        if found is None:
            return None
        requester = found["RequesterVpcInfo"]
        return {
            "vpcPeeringConnectionId": id_,
            "vpcId": found["AccepterVpcInfo"]["VpcId"],
            "peerVpcId": requester["VpcId"],
            "peerOwnerId": requester.get("OwnerId", aws.account),
            "peerRegion": requester.get("Region", aws.region),
            **sides(found),
            "acceptStatus": found["Status"]["Code"],
            "tags": tags_of(found),
        }

    def change(
        self, aws: Aws, id_: str, changed: Collection[str], inputs: Props, live: Props
    ) -> None:
        set_options(aws, id_, changed, inputs)

    def remove(self, aws: Aws, id_: str, known: Props) -> None:
        return


class PeeringConnectionOptions(Ec2Resource):
    tagged = False
    properties: ClassVar[Schema] = {
        "vpcPeeringConnectionId": Property(required=True, replaces=True),
        **SIDES,
    }
    elsewhere = tuple(SIDES)

    def make(self, aws: Aws, inputs: Props) -> str:
        id_ = str(inputs["vpcPeeringConnectionId"])
        set_options(aws, id_, [side for side in SIDES if side in inputs], inputs)
        return id_

    def find(self, aws: Aws, id_: str, known: Props) -> Props | None:
        found = connection(aws, id_)
        return {"vpcPeeringConnectionId": id_, **sides(found)} if found else None

    def change(
        self, aws: Aws, id_: str, changed: Collection[str], inputs: Props, live: Props
    ) -> None:
        set_options(aws, id_, changed, inputs)

    def remove(self, aws: Aws, id_: str, known: Props) -> None:
        """The options go with the connection."""
