"""moto's EC2 with our operations in front of its own."""

from __future__ import annotations

from moto.ec2.responses import EC2Response

from local.aws.ec2.ebs_defaults import EbsDefaultKey
from local.aws.ec2.endpoint_services import EndpointServices
from local.aws.ec2.endpoints import EndpointChanges
from local.aws.ec2.launch_templates import LaunchTemplateTags
from local.aws.ec2.nat_gateways import NatGatewayDeletion
from local.aws.ec2.subnets import ZoneIds
from local.aws.ec2.transit_gateways import TransitGateways
from local.aws.ec2.vpc_deletion import DependencyChecks


class LocalEc2Response(
    DependencyChecks,
    EbsDefaultKey,
    EndpointServices,
    EndpointChanges,
    LaunchTemplateTags,
    NatGatewayDeletion,
    TransitGateways,
    ZoneIds,
    EC2Response,
):
    pass
