"""How a pool becomes groups of nodes: one, or one in each zone with its share of the nodes.

A volume of EBS stays in its zone. An autoscaler that grows a group over several zones does not
choose where the next node comes up, and a pod whose volume is elsewhere would wait for ever: so it
gets one group for each zone, and keeps them balanced.
https://docs.aws.amazon.com/eks/latest/userguide/managed-node-groups.html
"""


def zonal_groups(zones: tuple[str, ...], region: str) -> dict[str, tuple[str, ...]]:
    """The zones of each group, by what tells its name from those of the others."""
    return {zone.removeprefix(region).strip("-"): (zone,) for zone in zones}


def group_name(cluster: str, pool: str, key: str) -> str:
    return f"{cluster}-{pool}-{key}" if key else f"{cluster}-{pool}"


def shares(nodes: int, groups: int) -> tuple[int, ...]:
    """As even as it goes, and never more than `nodes` together; earlier groups have the rest."""
    each, rest = divmod(nodes, groups)
    return tuple(each + (index < rest) for index in range(groups))
