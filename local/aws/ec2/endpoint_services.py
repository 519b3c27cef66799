"""Endpoint services: connections that wait to be accepted, and names that have to be proved."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.models import ec2_backends
from moto.ec2.models.vpc_service_configuration import VPCServiceConfiguration
from moto.ec2.models.vpcs import VPCEndPoint
from moto.ec2.responses import EC2Response

from local.aws.refusal import AwsRefusalError

VERIFIED = "names_are_verified"


class EndpointServices(EC2Response):
    def create_vpc_endpoint(self) -> ActionResult:
        answer = super().create_vpc_endpoint()
        name, result = self._get_param("ServiceName"), answer.result
        offered = next((s for s in self.offered() if s.service_name == name), None)
        if offered is not None and offered.acceptance_required:
            made: Any = result["VpcEndpoint"]  # type: ignore[index]
            made.state = "pendingAcceptance"
        return answer

    def offered(self) -> Iterator[VPCServiceConfiguration]:
        """Endpoint services of every account, in this region."""
        for regions in ec2_backends.values():
            if self.region in regions:
                yield from regions[self.region].configurations.values()

    def accept_vpc_endpoint_connections(self) -> ActionResult:
        return self.decide_connections("available")

    def reject_vpc_endpoint_connections(self) -> ActionResult:
        return self.decide_connections("rejected")

    def decide_connections(self, state: str) -> ActionResult:
        service, wanted = self.service(), self._get_param("VpcEndpointIds", [])
        found = {item.id: item for item in self.connections(service)}
        for id_ in wanted:
            if id_ in found:
                found[id_].state = state
        missing = [id_ for id_ in wanted if id_ not in found]
        return ActionResult({"Unsuccessful": [not_found(id_) for id_ in missing]})

    def describe_vpc_endpoint_connections(self) -> ActionResult:
        wanted = {f["Name"]: f["Values"] for f in self._get_param("Filters", [])}
        told = [
            {
                "ServiceId": service.id,
                "VpcEndpointId": item.id,
                "VpcEndpointOwner": item.ec2_backend.account_id,
                "VpcEndpointState": item.state,
            }
            for service in self.ec2_backend.configurations.values()
            if service.id in wanted.get("service-id", [service.id])
            for item in self.connections(service)
            if item.id in wanted.get("vpc-endpoint-id", [item.id])
        ]
        return ActionResult({"VpcEndpointConnections": told})

    def connections(self, service: VPCServiceConfiguration) -> Iterator[VPCEndPoint]:
        for regions in ec2_backends.values():
            if self.region in regions:
                for item in regions[self.region].vpc_end_points.values():
                    if item.service_name == service.service_name and item.state != "deleted":
                        yield item

    def service(self) -> VPCServiceConfiguration:
        id_ = self._get_param("ServiceId")
        found: VPCServiceConfiguration | None = self.ec2_backend.get_vpc_endpoint_service(id_)
        if found is None:
            raise AwsRefusalError("InvalidVpcEndpointService.NotFound", f"{id_} was not found")
        return found

    def start_vpc_endpoint_service_private_dns_verification(self) -> ActionResult:
        """Whoever asks has put the record into DNS: there is nobody here to look."""
        setattr(self.service(), VERIFIED, True)
        return ActionResult({"ReturnValue": True})


def not_found(id_: str) -> dict[str, Any]:
    error = {"Code": "InvalidVpcEndpointId.NotFound", "Message": f"{id_} was not found"}
    return {"ResourceId": id_, "Error": error}


def private_dns_name_configuration(self: VPCServiceConfiguration) -> dict[str, str]:
    """The record differs from service to service, and is not believed before it was looked at."""
    if not self.private_dns_name:
        return {}
    return {
        "State": "verified" if getattr(self, VERIFIED, False) else "pendingVerification",
        "Type": "TXT",
        "Name": f"_{self.id.rpartition('-')[2]}",
        "Value": f"vpce:{self.id.rpartition('-')[2]}",
    }


def install() -> None:
    VPCServiceConfiguration.private_dns_name_configuration = property(  # type: ignore[assignment,method-assign]
        private_dns_name_configuration
    )
