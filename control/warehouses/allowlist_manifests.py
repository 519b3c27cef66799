"""The allow-list of a service as network policies: whose clients reach its pods, awake or asleep.

Policies only ever add: without them nobody reaches a pod but who is declared with the platform.
"""

import hashlib

from control.warehouses.manifest_parts import (
    Manifest,
    metadata,
    service_labels,
    service_selector,
)
from control.warehouses.model import Service
from control.warehouses.names import GROUP
from control.warehouses.server_config import HTTP_PORT, HTTPS_PORT, NATIVE_TLS_PORT, TCP_PORT

TLS_PORTS = (HTTPS_PORT, NATIVE_TLS_PORT)
DIGEST = f"{GROUP}/digest"
"""Of what the policy should say: rules that are no longer wanted would not be noticed else."""


def allowlist_manifests(service: Service, activator: dict[str, str]) -> list[Manifest]:
    """`activator` selects the activator's pods, where the service has ports of its own."""
    return [
        network_policy(
            service,
            f"{service.full_name}-clients",
            service_selector(service),
            [HTTP_PORT, TCP_PORT, *TLS_PORTS],
        ),
        network_policy(service, f"{service.full_name}-held", activator, activator_ports(service)),
    ]


def activator_ports(service: Service) -> list[int]:
    port = service.activator_port
    return [] if port is None else [port, port + 1, *TLS_PORTS]


def network_policy(service: Service, name: str, pods: dict[str, str], ports: list[int]) -> Manifest:
    spec: Manifest = {"podSelector": {"matchLabels": dict(pods)}, "policyTypes": ["Ingress"]}
    if service.allowlist and ports:
        spec["ingress"] = [
            {
                "from": [{"ipBlock": {"cidr": cidr}} for cidr in service.allowlist],
                "ports": [{"port": port, "protocol": "TCP"} for port in ports],
            }
        ]
    digest = hashlib.sha256(repr(spec).encode()).hexdigest()[:16]
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": metadata(name, service, service_labels(service), {DIGEST: digest}),
        "spec": spec,
    }
