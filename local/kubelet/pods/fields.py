"""The downward API: what a pod's containers may be told about their pod."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from local.kubelet.cluster.objects import Json
from local.kubelet.errors import ConfigurationError
from local.kubelet.model.container import Container
from local.kubelet.model.pod import Pod
from local.kubelet.model.quantity import divided, parse_quantity

SUBSCRIPT = re.compile(r"metadata\.(labels|annotations)\['(.*)'\]")


@dataclass(frozen=True, kw_only=True)
class PodFacts:
    """The pod and where it runs."""

    pod: Pod
    pod_ip: str
    host_ip: str
    node_allocatable: Mapping[str, str]


def field_value(facts: PodFacts, path: str) -> str:
    pod = facts.pod
    simple = {
        "metadata.name": pod.name,
        "metadata.namespace": pod.namespace,
        "metadata.uid": pod.uid,
        "spec.nodeName": pod.node,
        "spec.serviceAccountName": pod.service_account,
        "status.podIP": facts.pod_ip,
        "status.podIPs": facts.pod_ip,
        "status.hostIP": facts.host_ip,
        "status.hostIPs": facts.host_ip,
    }
    if path in simple:
        return simple[path]
    if path == "metadata.labels":
        return quoted_lines(pod.labels)
    if path == "metadata.annotations":
        return quoted_lines(pod.annotations)
    if match := SUBSCRIPT.fullmatch(path):
        values = pod.labels if match[1] == "labels" else pod.annotations
        return values.get(match[2], "")
    raise ConfigurationError(f"unsupported fieldPath: {path}")


def quoted_lines(values: Mapping[str, str]) -> str:
    def quoted(text: str) -> str:
        escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        return f'"{escaped}"'

    return "\n".join(f"{name}={quoted(values[name])}" for name in sorted(values))


def resource_value(facts: PodFacts, reference: Json, default: Container | None) -> str:
    """A resourceFieldRef: a limit that is not set is what the node has."""
    name = reference.get("containerName")
    container = facts.pod.container(name) if name else default
    if container is None:
        raise ConfigurationError(f"container {name or ''!r} not found")
    kind, _, resource = str(reference["resource"]).partition(".")
    amount = amount_of(container, kind, resource, facts.node_allocatable)
    return divided(amount, reference.get("divisor") or "1")


def amount_of(
    container: Container, kind: str, resource: str, allocatable: Mapping[str, str]
) -> Decimal:
    if kind == "requests":
        return parse_quantity(container.requests.get(resource, "0"))
    if kind != "limits":
        raise ConfigurationError(f"unsupported container resource : {kind}.{resource}")
    return parse_quantity(container.limits.get(resource) or allocatable.get(resource) or "0")
