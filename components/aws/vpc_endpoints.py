"""Private ways from the VPC to AWS services."""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network

import pulumi
from pulumi_aws import ec2, vpc

from components.aws.tags import Tags
from permissions.names import Scope

HTTPS_PORT = 443


@dataclass(frozen=True, kw_only=True)
class VpcEndpointsArgs:
    scope: Scope
    tags: Tags
    vpc_id: pulumi.Input[str]
    vpc_cidr: IPv4Network
    subnet_ids: Mapping[str, pulumi.Input[str]]
    route_table_ids: Mapping[str, pulumi.Input[str]]
    services: tuple[str, ...]
    """Services with an address in every zone, such as ecr.api. S3 has its gateway anyway."""


class VpcEndpoints(pulumi.ComponentResource):
    """The S3 gateway, and an interface endpoint for each service of the list."""

    def __init__(
        self, name: str, args: VpcEndpointsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("byoc:aws:VpcEndpoints", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        ec2.VpcEndpoint(
            f"{name}-s3",
            vpc_id=args.vpc_id,
            vpc_endpoint_type="Gateway",
            service_name=f"com.amazonaws.{args.scope.region}.s3",
            route_table_ids=list(args.route_table_ids.values()),
            tags=args.tags.named(f"{args.scope.name}-s3"),
            opts=child,
        )
        if args.services:
            group_id = create_group(name, args, child)
            for service in args.services:
                ec2.VpcEndpoint(
                    f"{name}-{service}",
                    vpc_id=args.vpc_id,
                    vpc_endpoint_type="Interface",
                    service_name=f"com.amazonaws.{args.scope.region}.{service}",
                    subnet_ids=list(args.subnet_ids.values()),
                    security_group_ids=[group_id],
                    private_dns_enabled=True,
                    tags=args.tags.named(f"{args.scope.name}-{service}"),
                    opts=child,
                )
        self.register_outputs({})


def create_group(
    name: str, args: VpcEndpointsArgs, child: pulumi.ResourceOptions
) -> pulumi.Output[str]:
    """HTTPS from the VPC, and no answer to anything else."""
    tags = args.tags.named(f"{args.scope.prefix}-endpoints")
    group = ec2.SecurityGroup(
        f"{name}-group",
        name=f"{args.scope.prefix}-endpoints",
        description="HTTPS from the VPC to AWS services",
        vpc_id=args.vpc_id,
        tags=tags,
        opts=child,
    )
    vpc.SecurityGroupIngressRule(
        f"{name}-https",
        security_group_id=group.id,
        description="HTTPS from the VPC",
        cidr_ipv4=str(args.vpc_cidr),
        ip_protocol="tcp",
        from_port=HTTPS_PORT,
        to_port=HTTPS_PORT,
        tags=tags,
        opts=child,
    )
    group_id: pulumi.Output[str] = group.id
    return group_id
