"""Transit gateways that several accounts use: shared ones can be attached to, their owner accepts.

An account sees a transit gateway once it has accepted a share of it (local.aws.ram).
"""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.models.transit_gateway_attachments import TransitGatewayVpcAttachment
from moto.ec2.responses import EC2Response

from local.aws.refusal import AwsRefusalError

KIND = "transit-gateway-attachment"


class SeenAttachment:
    """An attachment with the tags that the asking account gave it: each account has its own."""

    def __init__(self, attachment: Any, backend: Any) -> None:
        self._attachment = attachment
        self.tags = [
            {"Key": key, "Value": value}
            for key, value in backend.tags.get(attachment.id, {}).items()
        ]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._attachment, name)


class TransitGateways(EC2Response):
    def create_transit_gateway_vpc_attachment(self) -> ActionResult:
        mine, gateway = self.ec2_backend, self.known_gateway(self._get_param("TransitGatewayId"))
        vpc = self._get_param("VpcId")
        if any(self.attached(vpc, gateway.id)):
            raise AwsRefusalError(
                "DuplicateTransitGatewayAttachment", f"{gateway.id} is attached to {vpc} already"
            )
        made = TransitGatewayVpcAttachment(
            mine,
            transit_gateway=gateway,
            vpc_id=vpc,
            subnet_ids=list(self._get_param("SubnetIds", [])),
            tags=self._parse_tag_specification().get(KIND, {}),
            options=self._get_param("Options", {}),
        )
        owner = gateway.ec2_backend
        if owner is not mine and gateway.options["AutoAcceptSharedAttachments"] != "enable":
            made.state = "pendingAcceptance"
        for backend in (mine, owner):
            backend.transit_gateway_attachments[made.id] = made
        owner.set_route_table_association(made.id, gateway.default_route_table.id)
        return ActionResult({"TransitGatewayVpcAttachment": SeenAttachment(made, mine)})

    def known_gateway(self, id_: str) -> Any:
        gateway = self.ec2_backend.transit_gateways.get(id_)
        if gateway is None:
            raise AwsRefusalError(
                "InvalidTransitGatewayID.NotFound", f"Transit Gateway {id_} does not exist."
            )
        return gateway

    def attached(self, vpc: str, gateway: str) -> list[Any]:
        return [
            item
            for item in self.ec2_backend.transit_gateway_attachments.values()
            if item.resource_id == vpc and item.transit_gateway_id == gateway
        ]

    def describe_transit_gateway_vpc_attachments(self) -> ActionResult:
        answer = super().describe_transit_gateway_vpc_attachments()
        result: Any = answer.result
        found = result["TransitGatewayVpcAttachments"]
        seen = [SeenAttachment(item, self.ec2_backend) for item in found]
        return ActionResult({"TransitGatewayVpcAttachments": seen})

    def accept_transit_gateway_vpc_attachment(self) -> ActionResult:
        return self.decide_attachment("available")

    def reject_transit_gateway_vpc_attachment(self) -> ActionResult:
        return self.decide_attachment("rejected")

    def decide_attachment(self, state: str) -> ActionResult:
        item = self.attachment()
        if item.state != "pendingAcceptance":
            raise AwsRefusalError("IncorrectState", f"{item.id} is in state {item.state}.")
        item.state = state
        return ActionResult({"TransitGatewayVpcAttachment": SeenAttachment(item, self.ec2_backend)})

    def attachment(self) -> Any:
        id_ = self._get_param("TransitGatewayAttachmentId")
        item = self.ec2_backend.transit_gateway_attachments.get(id_)
        if item is None:
            raise AwsRefusalError(
                "InvalidTransitGatewayAttachmentID.NotFound", f"{id_} was not found."
            )
        return item

    def delete_transit_gateway_vpc_attachment(self) -> ActionResult:
        item = self.attachment()
        gateway = self.ec2_backend.transit_gateways.get(item.transit_gateway_id)
        answer = super().delete_transit_gateway_vpc_attachment()
        for backend in (item.ec2_backend, gateway.ec2_backend if gateway else self.ec2_backend):
            backend.transit_gateway_attachments.pop(item.id, None)
        return answer

    def create_route(self) -> ActionResult:
        if gateway := self._get_param("TransitGatewayId"):
            table = self.ec2_backend.get_route_table(self._get_param("RouteTableId"))
            through = self.attached(table.vpc_id, gateway)
            if not any(item.state == "available" for item in through):
                raise AwsRefusalError(
                    "InvalidTransitGatewayID.NotFound",
                    f"The transitGateway ID '{gateway}' does not exist: no attachment leads there.",
                )
        return super().create_route()
