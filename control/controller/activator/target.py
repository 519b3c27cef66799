"""A service as the activator sees it: how it is asked for, who may, and where it answers."""

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from control.controller.cluster import Key
from control.warehouses.service_manifests import TLS_PORTS

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class State(StrEnum):
    SERVING = "serving"
    ASLEEP = "asleep"
    WAKING = "waking"
    STOPPED = "stopped"


@dataclass(frozen=True, kw_only=True)
class Target:
    key: Key
    state: State
    sleep: str = ""
    """Names the present sleep: whoever wakes it says so."""
    port: int | None = None
    hosts: frozenset[str] = frozenset()
    allowlist: tuple[Network, ...] = ()
    addresses: tuple[str, ...] = ()
    """Of replicas that serve."""

    def admits(self, address: str) -> bool:
        """An empty list admits everybody whom the network lets through."""
        if not self.allowlist:
            return True
        client = ipaddress.ip_address(address)
        mapped = getattr(client, "ipv4_mapped", None)
        return any((mapped or client) in network for network in self.allowlist)


def target_from(document: Mapping[str, Any]) -> Target:
    meta, spec = document["metadata"], document["spec"]
    status: Mapping[str, Any] = document.get("status") or {}
    idle: Mapping[str, Any] = status.get("idle") or {}
    addresses = tuple(
        replica["address"]
        for replica in status.get("replicas") or ()
        if replica.get("serving") and replica.get("phase") == "Serving" and replica.get("address")
    )
    return Target(
        key=Key(meta["namespace"], meta["name"]),
        state=state_of(document, bool(idle.get("sleep")), addresses),
        sleep=idle.get("sleep", ""),
        port=idle.get("port"),
        hosts=frozenset(tls_names(spec, status)),
        allowlist=tuple(
            ipaddress.ip_network(entry["cidr"], strict=False)
            for entry in spec.get("allowlist") or ()
        ),
        addresses=addresses,
    )


def state_of(document: Mapping[str, Any], sleeps: bool, addresses: tuple[str, ...]) -> State:
    going = "deletionTimestamp" in document["metadata"]
    if going or document["spec"].get("desired", "Running") == "Stopped":
        return State.STOPPED
    if sleeps:
        return State.ASLEEP
    return State.SERVING if addresses else State.WAKING


def tls_names(spec: Mapping[str, Any], status: Mapping[str, Any]) -> set[str]:
    """None where its replicas speak no TLS: nobody is held who could not be served."""
    spoken = [each for each in status.get("endpoints") or () if each["name"] in TLS_PORTS]
    own = (spec.get("tls") or {}).get("hosts") or ()
    return names([each["host"] for each in spoken] + (list(own) if spoken else []))


def names(hosts: Iterable[str]) -> set[str]:
    """The host names, and the short forms of those inside the cluster."""
    found = set()
    for host in hosts:
        found.add(host.lower())
        name, inside, _ = host.lower().partition(".svc.")
        if inside:
            found |= {name, f"{name}.svc"}
    return found
