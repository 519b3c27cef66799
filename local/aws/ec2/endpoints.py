"""Changes of VPC endpoints: private names, and the routes of gateway endpoints."""

from __future__ import annotations

import json

from moto.core.responses import ActionResult
from moto.ec2.models.vpcs import VPCEndPoint
from moto.ec2.responses import EC2Response


class EndpointChanges(EC2Response):
    def create_vpc_endpoint(self) -> ActionResult:
        self.params.setdefault("VpcEndpointType", "Gateway")  # else moto cannot delete it
        return super().create_vpc_endpoint()

    def modify_vpc_endpoint(self) -> ActionResult:
        endpoint = self.ec2_backend.describe_vpc_endpoints(
            vpc_end_point_ids=[self._get_param("VpcEndpointId")]
        )[0]
        before = set(endpoint.route_table_ids)
        answer = super().modify_vpc_endpoint()
        self.follow_tables(endpoint, before)
        private = self._get_bool_param("PrivateDnsEnabled")
        if private is not None:
            endpoint.private_dns_enabled = private
        if self._get_bool_param("ResetPolicy"):
            endpoint.policy_document = json.dumps(VPCEndPoint.DEFAULT_POLICY)
        for name, attribute in (
            ("DnsOptions", "dns_options"),
            ("IpAddressType", "ip_address_type"),
        ):
            if (value := self._get_param(name)) is not None:
                setattr(endpoint, attribute, value)
        return answer

    def follow_tables(self, endpoint: VPCEndPoint, before: set[str]) -> None:
        """moto makes and removes these routes with the endpoint only."""
        destination = endpoint.destination_prefix_list_id
        if not destination:
            return
        after = set(endpoint.route_table_ids)
        for table in after - before:
            self.ec2_backend.create_route(
                table, None, gateway_id=endpoint.id, destination_prefix_list_id=destination
            )
        for table in before - after:
            self.ec2_backend.delete_route(table, None, None, destination)
