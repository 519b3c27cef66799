"""The names of Services and pods, as a cluster's DNS gives them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from local.kubelet.network.service_table import Member, Service, members_of


@dataclass(frozen=True, kw_only=True)
class Record:
    """`path` is the name below the namespace: `service` or `hostname.service`."""

    path: str
    namespace: str
    ip: str


def records(services: Iterable[Service], members: Iterable[Member]) -> list[Record]:
    pods = list(members)
    found: list[Record] = []
    for service in services:
        if service.kind == "ExternalName":
            continue
        if service.is_headless:
            found.extend(headless_records(service, pods))
        else:
            found.append(
                Record(path=service.name, namespace=service.namespace, ip=service.cluster_ip)
            )
    return sorted(found, key=lambda record: (record.namespace, record.path, record.ip))


def headless_records(service: Service, pods: Iterable[Member]) -> Iterator[Record]:
    for member in members_of(service, pods):
        if member.hostname and member.subdomain == service.name:
            path = f"{member.hostname}.{service.name}"
            yield Record(path=path, namespace=service.namespace, ip=member.ip)
        yield Record(path=service.name, namespace=service.namespace, ip=member.ip)


def addresses(found: Iterable[Record], domain: str) -> Mapping[str, tuple[str, ...]]:
    """By full name, for DNS."""
    table: dict[str, list[str]] = {}
    for record in found:
        name = f"{record.path}.{record.namespace}.svc.{domain}".lower()
        table.setdefault(name, []).append(record.ip)
    return {name: tuple(ips) for name, ips in table.items()}


def hosts_text(found: Iterable[Record], domain: str, namespace: str | None) -> str:
    """Lines of a hosts file; inside `namespace` the short names count, too."""
    lines = []
    for record in found:
        name = f"{record.path}.{record.namespace}"
        names = [f"{name}.svc.{domain}", f"{name}.svc", name]
        if record.namespace == namespace:
            names.append(record.path)
        lines.append(f"{record.ip}\t{' '.join(names)}\n")
    return "".join(lines)
