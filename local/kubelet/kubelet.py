"""Puts the parts of the kubelet together, runs them, and ends them in order."""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import resource
from collections.abc import Coroutine, Iterator
from contextlib import AsyncExitStack
from typing import Any

from local.kubelet.cluster.client import Client
from local.kubelet.cluster.connection import Connection, read_kubeconfig
from local.kubelet.cluster.events import Recorder
from local.kubelet.cluster.reflector import Change, Reflector
from local.kubelet.errors import ApiError, ApiUnreachableError, KubeletError
from local.kubelet.network.directory import Directory
from local.kubelet.network.dns import DNS_PORT, DnsServer
from local.kubelet.network.names_service import Names
from local.kubelet.network.service_proxy import ServiceProxy
from local.kubelet.network.service_table import Place
from local.kubelet.nodes.keeper import NodeKeeper, follow_file
from local.kubelet.nodes.node_spec import NodeFacts, read_nodes
from local.kubelet.pods.addresses import Addresses
from local.kubelet.pods.cloud_identity import CloudIdentity, NoCloud
from local.kubelet.pods.configs import ConfigKind, ConfigStore
from local.kubelet.pods.manager import PodManager
from local.kubelet.pods.memory_limits import enforce_memory_limits
from local.kubelet.pods.shared import Shared
from local.kubelet.probes.checks import Checker
from local.kubelet.runtime.bubblewrap import find_bubblewrap
from local.kubelet.runtime.images import ImageMap
from local.kubelet.runtime.jail import Isolation
from local.kubelet.runtime.plain import Plain
from local.kubelet.server.app import KubeletServer
from local.kubelet.server.report import Reporter
from local.kubelet.server.stats import Stats
from local.kubelet.server.volume_metrics import VolumeMetrics
from local.kubelet.settings import IsolationChoice, OnExit, Settings
from local.kubelet.volumes.claims import Claims
from local.kubelet.volumes.mounter import Mounter

log = logging.getLogger(__name__)
API_RETRY_S = 0.5


async def run_kubelet(settings: Settings, stop: asyncio.Event) -> None:
    """Run until `stop` is set."""
    prepare_root(settings)
    raise_file_limit()
    connection = read_kubeconfig(settings.kubeconfig)
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(Client(connection))
        checker = await stack.enter_async_context(Checker())
        isolation = choose_isolation(settings.isolation)
        version = await wait_for_api(client, stop)
        if version is None:
            return
        facts = NodeFacts(
            port=settings.listen.port,
            version=version,
            runtime=f"processes://{isolation.name}",
            isolates_mounts=isolation.places_mounts,
        )
        await Kubelet(settings, client, checker, isolation, facts).run(stop)


class Kubelet:
    def __init__(
        self,
        settings: Settings,
        client: Client,
        checker: Checker,
        isolation: Isolation,
        facts: NodeFacts,
    ) -> None:
        self._settings = settings
        self._client = client
        self._recorder = Recorder(client)
        self._proxy = ServiceProxy()
        self._names = Names(
            settings.cluster_domain, settings.root / "hosts", api_variables(client.connection)
        )
        self._dns = DnsServer(self._names.find, settings.cluster_domain)
        self._nodes = NodeKeeper(client, self._recorder, settings, facts)
        self._pods = Reflector(client, "/api/v1/pods", self._pod_changed)
        self._manager = PodManager(self._pods, self._nodes.owns)
        self._nodes.pods = self._pods
        self._nodes.changed = self._manager.nodes_changed
        self._directory = Directory(
            client, self._pods, self._names, self._proxy, api_place(client.connection)
        )
        self._claims = Claims(client, self._recorder, settings.volumes_folder)
        self._claims.nodes = self._nodes.nodes
        self._claims.bound = self._manager.claims_changed
        self._config_maps = Reflector(client, "/api/v1/configmaps", self._config_map_changed)
        self._secrets = Reflector(client, "/api/v1/secrets", self._secret_changed)
        stats = Stats(self._manager, self._nodes)
        reporter = Reporter(stats, self._nodes, self._proxy, isolation)
        volumes = VolumeMetrics(self._manager, self._claims)
        self._server = KubeletServer(settings, client, self._manager, stats, volumes, reporter)
        self._isolation = isolation
        self._checker = checker
        self._tasks: set[asyncio.Task[None]] = set()
        self._stop = asyncio.Event()
        self._failure: BaseException | None = None

    async def run(self, stop: asyncio.Event) -> None:
        self._stop = stop
        async with AsyncExitStack() as stack:
            await self._listen(stack)
            self._nodes.address_added = self._listen_for_node
            identity = await self._follow_nodes(stack)
            for work in self._background():
                self._spawn(work)
            ready = asyncio.create_task(self._begin(identity))
            self._tasks.add(ready)
            await stop.wait()
            ready.cancel()
            await self._end_pods()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            self._proxy.close()
        if self._failure:
            raise KubeletError(f"The kubelet has ended: {self._failure!r}") from self._failure

    async def _listen(self, stack: AsyncExitStack) -> None:
        address = self._settings.listen.address
        try:
            await self._server.start()
            for name in self._nodes.names:
                await self._server.listen(self._nodes.address_of(name))
            stack.push_async_callback(self._server.stop)
            await self._dns.listen(address, self._settings.dns_port)
            stack.callback(self._dns.close)
        except OSError as error:
            raise KubeletError(f"{error.strerror or error}. Is another kubelet running?") from error
        try:
            await self._dns.listen(address, DNS_PORT)
            self._names.nameserver = address
        except OSError:
            log.info(
                "port 53 may not be used: the cluster's DNS is on port %s only",
                self._settings.dns_port,
            )

    async def _follow_nodes(self, stack: AsyncExitStack) -> CloudIdentity:
        settings = self._settings
        if settings.nodes:
            self._nodes.want(read_nodes(settings.nodes))
            self._spawn(follow_file(settings.nodes, self._nodes, read_nodes))
        if settings.aws is None:
            return NoCloud()
        from local.kubelet.credentials import CredentialServer
        from local.kubelet.nodes.aws_view import AwsView

        view = AwsView(settings.aws, settings.credentials)
        view.region_of_node = lambda node: self._nodes.regions.get(node, "")
        if not settings.nodes:
            self._spawn(view.follow_groups(self._nodes.want))
        if settings.credentials:
            server = CredentialServer(self._client, view, settings.credentials)
            await server.start()
            stack.push_async_callback(server.stop)
        return view

    def _background(self) -> Iterator[Coroutine[Any, Any, None]]:
        for reflector in (
            self._pods,
            self._directory.services,
            self._config_maps,
            self._secrets,
            self._claims.claims,
            self._claims.volumes,
            self._nodes.nodes,
        ):
            yield reflector.run()
        yield self._recorder.run()
        yield self._directory.run()
        yield self._claims.run()
        yield self._nodes.run()
        yield enforce_memory_limits(
            lambda: [slot for worker in self._manager.workers for slot in worker.slots.values()],
            self._settings.memory_poll_s,
        )

    async def _begin(self, identity: CloudIdentity) -> None:
        """Pods are taken up once everything that they refer to is known."""
        for reflector in (
            self._pods,
            self._directory.services,
            self._config_maps,
            self._secrets,
            self._claims.claims,
            self._claims.volumes,
        ):
            await reflector.synced.wait()
        await self._directory.refresh()
        self._manager.begin(self._shared(identity))
        await self._manager.watch_images()

    def _shared(self, identity: CloudIdentity) -> Shared:
        settings = self._settings
        return Shared(
            settings=settings,
            client=self._client,
            recorder=self._recorder,
            checker=self._checker,
            images=ImageMap(settings.images),
            isolation=self._isolation,
            configs=ConfigStore(self._client, self._config_maps, self._secrets),
            mounter=Mounter(self._claims),
            addresses=Addresses(settings.pod_network, settings.root / "addresses.json"),
            names=self._names,
            nodes=self._nodes,
            identity=identity,
        )

    async def _end_pods(self) -> None:
        if self._settings.on_exit is OnExit.STOP:
            await self._manager.stop(self._settings.exit_grace_s)
        else:
            await self._manager.leave()

    def _pod_changed(self, change: Change) -> None:
        self._manager.pod_changed(change)
        self._directory.pod_changed(change)

    def _config_map_changed(self, change: Change) -> None:
        self._manager.config_changed(ConfigKind.CONFIG_MAP, change)

    def _secret_changed(self, change: Change) -> None:
        self._manager.config_changed(ConfigKind.SECRET, change)

    def _listen_for_node(self, address: str) -> None:
        self._spawn(self._server.listen(address))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._note_end)

    def _note_end(self, task: asyncio.Task[None]) -> None:
        """A part that fails takes the kubelet down, to be seen and started again."""
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("a part of the kubelet has failed", exc_info=error)
            self._failure = error
            self._stop.set()


def prepare_root(settings: Settings) -> None:
    settings.root.mkdir(parents=True, exist_ok=True, mode=0o700)
    settings.root.chmod(0o700)
    settings.pods_folder.mkdir(exist_ok=True)
    settings.volumes_folder.mkdir(exist_ok=True)
    lock = os.open(settings.root / "lock", os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise KubeletError(
            f"Another kubelet runs with --root {settings.root}: stop it, or choose another folder."
        ) from error


def raise_file_limit() -> None:
    """Each proxied connection takes six file descriptors."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def choose_isolation(choice: IsolationChoice) -> Isolation:
    found = None if choice is IsolationChoice.NONE else find_bubblewrap()
    if found:
        return found
    if choice is IsolationChoice.BUBBLEWRAP:
        raise KubeletError(
            "bubblewrap is missing or may not make namespaces here: install Debian's package "
            "bubblewrap, or allow unprivileged user namespaces (kernel.unprivileged_userns_clone)."
        )
    log.warning("bubblewrap is not to be had: pods run without mounts of their own")
    return Plain()


async def wait_for_api(client: Client, stop: asyncio.Event) -> str | None:
    """The API server's version, once it answers; None if told to stop before."""
    while not stop.is_set():
        try:
            return str((await client.get("/version"))["gitVersion"])
        except (ApiUnreachableError, ApiError) as error:
            log.warning("waiting for the API server: %s", error)
        try:
            async with asyncio.timeout(API_RETRY_S):
                await stop.wait()
        except TimeoutError:
            continue
    return None


def api_variables(connection: Connection) -> dict[str, str]:
    host, port = connection.host, str(connection.port)
    link = f"tcp://{host}:{port}"
    return {
        "KUBERNETES_SERVICE_HOST": host,
        "KUBERNETES_SERVICE_PORT": port,
        "KUBERNETES_SERVICE_PORT_HTTPS": port,
        "KUBERNETES_PORT": link,
        f"KUBERNETES_PORT_{port}_TCP": link,
        f"KUBERNETES_PORT_{port}_TCP_PROTO": "tcp",
        f"KUBERNETES_PORT_{port}_TCP_PORT": port,
        f"KUBERNETES_PORT_{port}_TCP_ADDR": host,
    }


def api_place(connection: Connection) -> Place:
    return Place(ip=connection.host, port=connection.port)
