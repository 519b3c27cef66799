"""The availability zones of a deployment, by name or by id."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from components.aws.zone import is_zone_id
from infra.config.regions import REGION_ZONES, zone_id_prefix, zone_names, zones_per_account
from infra.config.section import Finding

if TYPE_CHECKING:
    from infra.config.stack import StackConfig

FEWEST_ZONES, MOST_ZONES = 3, 6


def check_zones(config: "StackConfig") -> Iterator[Finding]:
    zones, region = config.network.zones, config.region
    if config.is_onboarding or region not in REGION_ZONES:
        return
    path, also = ("network", "zones"), (("region",),)
    offered = zone_names(region)
    if zones_per_account(region) < FEWEST_ZONES:
        yield Finding(
            ("region",),
            f"offers {zones_per_account(region)} zones to an account, and a deployment needs three",
            "a region with three zones or more",
        )
        return
    if not zones:
        yield Finding(path, "", f"three zones or more, such as {', '.join(offered[:3])}", also)
        return
    yield from count_findings(zones, offered, region)
    for index, zone in enumerate(zones):
        if not is_of_region(zone, region):
            right = f"one of {', '.join(offered)}, or ids such as {zone_id_prefix(region)}-az1"
            yield Finding((*path, index), f"is no zone of {region}", right, also)
        elif zone in zones[:index]:
            yield Finding((*path, index), "is named twice", "each zone once", also)
    ids = [zone for zone in zones if is_zone_id(zone)]
    if ids and len(ids) < len(zones):
        yield Finding(
            path,
            "mixes zone ids with names, which may mean the same zone",
            "ids alone, or names alone",
            also,
        )


def count_findings(
    zones: tuple[str, ...], offered: tuple[str, ...], region: str
) -> Iterator[Finding]:
    path, also = ("network", "zones"), (("region",),)
    distinct = len(set(zones))
    if distinct < FEWEST_ZONES:
        kept = [*dict.fromkeys(zone for zone in zones if is_of_region(zone, region))]
        missing = [zone for zone in offered if zone not in zones]
        example = [*kept, *missing][:3] if not any(map(is_zone_id, kept)) else offered[:3]
        yield Finding(path, "names fewer than three zones", f"such as {', '.join(example)}", also)
    if distinct > MOST_ZONES:
        yield Finding(path, "names more than six zones", "three to six zones", also)


def is_of_region(zone: str, region: str) -> bool:
    """Which ids a region has, only the account tells: the preflight asks it."""
    if is_zone_id(zone):
        return zone.partition("-")[0] == zone_id_prefix(region)
    return zone in zone_names(region)
