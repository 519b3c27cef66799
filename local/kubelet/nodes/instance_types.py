"""What an EC2 instance type offers to pods."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

GIB = 2**30
MIB = 2**20
MOST_PODS = 110
GIB_PER_CPU = {"c": 2, "m": 4, "r": 8, "x": 16, "i": 8, "t": 4}
SMALL_SIZES = {"nano": (2, 0.5), "micro": (2, 1.0), "small": (2, 2.0), "medium": (2, 4.0)}
SIZES = {"medium": 1, "large": 2, "xlarge": 4, "metal": 64}
ARM = re.compile(r"[a-z]+\d+g[a-z]*|a1")
EVICTION_BYTES = 100 * MIB


@dataclass(frozen=True, kw_only=True)
class InstanceType:
    name: str
    cpus: int
    memory_bytes: int

    @property
    def architecture(self) -> str:
        return "arm64" if ARM.fullmatch(self.name.partition(".")[0]) else "amd64"

    @property
    def allocatable_millicpus(self) -> int:
        """EKS keeps 6% of the first CPU, 1% of the second, 0.5% of two more, 0.25% of the rest."""
        shares = [60, 10, 5, 5]
        reserved = sum(shares[: self.cpus]) + max(0, self.cpus - 4) * 2.5
        return self.cpus * 1000 - math.ceil(reserved)

    @property
    def allocatable_bytes(self) -> int:
        """EKS keeps 255 MiB and 11 MiB per pod, and evicts below 100 MiB."""
        return self.memory_bytes - (255 + 11 * MOST_PODS) * MIB - EVICTION_BYTES


def instance_type(name: str) -> InstanceType:
    """Follows EC2's naming: `m7g.2xlarge` is 8 CPUs with 4 GiB each."""
    family, _, size = name.partition(".")
    if family.startswith("t") and size in SMALL_SIZES:
        cpus, memory_gib = SMALL_SIZES[size]
        return InstanceType(name=name, cpus=cpus, memory_bytes=int(memory_gib * GIB))
    cpus = cpus_of(size)
    per_cpu = GIB_PER_CPU.get(family[:1], 4)
    return InstanceType(name=name, cpus=cpus, memory_bytes=cpus * per_cpu * GIB)


def cpus_of(size: str) -> int:
    if match := re.fullmatch(r"(\d+)xlarge", size):
        return int(match[1]) * 4
    return SIZES.get(size, 2)
