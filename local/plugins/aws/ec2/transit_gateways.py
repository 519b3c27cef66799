"""VPCs attached to a transit gateway, and its owner's accepting of them."""

from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar

from local.plugins.aws.cloud import Aws
from local.plugins.aws.ec2.base import Document, Ec2Resource, first, tags_of
from local.plugins.provider import PluginError, Property, Props, Schema, in_any_order

OPTIONS = {
    "applianceModeSupport": "ApplianceModeSupport",
    "dnsSupport": "DnsSupport",
    "ipv6Support": "Ipv6Support",
    "securityGroupReferencingSupport": "SecurityGroupReferencingSupport",
}
READ_OPTIONS: Schema = {name: Property(read_only=True) for name in OPTIONS}
USABLE = ("available", "pendingAcceptance")
DEAD = ("deleted", "deleting", "failed", "rejected")


def attachment(aws: Aws, id_: str) -> Document | None:
    found = aws.client("ec2").describe_transit_gateway_vpc_attachments(
        TransitGatewayAttachmentIds=[id_]
    )["TransitGatewayVpcAttachments"]
    item = first(found)
    return None if item is None or item["State"] in DEAD else item


def told(found: Document) -> Props:
    options = found.get("Options", {})
    return {
        **{name: options.get(api, "disable") for name, api in OPTIONS.items()},
        "transitGatewayId": found["TransitGatewayId"],
        "vpcId": found["VpcId"],
        "subnetIds": found["SubnetIds"],
        "vpcOwnerId": found["VpcOwnerId"],
        "transitGatewayDefaultRouteTableAssociation": True,
        "transitGatewayDefaultRouteTablePropagation": True,
        "tags": tags_of(found),
    }


class VpcAttachment(Ec2Resource):
    kind = "transit-gateway-attachment"
    properties: ClassVar[Schema] = {
        "transitGatewayId": Property(required=True, replaces=True),
        "vpcId": Property(required=True, replaces=True),
        "subnetIds": Property(required=True, same=in_any_order),
        "applianceModeSupport": Property(default="disable"),
        "dnsSupport": Property(default="enable"),
        "ipv6Support": Property(default="disable"),
        "securityGroupReferencingSupport": Property(computed=True),
        "transitGatewayDefaultRouteTableAssociation": Property(computed=True),
        "transitGatewayDefaultRouteTablePropagation": Property(computed=True),
        "arn": Property(read_only=True),
        "vpcOwnerId": Property(read_only=True),
    }

    def make(self, aws: Aws, inputs: Props) -> str:
        made = aws.client("ec2").create_transit_gateway_vpc_attachment(
            TransitGatewayId=inputs["transitGatewayId"],
            VpcId=inputs["vpcId"],
            SubnetIds=inputs["subnetIds"],
            Options={api: inputs[name] for name, api in OPTIONS.items() if name in inputs},
            **self.tag_specifications(inputs),
        )
        return str(made["TransitGatewayVpcAttachment"]["TransitGatewayAttachmentId"])

    def ready(self, aws: Aws, id_: str, known: Props) -> None:
        aws.until(lambda: self.state(aws, id_) in USABLE, "waiting for the attachment")

    def state(self, aws: Aws, id_: str) -> str:
        found = attachment(aws, id_)
        if found is None:
            raise PluginError(f"the attachment {id_} is gone, or was rejected")
        return str(found["State"])

    def find(self, aws: Aws, id_: str, known: Props) -> Props | None:
        found = attachment(aws, id_)
        if found is None:
            return None
        return told(found) | {"arn": aws.arn("ec2", f"transit-gateway-attachment/{id_}")}

    def change(
        self, aws: Aws, id_: str, changed: Collection[str], inputs: Props, live: Props
    ) -> None:
        have, want = set(live["subnetIds"]), set(inputs["subnetIds"])
        options = {api: inputs[name] for name, api in OPTIONS.items() if name in changed}
        aws.client("ec2").modify_transit_gateway_vpc_attachment(
            TransitGatewayAttachmentId=id_,
            AddSubnetIds=sorted(want - have),
            RemoveSubnetIds=sorted(have - want),
            **({"Options": options} if options else {}),
        )

    def remove(self, aws: Aws, id_: str, known: Props) -> None:
        aws.client("ec2").delete_transit_gateway_vpc_attachment(TransitGatewayAttachmentId=id_)

    def gone(self, aws: Aws, id_: str, known: Props) -> bool:
        return attachment(aws, id_) is None


class VpcAttachmentAccepter(Ec2Resource):
    """Its tags are those that the transit gateway's account sees."""

    properties: ClassVar[Schema] = {
        "transitGatewayAttachmentId": Property(required=True, replaces=True),
        "transitGatewayDefaultRouteTableAssociation": Property(default=True),
        "transitGatewayDefaultRouteTablePropagation": Property(default=True),
        **READ_OPTIONS,
        "subnetIds": Property(read_only=True),
        "transitGatewayId": Property(read_only=True),
        "vpcId": Property(read_only=True),
        "vpcOwnerId": Property(read_only=True),
    }

    def make(self, aws: Aws, inputs: Props) -> str:
        id_ = str(inputs["transitGatewayAttachmentId"])
        found = aws.until(lambda: attachment(aws, id_), "waiting for the attachment to be seen")
        if found["State"] == "pendingAcceptance":
            aws.client("ec2").accept_transit_gateway_vpc_attachment(TransitGatewayAttachmentId=id_)
        return id_

    def finish(self, aws: Aws, id_: str, inputs: Props) -> None:
        if tags := inputs.get("tags"):
            self.put_tags(aws, id_, {}, tags)

    def find(self, aws: Aws, id_: str, known: Props) -> Props | None:
        found = attachment(aws, id_)
        if found is None or found["State"] == "pendingAcceptance":
            return None
        return told(found) | {"transitGatewayAttachmentId": id_}

    def remove(self, aws: Aws, id_: str, known: Props) -> None:
        """The owner throws the attachment out; whoever made it finds it gone."""
        aws.client("ec2").delete_transit_gateway_vpc_attachment(TransitGatewayAttachmentId=id_)

    def gone(self, aws: Aws, id_: str, known: Props) -> bool:
        return attachment(aws, id_) is None
