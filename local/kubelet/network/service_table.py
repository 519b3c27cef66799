"""Which address and port of a Service leads to which pods."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from local.kubelet.cluster.objects import Json, matches

DEFAULT_AFFINITY_S = 10800


@dataclass(frozen=True, kw_only=True)
class Place:
    """An address and port to listen on or to connect to."""

    ip: str
    port: int


@dataclass(frozen=True, kw_only=True)
class Service:
    namespace: str
    name: str
    kind: str
    cluster_ip: str
    selector: Mapping[str, str]
    ports: tuple[Json, ...]
    shows_unready: bool
    affinity_s: int | None
    raw: Json = field(repr=False, compare=False)

    @property
    def is_headless(self) -> bool:
        return self.cluster_ip in ("", "None")


@dataclass(frozen=True, kw_only=True)
class Member:
    """A pod as Services see it."""

    namespace: str
    name: str
    ip: str
    labels: Mapping[str, str]
    hostname: str
    subdomain: str
    is_ready: bool
    is_leaving: bool
    named_ports: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class Backends:
    places: tuple[Place, ...]
    affinity_s: int | None = None


def read_service(raw: Json) -> Service:
    spec, metadata = raw["spec"], raw["metadata"]
    affinity = None
    if spec.get("sessionAffinity") == "ClientIP":
        config = (spec.get("sessionAffinityConfig") or {}).get("clientIP") or {}
        affinity = int(config.get("timeoutSeconds") or DEFAULT_AFFINITY_S)
    return Service(
        namespace=metadata["namespace"],
        name=metadata["name"],
        kind=spec.get("type") or "ClusterIP",
        cluster_ip=spec.get("clusterIP") or "",
        selector=spec.get("selector") or {},
        ports=tuple(spec.get("ports") or ()),
        shows_unready=bool(spec.get("publishNotReadyAddresses")),
        affinity_s=affinity,
        raw=raw,
    )


def read_member(raw: Json) -> Member | None:
    """None for a pod that has no address (yet) or has done its work."""
    spec, status, metadata = raw["spec"], raw.get("status") or {}, raw["metadata"]
    if not status.get("podIP") or status.get("phase") in ("Succeeded", "Failed"):
        return None
    conditions = {one["type"]: one["status"] for one in status.get("conditions") or ()}
    named_ports = {
        port["name"]: int(port["containerPort"])
        for container in [*spec["containers"], *(spec.get("initContainers") or ())]
        for port in container.get("ports") or ()
        if port.get("name")
    }
    return Member(
        namespace=metadata["namespace"],
        name=metadata["name"],
        ip=status["podIP"],
        labels=metadata.get("labels") or {},
        hostname=spec.get("hostname") or "",
        subdomain=spec.get("subdomain") or "",
        is_ready=conditions.get("Ready") == "True",
        is_leaving=bool(metadata.get("deletionTimestamp")),
        named_ports=named_ports,
    )


def members_of(service: Service, members: Iterable[Member]) -> list[Member]:
    """The pods that get the Service's connections: if all ready ones are leaving, those."""
    chosen = [
        one
        for one in members
        if one.namespace == service.namespace and matches(service.selector, one.labels)
    ]
    if service.shows_unready:
        return chosen
    serving = [one for one in chosen if one.is_ready]
    return [one for one in serving if not one.is_leaving] or serving


def backends(
    services: Iterable[Service], members: Iterable[Member], api_server: Place
) -> dict[Place, Backends]:
    """Every address and port that Services listen on. One without backends is in the table, too."""
    pods = list(members)
    table = {}
    for service in services:
        if service.is_headless or service.kind == "ExternalName":
            continue
        reached = members_of(service, pods)
        for port in service.ports:
            if (port.get("protocol") or "TCP") != "TCP":
                continue
            front = Place(ip=service.cluster_ip, port=int(port["port"]))
            if (service.namespace, service.name) == ("default", "kubernetes"):
                table[front] = Backends(places=(api_server,))
            else:
                places = tuple(
                    Place(ip=one.ip, port=number)
                    for one in reached
                    if (number := target_port(port, one)) is not None
                )
                table[front] = Backends(places=places, affinity_s=service.affinity_s)
    return table


def target_port(port: Json, member: Member) -> int | None:
    target = port.get("targetPort") or port["port"]
    if isinstance(target, int):
        return target
    if target.isdigit():
        return int(target)
    return member.named_ports.get(target)
