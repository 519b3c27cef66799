"""A node that this kubelet plays, and its object in the API."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from local.kubelet.cluster.objects import Json, timestamp
from local.kubelet.errors import KubeletError
from local.kubelet.nodes.instance_types import MOST_PODS

STORAGE_BYTES = 100 * 2**30
SIGN = "byoc.clickhouse.dev/process-kubelet"
MANAGED = "byoc.clickhouse.dev/managed-by-node-group"


@dataclass(frozen=True, kw_only=True)
class Taint:
    key: str
    value: str
    effect: str


@dataclass(frozen=True, kw_only=True)
class NodeSpec:
    name: str
    labels: Mapping[str, str] = field(default_factory=dict)
    taints: tuple[Taint, ...] = ()
    cpu: str = "8"
    memory: str = "32Gi"
    allocatable_cpu: str = ""
    allocatable_memory: str = ""
    provider_id: str = ""
    region: str = ""

    @property
    def capacity(self) -> dict[str, str]:
        return resources(self.cpu, self.memory)

    @property
    def allocatable(self) -> dict[str, str]:
        return resources(self.allocatable_cpu or self.cpu, self.allocatable_memory or self.memory)


def resources(cpu: str, memory: str) -> dict[str, str]:
    return {
        "cpu": cpu,
        "memory": memory,
        "pods": str(MOST_PODS),
        "ephemeral-storage": str(STORAGE_BYTES),
    }


@dataclass(frozen=True, kw_only=True)
class NodeFacts:
    """What all nodes share: the machine behind them and this kubelet."""

    port: int
    version: str
    runtime: str
    isolates_mounts: bool


def read_nodes(file: Path) -> tuple[NodeSpec, ...]:
    """The static list: [{name, labels, taints: [{key, value, effect}], cpu, memory}]."""
    try:
        return tuple(read_node(entry) for entry in json.loads(file.read_text()))
    except (OSError, ValueError, KeyError, TypeError) as cause:
        raise KubeletError(f"The list of nodes {file} is not usable: {cause!r}.") from cause


def read_node(entry: Mapping[str, Any]) -> NodeSpec:
    values = dict(entry)
    taints = tuple(
        Taint(key=one["key"], value=one.get("value") or "", effect=one["effect"])
        for one in values.pop("taints", None) or ()
    )
    values["cpu"] = str(values.get("cpu", "8"))
    values["memory"] = str(values.get("memory", "32Gi"))
    return NodeSpec(**values, taints=taints)


def node_record(spec: NodeSpec) -> Json:
    return asdict(spec)


def node_object(spec: NodeSpec, facts: NodeFacts, address: str, now_s: float) -> Json:
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": spec.name,
            "labels": node_labels(spec),
            "annotations": {
                SIGN: "bubblewrap" if facts.isolates_mounts else "mounts are not isolated",
                MANAGED: managed_record(spec),
            },
        },
        "spec": {
            "providerID": spec.provider_id or f"process:///{spec.name}",
            "taints": [asdict(taint) for taint in spec.taints],
        },
        "status": {
            "capacity": spec.capacity,
            "allocatable": spec.allocatable,
            "conditions": node_conditions(facts, now_s, now_s),
            "addresses": [
                {"type": "InternalIP", "address": address},
                {"type": "Hostname", "address": spec.name},
            ],
            "daemonEndpoints": {"kubeletEndpoint": {"Port": facts.port}},
            "nodeInfo": node_info(spec, facts),
        },
    }


def node_labels(spec: NodeSpec) -> dict[str, str]:
    return {
        "kubernetes.io/hostname": spec.name,
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": architecture(),
        **spec.labels,
    }


def managed_record(spec: NodeSpec) -> str:
    """Which labels and taints are ours to take away again."""
    record = {"labels": sorted(node_labels(spec)), "taints": [one.key for one in spec.taints]}
    return json.dumps(record)


def node_conditions(facts: NodeFacts, now_s: float, since_s: float) -> list[Json]:
    ready = "kubelet is posting ready status"
    if not facts.isolates_mounts:
        ready += "; mounts are not isolated, because bubblewrap is missing"
    rows = (
        ("MemoryPressure", "False", "KubeletHasSufficientMemory", "has sufficient memory"),
        ("DiskPressure", "False", "KubeletHasNoDiskPressure", "has no disk pressure"),
        ("PIDPressure", "False", "KubeletHasSufficientPID", "has sufficient PIDs available"),
        ("Ready", "True", "KubeletReady", ready),
    )
    return [
        {
            "type": kind,
            "status": status,
            "reason": reason,
            "message": message if kind == "Ready" else f"kubelet {message}",
            "lastHeartbeatTime": timestamp(now_s),
            "lastTransitionTime": timestamp(since_s),
        }
        for kind, status, reason, message in rows
    ]


def node_info(spec: NodeSpec, facts: NodeFacts) -> Json:
    return {
        "machineID": spec.name,
        "systemUUID": spec.name,
        "bootID": spec.name,
        "kernelVersion": platform.release(),
        "osImage": "local cloud (processes)",
        "containerRuntimeVersion": facts.runtime,
        "kubeletVersion": facts.version,
        "kubeProxyVersion": "",
        "operatingSystem": "linux",
        "architecture": spec.labels.get("kubernetes.io/arch") or architecture(),
    }


def architecture() -> str:
    return {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
