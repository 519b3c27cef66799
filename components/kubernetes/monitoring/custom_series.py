"""Series about Warehouse and Service objects, in kube-state-metrics' own words."""

from dataclasses import dataclass
from typing import Any

import yaml

from components.kubernetes.names import API_GROUP

VERSION = "v1alpha1"

WAREHOUSE_PHASES = ("Pending", "Creating", "Ready", "Scaling", "Degraded", "Deleting")
SERVICE_PHASES = (
    "Pending",
    "Creating",
    "Running",
    "Scaling",
    "Degraded",
    "Quiescing",
    "Idle",
    "Waking",
    "Stopping",
    "Stopped",
    "Deleting",
)


@dataclass(frozen=True, kw_only=True)
class Gauge:
    name: str
    path: tuple[str, ...]
    help: str


@dataclass(frozen=True, kw_only=True)
class CustomKind:
    kind: str
    plural: str
    labels: dict[str, tuple[str, ...]]
    phases: tuple[str, ...]
    gauges: tuple[Gauge, ...]


CUSTOM_KINDS = (
    CustomKind(
        kind="Warehouse",
        plural="warehouses",
        labels={"warehouse": ("metadata", "name")},
        phases=WAREHOUSE_PHASES,
        gauges=(
            Gauge(
                name="keeper_members",
                path=("status", "keeper", "members"),
                help="Wanted members of the Keeper ensemble.",
            ),
            Gauge(
                name="keeper_ready",
                path=("status", "keeper", "ready"),
                help="Ready members of the Keeper ensemble.",
            ),
            Gauge(name="services", path=("status", "services"), help="Services."),
        ),
    ),
    CustomKind(
        kind="Service",
        plural="services",
        labels={
            "service": ("metadata", "name"),
            "warehouse": ("spec", "warehouse"),
            "role": ("spec", "role"),
        },
        phases=SERVICE_PHASES,
        gauges=(
            Gauge(
                name="wanted_replicas",
                path=("status", "wantedReplicas"),
                help="Replicas that should serve.",
            ),
            Gauge(
                name="ready_replicas",
                path=("status", "readyReplicas"),
                help="Replicas that serve clients and answer.",
            ),
            Gauge(name="memory_gib", path=("status", "memoryGib"), help="Memory of one replica."),
        ),
    ),
)


def custom_series_document() -> str:
    document = {
        "kind": "CustomResourceStateMetrics",
        "spec": {"resources": [custom_series(kind) for kind in CUSTOM_KINDS]},
    }
    return yaml.safe_dump(document, sort_keys=False)


def custom_series(kind: CustomKind) -> dict[str, Any]:
    labels = {"namespace": ("metadata", "namespace"), **kind.labels}
    return {
        "groupVersionKind": {"group": API_GROUP, "version": VERSION, "kind": kind.kind},
        "resourcePlural": kind.plural,
        "metricNamePrefix": f"byoc_{kind.kind.lower()}",
        "labelsFromPath": {name: list(path) for name, path in labels.items()},
        "metrics": [phase_series(kind), *map(gauge_series, kind.gauges)],
    }


def phase_series(kind: CustomKind) -> dict[str, Any]:
    states = {"labelName": "phase", "path": ["status", "phase"], "list": list(kind.phases)}
    return {
        "name": "phase",
        "help": f"Phase of the {kind.kind.lower()}: 1 at the one it is in.",
        "each": {"type": "StateSet", "stateSet": states},
    }


def gauge_series(gauge: Gauge) -> dict[str, Any]:
    return {
        "name": gauge.name,
        "help": gauge.help,
        "each": {"type": "Gauge", "gauge": {"path": list(gauge.path), "nilIsZero": False}},
    }
