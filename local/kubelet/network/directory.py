"""Follows Services and pods, and tells the proxy and the names what has changed."""

from __future__ import annotations

import asyncio
import logging

from local.kubelet.cluster.client import MERGE, Client
from local.kubelet.cluster.objects import Json, key_of
from local.kubelet.cluster.reflector import Change, Reflector
from local.kubelet.errors import ApiError, ApiUnreachableError
from local.kubelet.network.names import records
from local.kubelet.network.names_service import Names
from local.kubelet.network.service_proxy import ServiceProxy
from local.kubelet.network.service_table import (
    Place,
    Service,
    backends,
    read_member,
    read_service,
)

log = logging.getLogger(__name__)
SETTLE_S = 0.005
RETRY_S = 1.0


class Directory:
    """Changes that come together are worked off together."""

    def __init__(
        self, client: Client, pods: Reflector, names: Names, proxy: ServiceProxy, api: Place
    ) -> None:
        self._client = client
        self._pods = pods
        self._names = names
        self._proxy = proxy
        self._api = api
        self._changed = asyncio.Event()
        self.services = Reflector(client, "/api/v1/services", self._service_changed)

    def pod_changed(self, change: Change) -> None:
        del change
        self._changed.set()

    def _service_changed(self, change: Change) -> None:
        del change
        self._changed.set()

    async def run(self) -> None:
        await self.services.synced.wait()
        await self._pods.synced.wait()
        while True:
            self._changed.clear()
            try:
                await self.refresh()
            except ApiUnreachableError:
                await asyncio.sleep(RETRY_S)
                self._changed.set()
            await self._changed.wait()
            await asyncio.sleep(SETTLE_S)

    async def refresh(self) -> None:
        raw = list(self.services.items())
        services = [read_service(one) for one in raw]
        members = [member for one in self._pods.items() if (member := read_member(one))]
        self._proxy.update(backends(services, members, self._api))
        self._names.update(records(services, members), raw)
        for service in services:
            if wanted := load_balancer_status(service):
                await self._show_address(service, wanted)

    async def _show_address(self, service: Service, wanted: Json) -> None:
        path = f"/api/v1/namespaces/{service.namespace}/services/{service.name}/status"
        try:
            await self._client.patch(path, {"status": {"loadBalancer": wanted}}, MERGE)
        except ApiError as error:
            log.warning("status of the load balancer %s: %s", key_of(service.raw), error)


def load_balancer_status(service: Service) -> Json | None:
    """The cluster's address plays the load balancer; None where nothing has to be written."""
    if service.kind != "LoadBalancer" or service.is_headless:
        return None
    present = (service.raw.get("status") or {}).get("loadBalancer") or {}
    ingress = present.get("ingress") or []
    if [one.get("ip") for one in ingress] == [service.cluster_ip]:
        return None
    return {"ingress": [{"ip": service.cluster_ip}]}
