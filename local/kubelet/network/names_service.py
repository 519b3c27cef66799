"""Keeps the hosts files of the pods and of the machine true, and answers what a name means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from local.instance import write_atomically
from local.kubelet.cluster.objects import Json
from local.kubelet.model.pod import Pod
from local.kubelet.network.names import Record, addresses, hosts_text

HEADER = "# Kept up to date by the process kubelet.\n127.0.0.1\tlocalhost\n"
FALLBACK_OPTIONS = "options ndots:5 timeout:1 attempts:1\n"


@dataclass(frozen=True, kw_only=True)
class HostsFile:
    """The file of one pod; `own` are the lines about the pod itself.

    Containers see the folder, not the file: so a new file takes the old one's place at once, and no
    reader meets half of it.
    """

    file: Path
    namespace: str
    own: str


class Names:
    def __init__(self, domain: str, machine_file: Path, api: Mapping[str, str]) -> None:
        self.domain = domain
        self.nameserver: str | None = None
        self.api_variables = api
        self._machine_file = machine_file
        self._files: dict[str, HostsFile] = {}
        self._records: list[Record] = []
        self._table: Mapping[str, tuple[str, ...]] = {}
        self._services: list[Json] = []

    def find(self, name: str) -> tuple[str, ...] | None:
        """The addresses of a full name; none for a name that has records below it only."""
        if (found := self._table.get(name)) is not None:
            return found
        below = f".{name}"
        return () if any(known.endswith(below) for known in self._table) else None

    def services_in(self, namespace: str) -> list[Json]:
        return [one for one in self._services if one["metadata"]["namespace"] == namespace]

    def update(self, found: list[Record], services: list[Json]) -> None:
        self._services = services
        if found == self._records and self._machine_file.exists():
            return
        self._records = found
        self._table = addresses(found, self.domain)
        write_atomically(self._machine_file, hosts_text(found, self.domain, None))
        for hosts in self._files.values():
            self._write(hosts)

    def register(self, pod: Pod, address: str, file: Path) -> None:
        self._files[pod.uid] = HostsFile(
            file=file, namespace=pod.namespace, own=own_lines(pod, address, self.domain)
        )
        self._write(self._files[pod.uid])

    def unregister(self, uid: str) -> None:
        self._files.pop(uid, None)

    def resolv_conf(self, pod: Pod) -> str:
        """Names of the cluster are in the hosts file; this is for all others."""
        search = f"{pod.namespace}.svc.{self.domain} svc.{self.domain} {self.domain}"
        if self.nameserver:
            return f"nameserver {self.nameserver}\nsearch {search}\noptions ndots:5\n"
        servers = "".join(f"nameserver {server}\n" for server in machine_nameservers())
        return f"{servers}search {search}\n{FALLBACK_OPTIONS}"

    def _write(self, hosts: HostsFile) -> None:
        cluster = hosts_text(self._records, self.domain, hosts.namespace)
        write_atomically(hosts.file, HEADER + hosts.own + cluster)


def own_lines(pod: Pod, address: str, domain: str) -> str:
    names = [pod.hostname]
    if pod.subdomain:
        names.insert(0, f"{pod.hostname}.{pod.subdomain}.{pod.namespace}.svc.{domain}")
    lines = [f"{address}\t{' '.join(names)}\n"]
    for alias in pod.raw["spec"].get("hostAliases") or ():
        lines.append(f"{alias['ip']}\t{' '.join(alias.get('hostnames') or ())}\n")
    return "".join(lines)


def machine_nameservers() -> list[str]:
    try:
        text = Path("/etc/resolv.conf").read_text()
    except FileNotFoundError:
        return []
    return [line.split()[1] for line in text.splitlines() if line.startswith("nameserver ")]
