"""Whether the zones are there, and whether each offers the instance types of its node pools."""

from collections.abc import Iterator, Mapping

from infra.config.node_pools import NodePoolConfig
from infra.config.stack import StackConfig
from infra.preflight.finding import ClientOf, Result, ok, problem

AREA = "zones"


def check_zones(config: StackConfig, client: ClientOf) -> Iterator[Result]:
    found = client("ec2").describe_availability_zones(AllAvailabilityZones=True)
    zones = {zone["ZoneName"]: zone for zone in found["AvailabilityZones"]}
    available = [n for n, z in zones.items() if z["State"] == "available"]
    for name in config.network.zones:
        if name in available:
            yield ok(AREA, name, f"zone id {zones[name]['ZoneId']}")
        else:
            yield problem(
                AREA,
                name,
                "this account does not have it" if name not in zones else "it is not available",
                f"choose among {', '.join(sorted(available)) or 'the zones of another region'}",
            )


def check_instance_types(config: StackConfig, client: ClientOf) -> Iterator[Result]:
    types = sorted({t for pool in config.cluster.node_pools for t in pool.instance_types})
    offered: dict[str, set[str]] = {zone: set() for zone in config.network.zones}
    pages = (
        client("ec2")
        .get_paginator("describe_instance_type_offerings")
        .paginate(
            LocationType="availability-zone",
            Filters=[{"Name": "instance-type", "Values": types}],
        )
    )
    for page in pages:
        for offering in page["InstanceTypeOfferings"]:
            offered.setdefault(offering["Location"], set()).add(offering["InstanceType"])
    for pool in config.cluster.node_pools:
        yield pool_offers(pool, pool.zones or config.network.zones, offered)


def pool_offers(
    pool: NodePoolConfig, zones: tuple[str, ...], offered: Mapping[str, set[str]]
) -> Result:
    subject = f"node pool {pool.name}"
    wanted = set(pool.instance_types)
    without = [zone for zone in zones if not wanted & offered.get(zone, set())]
    if without:
        return problem(
            AREA,
            subject,
            f"{', '.join(without)} offers none of {', '.join(pool.instance_types)}",
            "add an instance type that every zone offers, or choose other zones",
        )
    partly = [zone for zone in zones if wanted - offered.get(zone, set())]
    if partly:
        return ok(AREA, subject, f"some of its instance types are not in {', '.join(partly)}")
    return ok(AREA, subject, "every instance type in every zone")
