"""The network layer where the VPC is the customer's: named, and not touched."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi


@dataclass(frozen=True, kw_only=True)
class OwnNetworkArgs:
    vpc_id: str
    private_subnet_ids: Mapping[str, str]
    """By zone."""
    public_subnet_ids: Mapping[str, str] = field(default_factory=dict)


class OwnNetwork(pulumi.ComponentResource):
    """Has what Network has, and no resources."""

    vpc_id: pulumi.Output[str]
    private_subnet_ids: Mapping[str, pulumi.Output[str]]
    public_subnet_ids: Mapping[str, pulumi.Output[str]]
    nat_addresses: Mapping[str, pulumi.Output[str]]
    """Always empty: how it leaves the VPC, its owner knows."""
    peering_ids: Mapping[str, pulumi.Output[str]]

    def __init__(
        self, name: str, args: OwnNetworkArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("byoc:aws:OwnNetwork", name, None, opts)
        self.vpc_id = pulumi.Output.from_input(args.vpc_id)
        self.private_subnet_ids = outputs(args.private_subnet_ids)
        self.public_subnet_ids = outputs(args.public_subnet_ids)
        self.nat_addresses, self.peering_ids = {}, {}
        self.register_outputs({"vpc_id": self.vpc_id})


def outputs(ids: Mapping[str, str]) -> Mapping[str, pulumi.Output[str]]:
    return {zone: pulumi.Output.from_input(subnet_id) for zone, subnet_id in ids.items()}
