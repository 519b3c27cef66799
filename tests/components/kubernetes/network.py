"""What a cluster that enforces network policies would let through."""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

NAMESPACE_NAME = "kubernetes.io/metadata.name"

Policy = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class PodEnd:
    namespace: str
    labels: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class AddressEnd:
    address: str


End = PodEnd | AddressEnd


def allowed(
    policies: Iterable[Policy], source: End, target: End, port: int, protocol: str = "TCP"
) -> bool:
    """Whether both sides let the connection through."""
    every = list(policies)
    return _side(every, "egress", source, target, port, protocol) and _side(
        every, "ingress", target, source, port, protocol
    )


def _side(
    policies: list[Policy], direction: str, own: End, other: End, port: int, protocol: str
) -> bool:
    if isinstance(own, AddressEnd):
        return True
    applying = [
        policy["spec"]
        for policy in policies
        if policy["metadata"]["namespace"] == own.namespace
        and direction.capitalize() in policy["spec"]["policyTypes"]
        and _selects(policy["spec"]["podSelector"], dict(own.labels))
    ]
    if not applying:
        return True
    peers_key = "to" if direction == "egress" else "from"
    return any(
        _has_port(rule, port, protocol) and any(_is_peer(p, other) for p in rule[peers_key])
        for spec in applying
        for rule in spec.get(direction, [])
    )


def _has_port(rule: Policy, port: int, protocol: str) -> bool:
    return any(
        entry["port"] <= port <= entry.get("endPort", entry["port"])
        and entry["protocol"] == protocol
        for entry in rule["ports"]
    )


def _is_peer(peer: Policy, end: End) -> bool:
    if block := peer.get("ipBlock"):
        if isinstance(end, PodEnd):
            return False
        address = ipaddress.ip_address(end.address)
        outside = any(address in ipaddress.ip_network(cidr) for cidr in block.get("except", []))
        return address in ipaddress.ip_network(block["cidr"]) and not outside
    if isinstance(end, AddressEnd):
        return False
    return _selects(peer["namespaceSelector"], {NAMESPACE_NAME: end.namespace}) and _selects(
        peer["podSelector"], dict(end.labels)
    )


def _selects(selector: Policy, labels: dict[str, str]) -> bool:
    wanted: dict[str, str] = selector.get("matchLabels", {})
    return wanted.items() <= labels.items()
