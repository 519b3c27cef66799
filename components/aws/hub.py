"""The VPC's attachment to a transit gateway that belongs to somebody else."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi_aws import ec2transitgateway, ram

from components.aws.tags import Tags
from components.aws.waiting import once
from permissions.names import Scope


@dataclass(frozen=True, kw_only=True)
class HubTarget:
    transit_gateway_id: str
    own_subnets: bool
    """Subnets of the attachment alone; else it lies in those of nodes and pods."""
    share_arn: str | None = None
    """RAM share that has to be accepted before the transit gateway can be seen."""
    accepter: pulumi.ProviderResource | None = None
    """Acts in the transit gateway's account, where it does not accept attachments by itself."""


@dataclass(frozen=True, kw_only=True)
class HubAttachmentArgs:
    scope: Scope
    tags: Tags
    vpc_id: pulumi.Input[str]
    subnet_ids: Mapping[str, pulumi.Input[str]]
    """One for each zone."""
    target: HubTarget


class HubAttachment(pulumi.ComponentResource):
    """Share accepted, VPC attached, attachment accepted: what routes to the hub wait for."""

    transit_gateway_id: pulumi.Output[str]
    """Known once something can be routed to it."""

    def __init__(
        self, name: str, args: HubAttachmentArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("byoc:aws:HubAttachment", name, None, opts)
        child, target = pulumi.ResourceOptions(parent=self), args.target
        tags = args.tags.named(f"{args.scope.prefix}-hub")
        seen = pulumi.Output.from_input(target.transit_gateway_id)
        if target.share_arn is not None:
            share = ram.ResourceShareAccepter(
                f"{name}-share", share_arn=target.share_arn, opts=child
            )
            seen = once(seen, [share.id])
        attachment = ec2transitgateway.VpcAttachment(
            name,
            transit_gateway_id=seen,
            vpc_id=args.vpc_id,
            subnet_ids=list(args.subnet_ids.values()),
            dns_support="enable",
            tags=tags,
            opts=child,
        )
        ready = [attachment.id]
        if target.accepter is not None:
            accepted = ec2transitgateway.VpcAttachmentAccepter(
                f"{name}-accepted",
                transit_gateway_attachment_id=attachment.id,
                tags=tags,
                opts=pulumi.ResourceOptions(parent=self, provider=target.accepter),
            )
            ready.append(accepted.id)
        self.transit_gateway_id = once(seen, ready)
        self.register_outputs({"transit_gateway_id": self.transit_gateway_id})
