"""PrivateLink: a network load balancer of the deployment, offered to VPCs of named principals."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_aws import ec2, vpc

from components.aws.tags import Tags
from components.aws.waiting import once
from permissions.names import Scope


@dataclass(frozen=True, kw_only=True)
class PrivateLinkArgs:
    scope: Scope
    tags: Tags
    load_balancer_arn: pulumi.Input[str]
    dns_name: str
    """What consumers call services by below it: <service>.<dns_name>."""
    allowed_principals: tuple[str, ...]
    acceptance_required: bool = True
    accepted_endpoints: tuple[str, ...] = ()
    supported_regions: tuple[str, ...] = ()
    """Besides the deployment's own."""
    dns_verified: bool = False
    """The record is in DNS: AWS may look at it."""


class PrivateLink(pulumi.ComponentResource):
    """The endpoint service, the connections that are accepted, and the proof of its names."""

    service_name: pulumi.Output[str]
    """What consumers make their endpoints for."""
    dns_record: pulumi.Output[dict[str, str]]
    """The record by which the owner of the names proves them: name, type and value."""

    def __init__(
        self, name: str, args: PrivateLinkArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("byoc:aws:PrivateLink", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        regions = args.supported_regions
        service = ec2.VpcEndpointService(
            name,
            acceptance_required=args.acceptance_required,
            allowed_principals=list(args.allowed_principals),
            network_load_balancer_arns=[args.load_balancer_arn],
            private_dns_name=f"*.{args.dns_name}",
            supported_regions=sorted({args.scope.region, *regions}) if regions else None,
            tags=args.tags.named(f"{args.scope.prefix}-private-link"),
            opts=child,
        )
        for endpoint in args.accepted_endpoints:
            ec2.VpcEndpointConnectionAccepter(
                f"{name}-{endpoint}",
                vpc_endpoint_service_id=service.id,
                vpc_endpoint_id=endpoint,
                opts=child,
            )
        verified: list[pulumi.Output[str]] = []
        if args.dns_verified:
            proof = vpc.EndpointServicePrivateDnsVerification(
                f"{name}-names", service_id=service.id, wait_for_verification=True, opts=child
            )
            verified.append(proof.id)
        self.service_name = once(service.service_name, verified)
        self.dns_record = service.private_dns_name_configurations.apply(
            lambda found: dns_record(args.dns_name, found)
        )
        self.register_outputs({"service_name": self.service_name, "dns_record": self.dns_record})


def dns_record(dns_name: str, found: Sequence[Any]) -> dict[str, str]:
    """AWS names it below the name that is proved; a wildcard is proved where it hangs."""
    told = next(iter(found), None)
    if told is None:
        return {}
    return {"name": f"{told.name}.{dns_name}", "type": told.type, "value": told.value}
