"""The kubelet's HTTPS API: logs, exec and port-forward for the API server, metrics, a report."""

from __future__ import annotations

import ssl
from collections.abc import Awaitable, Callable

from aiohttp import web

from local.kubelet.cluster.client import Client
from local.kubelet.pods.manager import PodManager
from local.kubelet.server.certificate import serving_context
from local.kubelet.server.exec import ExecHandler
from local.kubelet.server.guard import Guard
from local.kubelet.server.logs import serve_logs
from local.kubelet.server.lookup import Lookup
from local.kubelet.server.port_forward import PortForwardHandler
from local.kubelet.server.report import Reporter
from local.kubelet.server.stats import Stats
from local.kubelet.server.volume_metrics import VolumeMetrics
from local.kubelet.settings import Settings

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
OPEN_PATHS = ("/healthz", "/status")
CLOSING_TIMEOUT_S = 1.0


class KubeletServer:
    """Listens on the kubelet's address, and on one address per node if nodes have their own."""

    def __init__(
        self,
        settings: Settings,
        client: Client,
        pods: PodManager,
        stats: Stats,
        volumes: VolumeMetrics,
        reporter: Reporter,
    ) -> None:
        self._settings = settings
        self._guard = Guard(client) if settings.client_authority else None
        lookup = Lookup(pods)
        app = web.Application(middlewares=[self._admit])
        routes: tuple[tuple[str, Handler], ...] = (
            ("/healthz", healthy),
            ("/status", reporter.serve),
            ("/containerLogs/{namespace}/{pod}/{container}", lookup.handler(serve_logs)),
            ("/exec/{namespace}/{pod}/{container}", ExecHandler(lookup).serve),
            ("/exec/{namespace}/{pod}/{uid}/{container}", ExecHandler(lookup).serve),
            ("/attach/{namespace}/{pod}/{container}", not_implemented),
            ("/portForward/{namespace}/{pod}", PortForwardHandler(lookup).serve),
            ("/portForward/{namespace}/{pod}/{uid}", PortForwardHandler(lookup).serve),
            ("/stats/summary", stats.serve_summary),
            ("/metrics", volumes.serve),
            ("/metrics/cadvisor", stats.serve_containers),
            ("/metrics/resource", stats.serve_resource_metrics),
        )
        for path, handler in routes:
            app.router.add_route("*", path, handler)
        self._runner = web.AppRunner(
            app, access_log=None, shutdown_timeout=CLOSING_TIMEOUT_S, handle_signals=False
        )
        self._context: ssl.SSLContext | None = None
        self._listening: set[str] = set()

    async def start(self) -> None:
        address = self._settings.listen.address
        self._context = serving_context(self._settings)
        await self._runner.setup()
        await self.listen(address)

    async def listen(self, address: str) -> None:
        if address in self._listening:
            return
        self._listening.add(address)
        site = web.TCPSite(
            self._runner, address, self._settings.listen.port, ssl_context=self._context
        )
        await site.start()

    async def stop(self) -> None:
        await self._runner.cleanup()

    @web.middleware
    async def _admit(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if self._guard and request.path not in OPEN_PATHS:
            refusal = await self._guard.refusal(request)
            if refusal is not None:
                return refusal
        return await handler(request)


async def healthy(request: web.Request) -> web.Response:
    del request
    return web.Response(text="ok")


async def not_implemented(request: web.Request) -> web.Response:
    del request
    return web.Response(
        status=501,
        text="The process kubelet cannot attach to a container: use `kubectl logs -f` or exec.\n",
    )
