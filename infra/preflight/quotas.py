"""What the deployment adds to the account, against the account's quotas."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from infra.config.egress import Egress, HubSubnets, needs_public_subnets
from infra.config.node_autoscaler import NodeAutoscaler
from infra.config.node_fit import shape
from infra.config.stack import StackConfig
from infra.preflight.finding import ClientOf, Result, ok, problem, unknown

AREA = "quotas"
SPARE_CPUS = 100
"""System nodes and Keeper; with half of the services' peak again, for make-before-break."""
GIB_PER_CPU = 4
GIB_PER_TIB = 1024
STANDARD_FAMILIES = frozenset("acdhimrtz")


@dataclass(frozen=True, kw_only=True)
class Quota:
    """`adds` is what this deployment needs of it, `used` what the account has of it already."""

    subject: str
    service: str
    code: str
    adds: Callable[[StackConfig], int]
    used: Callable[[ClientOf], int]


def counted(service: str, operation: str, key: str, **query: Any) -> Callable[[ClientOf], int]:
    def used(client: ClientOf) -> int:
        pages = client(service).get_paginator(operation).paginate(**query)
        return sum(len(page[key]) for page in pages)

    return used


def addresses_used(client: ClientOf) -> int:
    return len(client("ec2").describe_addresses()["Addresses"])


def buckets_used(client: ClientOf) -> int:
    return len(client("s3").list_buckets()["Buckets"])


def none_used(client: ClientOf) -> int:
    """Counted within the thing that the deployment makes."""
    del client
    return 0


def cpus_used(client: ClientOf) -> int:
    """Of running on-demand instances of the standard families."""
    pages = (
        client("ec2")
        .get_paginator("describe_instances")
        .paginate(Filters=[{"Name": "instance-state-name", "Values": ["pending", "running"]}])
    )
    instances = (i for p in pages for r in p["Reservations"] for i in r["Instances"])
    return sum(
        instance["CpuOptions"]["CoreCount"] * instance["CpuOptions"]["ThreadsPerCore"]
        for instance in instances
        if instance["InstanceType"][0] in STANDARD_FAMILIES
        and instance.get("InstanceLifecycle") != "spot"
    )


def cpus_needed(config: StackConfig) -> int:
    """One and a half times what the services use at their largest, or the nodes of all pools."""
    services = sum(
        service.replicas * max(service.memory_gib, service.max_memory_gib or 0) // GIB_PER_CPU
        for warehouse in config.warehouses
        for service in warehouse.services
    )
    nodes = sum(
        pool.min_nodes * max((s.cpus for t in pool.instance_types if (s := shape(t))), default=0)
        for pool in config.cluster.node_pools
    )
    return max(math.ceil(services * 1.5) + SPARE_CPUS, nodes)


def node_groups(config: StackConfig) -> int:
    """One for each pool; one in each of its zones under an autoscaler."""
    pools = config.cluster.node_pools
    if config.cluster.autoscaling is NodeAutoscaler.NONE:
        return len(pools)
    return sum(len(pool.zones or config.network.zones) for pool in pools)


def makes_vpc(config: StackConfig) -> int:
    return 0 if config.network.vpc else 1


def subnets(config: StackConfig) -> int:
    hub = config.network.hub
    dedicated = hub is not None and hub.subnets is HubSubnets.DEDICATED
    kinds = 1 + int(needs_public_subnets(config)) + int(dedicated)
    return kinds * len(config.network.zones) * makes_vpc(config)


def internet_gateways(config: StackConfig) -> int:
    return makes_vpc(config) * int(needs_public_subnets(config))


def routes(config: StackConfig) -> int:
    """Of one private table: the VPC's own, S3's, the way out, and each network of each peer."""
    peers = sum(len(peering.cidrs) for peering in config.peering)
    return (peers + 3) * makes_vpc(config)


def nat_gateways(config: StackConfig) -> int:
    per_egress = {Egress.NAT_PER_ZONE: len(config.network.zones), Egress.SINGLE_NAT: 1}
    return per_egress.get(config.network.egress, 0)


def disk_tib(config: StackConfig) -> int:
    """Of nodes, of every replica's and Keeper member's volume, and of Prometheus."""
    nodes = sum(pool.wanted_nodes * pool.volume_gib for pool in config.cluster.node_pools)
    services = sum(
        warehouse.keeper.replicas * warehouse.keeper.volume_gib
        + sum(service.replicas for service in warehouse.services) * warehouse.volume_gib
        for warehouse in config.warehouses
    )
    monitoring = config.monitoring
    metrics = monitoring.replicas * monitoring.volume_gib if monitoring.enabled else 0
    return math.ceil((nodes + services + metrics) / GIB_PER_TIB)


def disk_tib_used(client: ClientOf) -> int:
    filters = [{"Name": "volume-type", "Values": ["gp3"]}]
    pages = client("ec2").get_paginator("describe_volumes").paginate(Filters=filters)
    sizes_gib: list[int] = [v["Size"] for page in pages for v in page["Volumes"]]
    return math.ceil(sum(sizes_gib) / GIB_PER_TIB)


def buckets(config: StackConfig) -> int:
    """Data, backups and metrics; their access logs. Copies lie in another region, and count too."""
    storage = config.storage
    return 3 + int(storage.access_logs) + int(storage.backup_replica is not None)


def load_balancers(config: StackConfig) -> int:
    endpoints = config.endpoints
    if endpoints.domain is None:
        return 0
    return int(endpoints.private) + int(bool(endpoints.public_source_ranges))


QUOTAS = (
    Quota(
        subject="vCPUs of on-demand standard instances",
        service="ec2",
        code="L-1216C47A",
        adds=cpus_needed,
        used=cpus_used,
    ),
    Quota(
        subject="TiB of gp3 volumes",
        service="ebs",
        code="L-7A658B76",
        adds=disk_tib,
        used=disk_tib_used,
    ),
    Quota(
        subject="VPCs",
        service="vpc",
        code="L-F678F1CE",
        adds=makes_vpc,
        used=counted("ec2", "describe_vpcs", "Vpcs"),
    ),
    Quota(
        subject="subnets of a VPC",
        service="vpc",
        code="L-407747CB",
        adds=subnets,
        used=none_used,
    ),
    Quota(
        subject="internet gateways",
        service="vpc",
        code="L-A4707A72",
        adds=internet_gateways,
        used=counted("ec2", "describe_internet_gateways", "InternetGateways"),
    ),
    Quota(
        subject="routes of a route table",
        service="vpc",
        code="L-93826ACB",
        adds=routes,
        used=none_used,
    ),
    Quota(
        subject="peerings of a VPC",
        service="vpc",
        code="L-7E9ECCDB",
        adds=lambda config: len(config.peering),
        used=none_used,
    ),
    Quota(
        subject="elastic IP addresses",
        service="ec2",
        code="L-0263D0A3",
        adds=nat_gateways,
        used=addresses_used,
    ),
    Quota(
        subject="NAT gateways of a zone",
        service="vpc",
        code="L-FE5A380F",
        adds=lambda config: min(1, nat_gateways(config)),
        used=none_used,
    ),
    Quota(
        subject="interface endpoints of a VPC",
        service="vpc",
        code="L-29B6F2EB",
        adds=lambda config: len(config.network.interface_endpoints),
        used=none_used,
    ),
    Quota(
        subject="security groups",
        service="vpc",
        code="L-E79EC296",
        adds=lambda config: 10,
        used=counted("ec2", "describe_security_groups", "SecurityGroups"),
    ),
    Quota(
        subject="EKS clusters",
        service="eks",
        code="L-1194D53C",
        adds=lambda config: 1,
        used=counted("eks", "list_clusters", "clusters"),
    ),
    Quota(
        subject="node groups of a cluster",
        service="eks",
        code="L-6D54EA21",
        adds=node_groups,
        used=none_used,
    ),
    Quota(
        subject="buckets",
        service="s3",
        code="L-DC2B2D3D",
        adds=buckets,
        used=buckets_used,
    ),
    Quota(
        subject="network load balancers",
        service="elasticloadbalancing",
        code="L-69A177A2",
        adds=load_balancers,
        used=counted("elbv2", "describe_load_balancers", "LoadBalancers"),
    ),
)


def check_quota(quota: Quota, config: StackConfig, client: ClientOf) -> Result:
    adds = quota.adds(config)
    if not adds:
        return ok(AREA, quota.subject, "none needed")
    limit = limit_of(quota, client)
    if limit is None:
        return unknown(
            AREA,
            quota.subject,
            f"{adds} needed; the quota {quota.code} of {quota.service} could not be read",
            "grant servicequotas:GetServiceQuota, or look at the Service Quotas page",
        )
    used = quota.used(client)
    told = f"{used} of {limit} used, {adds} needed"
    if used + adds > limit:
        return problem(
            AREA,
            quota.subject,
            told,
            f"ask AWS for {used + adds} or more: quota {quota.code} of {quota.service}",
        )
    return ok(AREA, quota.subject, told)


def limit_of(quota: Quota, client: ClientOf) -> int | None:
    """The account's own quota, else AWS's default; None where neither can be read."""
    from botocore.exceptions import ClientError

    quotas = client("service-quotas")
    for read in (quotas.get_service_quota, quotas.get_aws_default_service_quota):
        try:
            return int(
                read(ServiceCode=quota.service, QuotaCode=quota.code)["Quota"]["Value"],
            )
        except ClientError:
            continue
    return None
