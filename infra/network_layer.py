"""The network layer of a deployment, from its part of the configuration."""

from datetime import timedelta

import pulumi
import pulumi_aws

from components.aws.access import Access
from components.aws.encryption import Encryption
from components.aws.flow_logs import FlowLogTarget
from components.aws.hub import HubTarget
from components.aws.key_policies import KeyPurpose
from components.aws.network import Network, NetworkArgs
from components.aws.own_network import OwnNetwork, OwnNetworkArgs
from components.aws.peering import PeerSide, PeerVpc
from infra import scope
from infra.config.egress import Egress, HubSubnets, needs_public_subnets
from infra.config.network import FlowLogTraffic
from infra.config.peering import AccepterConfig, PeeringConfig
from infra.config.stack import StackConfig

SESSION_NAME = "clickhouse-byoc"


def create_network(
    config: StackConfig, flow_logs: FlowLogTarget | None, opts: pulumi.ResourceOptions
) -> Network | OwnNetwork:
    network = config.network
    if network.vpc is not None:
        return OwnNetwork(
            "network",
            OwnNetworkArgs(
                vpc_id=network.vpc.id,
                private_subnet_ids=network.vpc.private_subnets,
                public_subnet_ids=network.vpc.public_subnets,
            ),
            opts,
        )
    return Network(
        "network",
        NetworkArgs(
            scope=scope.scope(config),
            tags=scope.tags(config),
            cidr=network.cidr,
            zones=network.zones,
            nat_zones=nat_zones(config),
            hub=hub(config),
            public_subnets=needs_public_subnets(config),
            tags_default_group=config.access.role_arn is None,
            interface_endpoints=tuple(e.value for e in network.interface_endpoints),
            flow_logs=flow_logs,
            peers=tuple(peer(config, peering) for peering in config.peering),
        ),
        opts,
    )


def nat_zones(config: StackConfig) -> tuple[str, ...]:
    zones = {
        Egress.NAT_PER_ZONE: config.network.zones,
        Egress.SINGLE_NAT: config.network.zones[:1],
    }
    return zones.get(config.network.egress, ())


def hub(config: StackConfig) -> HubTarget | None:
    wanted = config.network.hub
    if wanted is None or config.network.egress is not Egress.HUB:
        return None
    role_arn = wanted.accepter_role_arn
    return HubTarget(
        transit_gateway_id=wanted.transit_gateway_id,
        own_subnets=wanted.subnets is HubSubnets.DEDICATED,
        share_arn=wanted.accept_share_arn,
        accepter=other_account("hub", role_arn, config.region) if role_arn else None,
    )


def flow_log_target(
    config: StackConfig, access: Access, encryption: Encryption
) -> FlowLogTarget | None:
    traffic = config.network.flow_logs
    if traffic is FlowLogTraffic.NONE:
        return None
    return FlowLogTarget(
        traffic=traffic.value.upper(),
        retention=timedelta(days=config.retention.flow_log_days),
        role_arn=access.role_arns["flow-logs"],
        key_arn=encryption.key_arns[KeyPurpose.LOGS],
    )


def peer(config: StackConfig, peering: PeeringConfig) -> PeerVpc:
    region = peering.region or config.region
    return PeerVpc(
        name=peering.name,
        vpc_id=peering.vpc_id,
        account=peering.account or config.account,
        region=region,
        cidrs=peering.cidrs,
        side=peer_side(peering.name, peering.accepter, region) if peering.accepter else None,
    )


def peer_side(name: str, accepter: AccepterConfig, region: str) -> PeerSide:
    return PeerSide(
        provider=other_account(f"peer-{name}", accepter.role_arn, region),
        route_table_ids=accepter.route_table_ids,
        security_group_ids=accepter.security_group_ids,
        dns_resolution=accepter.dns_resolution,
    )


def other_account(name: str, role_arn: str, region: str) -> pulumi_aws.Provider:
    """By a role of that account's owner, with the caller's credentials and not the operator's role:
    what the operator may do in the deployment's account stays what it is."""
    return pulumi_aws.Provider(
        f"aws-{name}",
        region=region,
        allowed_account_ids=[role_arn.split(":")[4]],
        assume_roles=[
            pulumi_aws.ProviderAssumeRoleArgs(role_arn=role_arn, session_name=SESSION_NAME)
        ],
    )
