"""Whether the zones are there, and whether each offers the instance types of its node pools."""

from collections.abc import Iterator, Mapping

from components.aws.zone import is_zone_id
from infra.config.node_pools import NodePoolConfig
from infra.config.stack import StackConfig
from infra.preflight.finding import ClientOf, Result, ok, problem

AREA = "zones"


def check_zones(config: StackConfig, client: ClientOf) -> Iterator[Result]:
    found = client("ec2").describe_availability_zones(AllAvailabilityZones=True)
    zones = {zone["ZoneName"]: zone for zone in found["AvailabilityZones"]}
    by_id = {zone["ZoneId"]: zone for zone in found["AvailabilityZones"]}
    for wanted in config.network.zones:
        yield zone_result(wanted, by_id if is_zone_id(wanted) else zones)


def zone_result(wanted: str, zones: Mapping[str, Mapping[str, str]]) -> Result:
    available = [n for n, z in zones.items() if z["State"] == "available"]
    if wanted in available:
        zone = zones[wanted]
        told = f"zone {zone['ZoneName']}" if is_zone_id(wanted) else f"zone id {zone['ZoneId']}"
        return ok(AREA, wanted, told)
    return problem(
        AREA,
        wanted,
        "this account does not have it" if wanted not in zones else "it is not available",
        f"choose among {', '.join(sorted(available)) or 'the zones of another region'}",
    )


def check_instance_types(config: StackConfig, client: ClientOf) -> Iterator[Result]:
    types = sorted({t for pool in config.cluster.node_pools for t in pool.instance_types})
    offered: dict[str, set[str]] = {zone: set() for zone in config.network.zones}
    pages = (
        client("ec2")
        .get_paginator("describe_instance_type_offerings")
        .paginate(
            LocationType=location_type(config.network.zones),
            Filters=[{"Name": "instance-type", "Values": types}],
        )
    )
    for page in pages:
        for offering in page["InstanceTypeOfferings"]:
            offered.setdefault(offering["Location"], set()).add(offering["InstanceType"])
    for pool in config.cluster.node_pools:
        yield pool_offers(pool, pool.zones or config.network.zones, offered)


def location_type(zones: tuple[str, ...]) -> str:
    return "availability-zone-id" if any(map(is_zone_id, zones)) else "availability-zone"


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
