"""Whether a replica fits on a node: one that is too large would wait for ever."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from control.warehouses.scaling_schema import STEP_GIB
from infra.config.node_pools import INSTANCE_TYPE, PoolPurpose
from infra.config.section import Finding

if TYPE_CHECKING:
    from infra.config.stack import StackConfig

GIB_PER_CPU = {"c": 2, "m": 4, "r": 8}
CPUS = {"medium": 1, "large": 2, "xlarge": 4}


class Shape(NamedTuple):
    cpus: int
    gib: int

    @property
    def largest_replica_gib(self) -> int:
        """A replica has 1 CPU for every 4 GiB; the node keeps something of each for itself."""
        units = min(self.cpus - 1, (self.gib - 1) // STEP_GIB)
        return units * STEP_GIB


def shape(instance_type: str) -> Shape | None:
    """CPUs and memory of the families whose ratio is fixed; None for all others."""
    match = INSTANCE_TYPE.fullmatch(instance_type)
    family, size = (match["family"], instance_type.rpartition(".")[2]) if match else ("", "")
    multiple = re.fullmatch(r"(\d+)xlarge", size)
    cpus = int(multiple[1]) * CPUS["xlarge"] if multiple else CPUS.get(size)
    if cpus is None or family not in GIB_PER_CPU:
        return None
    return Shape(cpus=cpus, gib=cpus * GIB_PER_CPU[family])


def check_node_fit(config: "StackConfig") -> Iterator[Finding]:
    shapes = [
        shape(instance_type)
        for pool in config.cluster.node_pools
        if pool.purpose is PoolPurpose.WORKLOAD
        for instance_type in pool.instance_types
    ]
    known = [found for found in shapes if found is not None]
    if not known or len(known) < len(shapes):
        return
    largest = max(found.largest_replica_gib for found in known)
    for index, warehouse in enumerate(config.warehouses):
        for position, service in enumerate(warehouse.services):
            path = ("warehouses", index, "services", position)
            for name, gib in (
                ("memoryGib", service.memory_gib),
                ("maxMemoryGib", service.max_memory_gib or 0),
            ):
                if gib > largest:
                    yield Finding(
                        (*path, name),
                        "fits on no node of a workload pool",
                        f"{largest} or less, or larger instance types",
                        also=(("cluster", "nodePools"),),
                    )
