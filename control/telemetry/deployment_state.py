"""The state of a deployment as its operator may know it: names, phases, versions, sizes."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from control.warehouses.objects import moment_text

Document = Mapping[str, Any]
SCHEMA = 1


def deployment_state(
    facts: Mapping[str, str], warehouses: Sequence[Document], services: Sequence[Document]
) -> dict[str, Any]:
    """Only what stands here leaves the deployment: no addresses, messages, queries or data."""
    return {
        "schema": SCHEMA,
        "deployment": facts.get("deployment", ""),
        "cloud": facts.get("cloud", ""),
        "region": facts.get("region", ""),
        "account": facts.get("account", ""),
        "warehouses": [warehouse_state(w, services) for w in by_name(warehouses)],
    }


def warehouse_state(warehouse: Document, services: Sequence[Document]) -> dict[str, Any]:
    status = warehouse.get("status") or {}
    name = warehouse["metadata"]["name"]
    keeper = status.get("keeper") or {}
    return {
        "name": name,
        "phase": status.get("phase", "Pending"),
        "version": status.get("version", ""),
        "storageProfile": warehouse.get("spec", {}).get("storageProfile", ""),
        "keeperMembers": keeper.get("members", 0),
        "keeperReady": keeper.get("ready", 0),
        "services": [
            service_state(service)
            for service in by_name(services)
            if service["spec"]["warehouse"] == name
        ],
    }


def service_state(service: Document) -> dict[str, Any]:
    spec, status = service["spec"], service.get("status") or {}
    op = status.get("op") or {}
    return {
        "name": service["metadata"]["name"],
        "role": spec["role"],
        "access": spec.get("access", "readWrite"),
        "phase": status.get("phase", "Pending"),
        "version": status.get("version", ""),
        "replicas": spec["replicas"],
        "readyReplicas": status.get("readyReplicas", 0),
        "memoryGib": status.get("memoryGib", 0),
        "operation": op.get("state", ""),
        "reason": op.get("reason", ""),
        "since": status.get("since", ""),
    }


def by_name(documents: Sequence[Document]) -> list[Document]:
    return sorted(documents, key=lambda document: document["metadata"]["name"])


def stamped(state: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    return {**state, "at": moment_text(now)}
