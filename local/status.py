"""What of the local cloud is there, how genuine it is, how it is and what memory it takes."""

from __future__ import annotations

import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local import process
from local.instance import Instance
from local.plugin_scripts import PLUGINS, official
from local.programs import Kind
from local.servers import AWS, KUBELET, KUBERNETES, SERVERS, Server, is_healthy


@dataclass(frozen=True, kw_only=True)
class PartStatus:
    """One row; `health` is one of ready, running, stopped, dead, found, missing."""

    part: str
    kind: Kind
    version: str
    origin: str
    address: str
    health: str
    memory_bytes: int


HEALTHY = {"ready", "running", "found"}
SERVER_KINDS = {
    AWS: (Kind.EMULATOR, "moto, extended"),
    KUBERNETES: (Kind.GENUINE, "etcd, API server, controller manager, scheduler"),
    KUBELET: (Kind.STAND_IN, "process kubelet"),
}


def collect(instance: Instance, env: Mapping[str, str]) -> list[PartStatus]:
    rows = [server_status(server, instance) for server in SERVERS]
    rows += pod_rows(instance)
    rows += program_rows(instance)
    rows += plugin_rows(instance, env)
    return rows


def server_status(server: Server, instance: Instance) -> PartStatus:
    run_dir = instance.state_dir / "run"
    running = process.find(server.name, run_dir)
    kind, origin = SERVER_KINDS[server]
    if running:
        health = "ready" if is_healthy(server, instance) else "running"
    else:
        health = "dead" if process.was_started(server.name, run_dir) else "stopped"
    own_bytes = process.proportional_memory_bytes(running.pid) if running else 0
    address, port = server.address(instance)
    return PartStatus(
        part=server.name,
        kind=kind,
        version="",
        origin=origin,
        address=f"{address}:{port}",
        health=health,
        memory_bytes=own_bytes,
    )


def pod_rows(instance: Instance) -> list[PartStatus]:
    """Each pod that the kubelet runs, as it reports them."""
    rows = []
    for pod in kubelet_report(instance).get("pods", []):
        rows.append(
            PartStatus(
                part=f"pod {pod['namespace']}/{pod['name']}",
                kind=Kind.STAND_IN,
                version="",
                origin="processes of the kubelet",
                address=pod.get("ip") or "",
                health="ready" if pod.get("ready") else "running",
                memory_bytes=int(pod.get("memory_bytes") or 0),
            )
        )
    return rows


def kubelet_report(instance: Instance) -> dict[str, Any]:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        with urllib.request.urlopen(  # noqa: S310 - a loopback address of ours
            f"{instance.kubelet_url}/status", timeout=3, context=context
        ) as answer:
            report: dict[str, Any] = json.load(answer)
            return report
    except (urllib.error.URLError, OSError, ValueError):
        return {}


def program_rows(instance: Instance) -> list[PartStatus]:
    file = instance.state_dir / "programs.json"
    records = json.loads(file.read_text()) if file.exists() else []
    return [
        PartStatus(
            part=record["name"],
            kind=Kind(record["kind"]),
            version=record["version"],
            origin=record["origin"],
            address=record["path"] or "",
            health="found" if record["path"] else "missing",
            memory_bytes=0,
        )
        for record in records
    ]


def plugin_rows(instance: Instance, env: Mapping[str, str]) -> list[PartStatus]:
    rows = []
    for plugin in PLUGINS:
        found = official(plugin, instance.bin_dir, env)
        script = plugin.script(instance.bin_dir, instance.pulumi_home)
        rows.append(
            PartStatus(
                part=plugin.what,
                kind=Kind.GENUINE if found else Kind.STAND_IN,
                version="",
                origin="on PATH" if found else plugin.module,
                address=str(found or script),
                health="found" if found or script.exists() else "missing",
                memory_bytes=0,
            )
        )
    return rows
