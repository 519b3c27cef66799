"""Allocated CPU and memory of each service, added up by the hour."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from control.warehouses.names import SERVICE_LABEL, WAREHOUSE_LABEL
from control.warehouses.objects import moment_from, moment_text

Document = Mapping[str, Any]
SCHEMA = 1
GIB = 1024**3
SUFFIXES = {
    "": Decimal(1),
    "m": Decimal("0.001"),
    "k": Decimal(10**3),
    "M": Decimal(10**6),
    "G": Decimal(10**9),
    "T": Decimal(10**12),
    "Ki": Decimal(1024),
    "Mi": Decimal(1024**2),
    "Gi": Decimal(GIB),
    "Ti": Decimal(1024**4),
}


@dataclass(frozen=True, kw_only=True)
class Allocation:
    """What the running replicas of one service hold at one moment."""

    cpu_millicores: int = 0
    memory_bytes: int = 0
    replicas: int = 0

    def plus(self, other: "Allocation") -> "Allocation":
        return Allocation(
            cpu_millicores=self.cpu_millicores + other.cpu_millicores,
            memory_bytes=self.memory_bytes + other.memory_bytes,
            replicas=self.replicas + other.replicas,
        )


@dataclass(frozen=True, kw_only=True)
class Usage:
    cpu_core_seconds: float = 0.0
    memory_gib_seconds: float = 0.0
    replica_seconds: float = 0.0

    def plus(self, allocation: Allocation, lasting: timedelta) -> "Usage":
        seconds = lasting.total_seconds()
        return Usage(
            cpu_core_seconds=self.cpu_core_seconds + allocation.cpu_millicores / 1000 * seconds,
            memory_gib_seconds=self.memory_gib_seconds + allocation.memory_bytes / GIB * seconds,
            replica_seconds=self.replica_seconds + allocation.replicas * seconds,
        )


ServiceName = tuple[str, str]
"""Warehouse and service."""


@dataclass(frozen=True, kw_only=True)
class HourlyUsage:
    hour: datetime
    covered: timedelta = timedelta(0)
    """How much of the hour was seen: a gap is a gap, not zero."""
    services: Mapping[ServiceName, Usage] = field(default_factory=dict)

    def plus(
        self, allocations: Mapping[ServiceName, Allocation], lasting: timedelta
    ) -> "HourlyUsage":
        services = dict(self.services)
        for name, allocation in allocations.items():
            services[name] = services.get(name, Usage()).plus(allocation, lasting)
        return replace(self, covered=self.covered + lasting, services=services)


def allocations(pods: Sequence[Document]) -> dict[ServiceName, Allocation]:
    found: dict[ServiceName, Allocation] = {}
    for pod in pods:
        labels = pod["metadata"].get("labels") or {}
        running = (pod.get("status") or {}).get("phase") == "Running"
        if not running or SERVICE_LABEL not in labels:
            continue
        name = (labels[WAREHOUSE_LABEL], labels[SERVICE_LABEL])
        found[name] = found.get(name, Allocation()).plus(allocation_of(pod))
    return found


def allocation_of(pod: Document) -> Allocation:
    requests = [
        (container.get("resources") or {}).get("requests") or {}
        for container in pod["spec"]["containers"]
    ]
    return Allocation(
        cpu_millicores=sum(int(quantity(r.get("cpu", "0")) * 1000) for r in requests),
        memory_bytes=sum(int(quantity(r.get("memory", "0"))) for r in requests),
        replicas=1,
    )


def quantity(text: str) -> Decimal:
    number = text.rstrip("kKMGTim")
    suffix = text[len(number) :]
    if suffix not in SUFFIXES:
        raise ValueError(f"{text!r} is not a Kubernetes quantity")
    return Decimal(number) * SUFFIXES[suffix]


def hour_of(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def usage_document(usage: HourlyUsage, facts: Mapping[str, str]) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "deployment": facts.get("deployment", ""),
        "cloud": facts.get("cloud", ""),
        "region": facts.get("region", ""),
        "account": facts.get("account", ""),
        "hour": moment_text(usage.hour),
        "coveredSeconds": int(usage.covered.total_seconds()),
        "services": [
            {
                "warehouse": warehouse,
                "service": service,
                "cpuCoreSeconds": round(amount.cpu_core_seconds, 3),
                "memoryGibSeconds": round(amount.memory_gib_seconds, 3),
                "replicaSeconds": round(amount.replica_seconds, 3),
            }
            for (warehouse, service), amount in sorted(usage.services.items())
        ],
    }


def usage_from(document: Mapping[str, Any]) -> HourlyUsage:
    return HourlyUsage(
        hour=moment_from(document["hour"]),
        covered=timedelta(seconds=document["coveredSeconds"]),
        services={
            (row["warehouse"], row["service"]): Usage(
                cpu_core_seconds=row["cpuCoreSeconds"],
                memory_gib_seconds=row["memoryGibSeconds"],
                replica_seconds=row["replicaSeconds"],
            )
            for row in document["services"]
        },
    )
