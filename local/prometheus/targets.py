"""Targets that Prometheus' own Kubernetes discovery would find, with the labels it gives them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

PREFIX = "__meta_kubernetes"
KUBELET_PORT = 10250

Object = dict[str, Any]
Target = dict[str, Any]


def pod_targets(pod: Object) -> Iterator[Target]:
    """One target for each declared port; a container without ports is one target as well."""
    address = pod.get("status", {}).get("podIP")
    if not address:
        return
    common = pod_labels(pod)
    for container in pod["spec"]["containers"]:
        about = {
            f"{PREFIX}_pod_container_name": container["name"],
            f"{PREFIX}_pod_container_image": container.get("image", ""),
            f"{PREFIX}_pod_container_init": "false",
        }
        ports = container.get("ports") or []
        if not ports:
            yield target(address, common | about)
        for port in ports:
            number = str(port["containerPort"])
            named = {
                f"{PREFIX}_pod_container_port_name": port.get("name", ""),
                f"{PREFIX}_pod_container_port_number": number,
                f"{PREFIX}_pod_container_port_protocol": port.get("protocol", "TCP"),
            }
            yield target(f"{address}:{number}", common | about | named)


def pod_labels(pod: Object) -> dict[str, str]:
    status, spec, metadata = pod.get("status", {}), pod["spec"], pod["metadata"]
    ready = [c["status"] for c in status.get("conditions", []) if c["type"] == "Ready"]
    owner: Object = next(
        (o for o in metadata.get("ownerReferences", []) if o.get("controller")), {}
    )
    return {
        f"{PREFIX}_namespace": metadata["namespace"],
        f"{PREFIX}_pod_name": metadata["name"],
        f"{PREFIX}_pod_uid": metadata["uid"],
        f"{PREFIX}_pod_ip": status["podIP"],
        f"{PREFIX}_pod_host_ip": status.get("hostIP", ""),
        f"{PREFIX}_pod_node_name": spec.get("nodeName", ""),
        f"{PREFIX}_pod_phase": status.get("phase", ""),
        f"{PREFIX}_pod_ready": ready[0].lower() if ready else "unknown",
        f"{PREFIX}_pod_controller_kind": owner.get("kind", ""),
        f"{PREFIX}_pod_controller_name": owner.get("name", ""),
        **described(f"{PREFIX}_pod", metadata),
    }


def node_targets(node: Object) -> Iterator[Target]:
    """The kubelet of the node."""
    status, metadata = node.get("status", {}), node["metadata"]
    addresses = {a["type"]: a["address"] for a in status.get("addresses", [])}
    address = addresses.get("InternalIP") or addresses.get("Hostname")
    if not address:
        return
    endpoint = status.get("daemonEndpoints", {}).get("kubeletEndpoint", {})
    labels = {
        "instance": metadata["name"],
        f"{PREFIX}_node_name": metadata["name"],
        **{f"{PREFIX}_node_address_{kind}": value for kind, value in addresses.items()},
        **described(f"{PREFIX}_node", metadata),
    }
    yield target(f"{address}:{endpoint.get('Port', KUBELET_PORT)}", labels)


def described(prefix: str, metadata: Object) -> dict[str, str]:
    """Labels and annotations of an object, in names that Prometheus takes."""
    found = {}
    for field, word in (("labels", "label"), ("annotations", "annotation")):
        for key, value in (metadata.get(field) or {}).items():
            name = re.sub(r"[^a-zA-Z0-9_]", "_", key)
            found[f"{prefix}_{word}_{name}"] = value
            found[f"{prefix}_{word}present_{name}"] = "true"
    return found


def target(address: str, labels: dict[str, str]) -> Target:
    return {"targets": [address], "labels": {k: v for k, v in labels.items() if v}}
