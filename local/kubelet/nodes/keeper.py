"""Keeps the API's nodes equal to the wanted ones: registers, renews leases, reports, retires."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from local.instance import write_atomically
from local.kubelet.cluster.client import Client
from local.kubelet.cluster.events import Event, Kind, Recorder, Reference
from local.kubelet.cluster.objects import Json, micro_timestamp, parse_timestamp
from local.kubelet.cluster.reflector import Change, Reflector
from local.kubelet.errors import ApiError, ApiUnreachableError, KubeletError
from local.kubelet.nodes.node_spec import (
    NodeFacts,
    NodeSpec,
    node_conditions,
    node_object,
    node_record,
    read_node,
)
from local.kubelet.nodes.node_update import update_patch
from local.kubelet.nodes.retiring import retire
from local.kubelet.settings import Settings

log = logging.getLogger(__name__)
LEASES = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases"
LEASE_DURATION_S = 40
REPORT_EVERY_S = 60.0
RETRY_S = 1.0


class NodeKeeper:
    """`pods`, `changed` and `address_added` connect it to the parts that depend on nodes."""

    def __init__(
        self, client: Client, recorder: Recorder, settings: Settings, facts: NodeFacts
    ) -> None:
        self._client = client
        self._recorder = recorder
        self._settings = settings
        self._facts = facts
        self._file = settings.root / "nodes.json"
        self._wanted: dict[str, NodeSpec] = {}
        self._places: dict[str, int] = {}
        self._leaving: dict[str, asyncio.Task[None]] = {}
        self._reported_at_s: dict[str, float] = {}
        self._nudge = asyncio.Event()
        self.changed: Callable[[], None] = lambda: None
        self.address_added: Callable[[str], None] = lambda _: None
        self.nodes = Reflector(client, "/api/v1/nodes", self._seen)
        self.pods: Reflector | None = None
        self._load()

    @property
    def names(self) -> list[str]:
        return list(self._wanted)

    @property
    def regions(self) -> Mapping[str, str]:
        return {name: spec.region for name, spec in self._wanted.items()}

    def owns(self, node: str) -> bool:
        return node in self._wanted or node in self._leaving

    def spec_of(self, node: str) -> NodeSpec | None:
        return self._wanted.get(node)

    def address_of(self, node: str) -> str:
        network = self._settings.node_network
        if network is None or node not in self._places:
            return self._settings.listen.address
        return str(network.network_address + self._places[node])

    def allocatable_of(self, node: str) -> Mapping[str, str]:
        spec = self._wanted.get(node)
        return spec.allocatable if spec else {}

    def want(self, specs: tuple[NodeSpec, ...]) -> None:
        """The complete list of nodes that shall be there."""
        wanted = {spec.name: spec for spec in specs}
        if wanted == self._wanted:
            return
        gone = [name for name in self._wanted if name not in wanted]
        self._wanted = wanted
        for name in wanted:
            self._reported_at_s.pop(name, None)
            self._place(name)
        for name in gone:
            self._leaving[name] = asyncio.create_task(self._retire(name))
        self._save()
        self.changed()
        self._nudge.set()

    async def run(self) -> None:
        await self.nodes.synced.wait()
        while True:
            self._nudge.clear()
            for spec in list(self._wanted.values()):
                try:
                    await self._keep(spec)
                except ApiUnreachableError as error:
                    log.warning("node %s: %s", spec.name, error)
                    break
                except ApiError as error:
                    log.warning("node %s: %s", spec.name, error)
            try:
                async with asyncio.timeout(self._settings.lease_period_s):
                    await self._nudge.wait()
            except TimeoutError:
                continue

    async def _keep(self, spec: NodeSpec) -> None:
        now_s = time.time()
        known = self.nodes.get(spec.name)
        if known is None:
            await self._register(spec, now_s)
        elif not is_ready(known) or now_s - self._reported_at_s.get(spec.name, 0) > REPORT_EVERY_S:
            await self._report(spec, known, now_s)
        await self._renew(spec.name, now_s)

    async def _register(self, spec: NodeSpec, now_s: float) -> None:
        address = self.address_of(spec.name)
        try:
            made = await self._client.create(
                "/api/v1/nodes", node_object(spec, self._facts, address, now_s)
            )
        except ApiError as error:
            if not error.is_conflict:
                raise
            return
        self._reported_at_s[spec.name] = now_s
        uid = str(made["metadata"]["uid"])
        for reason, text in (
            ("Starting", "Starting kubelet."),
            ("NodeReady", f"Node {spec.name} status is now: NodeReady"),
        ):
            about = Reference(kind="Node", name=spec.name, uid=uid)
            self._recorder.record(
                Event(about=about, kind=Kind.NORMAL, reason=reason, message=text, node=spec.name)
            )

    async def _report(self, spec: NodeSpec, known: Json, now_s: float) -> None:
        path = f"/api/v1/nodes/{spec.name}"
        if patch := update_patch(spec, known):
            await self._client.patch(path, patch)
        wanted = node_object(spec, self._facts, self.address_of(spec.name), now_s)["status"]
        wanted["conditions"] = node_conditions(self._facts, now_s, ready_since_s(known, now_s))
        await self._client.patch(f"{path}/status", {"status": wanted})
        self._reported_at_s[spec.name] = now_s

    async def _renew(self, name: str, now_s: float) -> None:
        spec = {
            "holderIdentity": name,
            "leaseDurationSeconds": LEASE_DURATION_S,
            "renewTime": micro_timestamp(now_s),
        }
        try:
            await self._client.patch(f"{LEASES}/{name}", {"spec": spec})
        except ApiError as error:
            if not error.is_missing:
                raise
            lease = {
                "apiVersion": "coordination.k8s.io/v1",
                "kind": "Lease",
                "metadata": {"name": name},
                "spec": spec,
            }
            await self._client.create(LEASES, lease)

    async def _retire(self, name: str) -> None:
        while True:
            try:
                await retire(self._client, self.pods, name, f"{LEASES}/{name}")
                break
            except ApiUnreachableError:
                await asyncio.sleep(RETRY_S)
            except ApiError as error:
                log.warning("node %s is to go: %s", name, error)
                await asyncio.sleep(RETRY_S)
        self._leaving.pop(name, None)
        self._places.pop(name, None)
        self._save()

    def _seen(self, change: Change) -> None:
        if change.new is None or not is_ready(change.new):
            self._nudge.set()

    def _place(self, name: str) -> None:
        if name not in self._places:
            taken = set(self._places.values())
            self._places[name] = next(n for n in range(1, 2**16) if n not in taken)
        self.address_added(self.address_of(name))

    def _load(self) -> None:
        try:
            record = json.loads(self._file.read_text())
        except (FileNotFoundError, ValueError):
            return
        self._places = record["places"]
        self._wanted = {entry["name"]: read_node(entry) for entry in record["nodes"]}

    def _save(self) -> None:
        nodes = [node_record(spec) for spec in self._wanted.values()]
        write_atomically(self._file, json.dumps({"nodes": nodes, "places": self._places}))


def is_ready(node: Json) -> bool:
    return any(
        one["type"] == "Ready" and one["status"] == "True"
        for one in (node.get("status") or {}).get("conditions") or ()
    )


def ready_since_s(node: Json, now_s: float) -> float:
    for one in (node.get("status") or {}).get("conditions") or ():
        if one["type"] == "Ready" and one["status"] == "True":
            return parse_timestamp(one["lastTransitionTime"])
    return now_s


async def follow_file(
    file: Path, keeper: NodeKeeper, read: Callable[[Path], tuple[NodeSpec, ...]]
) -> None:
    """The static list of nodes, read again when it changes; an unusable one changes nothing."""
    seen: int | None = None
    while True:
        changed_at = file.stat().st_mtime_ns if file.exists() else None
        if changed_at != seen:
            seen = changed_at
            try:
                keeper.want(read(file))
            except KubeletError as error:
                log.error("%s", error)
        await asyncio.sleep(RETRY_S)
