"""The Kubernetes objects of a service beside its replicas."""

from control.warehouses.allowlist_manifests import allowlist_manifests
from control.warehouses.manifest_parts import (
    Manifest,
    metadata,
    service_labels,
    service_ports,
    service_selector,
)
from control.warehouses.model import Front, Service
from control.warehouses.names import SERVING_LABEL
from control.warehouses.server_config import (
    HTTP_PORT,
    HTTPS_PORT,
    INTERSERVER_PORT,
    METRICS_PORT,
    NATIVE_TLS_PORT,
    TCP_PORT,
)

ACTIVATOR_SELECTOR = {
    "app.kubernetes.io/name": "activator",
    "app.kubernetes.io/part-of": "clickhouse-byoc",
}
ACTIVATOR_OFFSETS = (0, 1)
"""Of the activator's port for HTTP and for the native protocol of one service."""

TLS_PORTS = {"https": HTTPS_PORT, "native-tls": NATIVE_TLS_PORT}
"""By the names of ports and endpoints; the activator listens at the same numbers for everybody."""


def service_manifests(service: Service) -> list[Manifest]:
    return [
        peers(service),
        clients(service),
        disruption_budget(service),
        *allowlist_manifests(service, ACTIVATOR_SELECTOR),
    ]


def peers(service: Service) -> Manifest:
    """Names of single replicas, also while they start: they fetch parts before they serve."""
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": metadata(service.peers_name, service, service_labels(service)),
        "spec": {
            "clusterIP": "None",
            "publishNotReadyAddresses": True,
            "selector": service_selector(service),
            "ports": service_ports(
                http=HTTP_PORT, tcp=TCP_PORT, interserver=INTERSERVER_PORT, metrics=METRICS_PORT
            ),
        },
    }


def clients(service: Service) -> Manifest:
    """Only replicas that the controller admitted, a pod made anew is not one of them; or else
    the activator, where each service has ports of its own."""
    spec: Manifest = {
        "type": "ClusterIP",
        "selector": service_selector(service) | {SERVING_LABEL: "true"},
        "ports": service_ports(http=HTTP_PORT, tcp=TCP_PORT),
    }
    if service.front is Front.ACTIVATOR and service.activator_port is not None:
        spec |= {
            "selector": ACTIVATOR_SELECTOR,
            "ports": [
                port | {"targetPort": service.activator_port + offset}
                for port, offset in zip(spec["ports"], ACTIVATOR_OFFSETS, strict=True)
            ],
        }
    if service.tls is not None:
        asleep = service.front is Front.ACTIVATOR
        spec["ports"] += [
            port | ({"targetPort": port["port"]} if asleep else {})
            for port in service_ports(**TLS_PORTS)
        ]
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": metadata(service.full_name, service, service_labels(service)),
        "spec": spec,
    }


def disruption_budget(service: Service) -> Manifest:
    """Node drains take one serving replica at a time; draining ones may go freely."""
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": metadata(service.full_name, service, service_labels(service)),
        "spec": {
            "maxUnavailable": 1,
            "selector": {"matchLabels": service_selector(service) | {SERVING_LABEL: "true"}},
        },
    }


def endpoints(service: Service) -> list[Manifest]:
    host = f"{service.full_name}.{service.namespace}.svc.cluster.local"
    return [
        {"name": "http", "host": host, "port": HTTP_PORT},
        {"name": "native", "host": host, "port": TCP_PORT},
        *(
            {"name": name, "host": host, "port": port}
            for name, port in (TLS_PORTS.items() if service.tls else ())
        ),
    ]
