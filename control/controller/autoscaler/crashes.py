"""Containers that were killed for want of memory, as Kubernetes tells it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from control.controller.autoscaler.ruling import Crashed
from control.controller.kube_client import KubeClient
from control.warehouses.names import SERVICE_LABEL
from control.warehouses.objects import moment_from

SUFFIXES = {"Ki": 1024, "Mi": 1024**2, "Gi": 1024**3, "Ti": 1024**4, "k": 10**3, "M": 10**6}
SERVERS = {"app.kubernetes.io/name": "clickhouse-server"}


def crashes_by_service(kube: KubeClient, namespace: str) -> dict[str, Crashed]:
    """The worst of each service's present pods; the kernel kills at the container's limit."""
    worst: dict[str, Crashed] = {}
    for pod in kube.list("Pod", namespace, SERVERS):
        service = (pod["metadata"].get("labels") or {}).get(SERVICE_LABEL, "")
        for crash in crashes_of(pod):
            known = worst.get(service)
            if known is None or (crash.resident_bytes, crash.at) > (known.resident_bytes, known.at):
                worst[service] = crash
    return worst


def crashes_of(pod: Mapping[str, Any]) -> Iterator[Crashed]:
    limits = {
        container["name"]: ((container.get("resources") or {}).get("limits") or {}).get("memory")
        for container in pod["spec"]["containers"]
    }
    for status in (pod.get("status") or {}).get("containerStatuses") or ():
        for state in (status.get("state") or {}, status.get("lastState") or {}):
            ended = state.get("terminated") or {}
            limit = limits.get(status["name"])
            if ended.get("reason") == "OOMKilled" and ended.get("finishedAt") and limit:
                yield Crashed(
                    resident_bytes=quantity_bytes(limit), at=moment_from(ended["finishedAt"])
                )


def quantity_bytes(quantity: str) -> int:
    for suffix, factor in SUFFIXES.items():
        if quantity.endswith(suffix):
            return int(float(quantity.removesuffix(suffix)) * factor)
    return int(float(quantity))
