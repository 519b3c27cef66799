"""A NAT gateway that is deleted lets go of its address and its network interface."""

from __future__ import annotations

from moto.core.responses import ActionResult
from moto.ec2.responses import EC2Response

from local.aws.refusal import AwsRefusalError


class NatGatewayDeletion(EC2Response):
    def delete_nat_gateway(self) -> ActionResult:
        id_ = self._get_param("NatGatewayId")
        gateway = self.ec2_backend.nat_gateways.get(id_)
        if gateway is None:
            raise AwsRefusalError("NatGatewayNotFound", f"NatGateway {id_} was not found")
        answer = super().delete_nat_gateway()
        for held in gateway.address_set:
            if association := held.get("associationId"):
                self.ec2_backend.disassociate_address(association_id=association)
            self.ec2_backend.enis.pop(held["networkInterfaceId"], None)
        return answer
