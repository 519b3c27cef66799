"""What the activator asks of the API server: to follow services, and to be let wake them."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

import httpx
import structlog
from lightkube import AsyncClient
from lightkube.core.exceptions import ApiError
from lightkube.types import PatchType

from control.controller.activator.directory import Directory
from control.controller.activator.target import target_from
from control.controller.cluster import Key
from control.controller.kube_client import RESOURCES, SERVICE, resource, translated
from control.warehouses.names import WAKE

AGAIN = timedelta(seconds=1)
WATCH_S = 240
ENDPOINT_SLICE = resource("discovery.k8s.io", "v1", "EndpointSlice", "endpointslices")
SERVICE_NAME = "kubernetes.io/service-name"
INGRESS_SERVICES = ["ingress-public", "ingress-private"]

log = structlog.get_logger("activator")


class Kubernetes:
    def __init__(self, client: AsyncClient, namespace: str, ingress_namespace: str = "") -> None:
        """Without a namespace of its own there is no ingress."""
        self.client = client
        self.namespace = namespace
        self.ingress_namespace = ingress_namespace

    async def wake(self, key: Key, sleep: str) -> None:
        change = {"metadata": {"annotations": {WAKE: sleep}}}
        with translated(f"call service {key} awake"):
            await self.client.patch(
                RESOURCES[SERVICE],
                key.name,
                change,
                namespace=key.namespace,
                patch_type=PatchType.MERGE,
            )

    async def follow(self, directory: Directory) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(again_and_again("services", self._follow_services, directory))
            if self.ingress_namespace:
                group.create_task(again_and_again("the ingress", self._follow_ingress, directory))
            else:
                directory.ingress = frozenset()

    async def _follow_services(self, directory: Directory) -> None:
        resource = RESOURCES[SERVICE]
        listed = self.client.list(resource, namespace=self.namespace)
        directory.replace([target_from(document) async for document in listed])
        watched = self.client.watch(
            resource,
            namespace=self.namespace,
            resource_version=listed.resourceVersion,
            server_timeout=WATCH_S,
        )
        async for event, document in watched:
            target = target_from(document)
            if event == "DELETED":
                directory.drop(target.key)
            else:
                directory.put(target)

    async def _follow_ingress(self, directory: Directory) -> None:
        listed = self.client.list(
            ENDPOINT_SLICE,
            namespace=self.ingress_namespace,
            labels={SERVICE_NAME: INGRESS_SERVICES},
        )
        slices = {each["metadata"]["name"]: addresses(each) async for each in listed}
        directory.ingress = frozenset().union(*slices.values())
        watched = self.client.watch(
            ENDPOINT_SLICE,
            namespace=self.ingress_namespace,
            labels={SERVICE_NAME: INGRESS_SERVICES},
            resource_version=listed.resourceVersion,
            server_timeout=WATCH_S,
        )
        async for event, document in watched:
            name = document["metadata"]["name"]
            slices[name] = frozenset() if event == "DELETED" else addresses(document)
            directory.ingress = frozenset().union(*slices.values())


async def again_and_again(
    what: str, follow_once: Callable[[Directory], Awaitable[None]], directory: Directory
) -> None:
    """A list anew after every break, for what was missed meanwhile."""
    while True:
        try:
            await follow_once(directory)
        except (ApiError, httpx.HTTPError) as error:
            log.warning("not followed", what=what, why=str(error) or type(error).__name__)
            await asyncio.sleep(AGAIN.total_seconds())


def addresses(endpoint_slice: Mapping[str, Any]) -> frozenset[str]:
    """Of every pod, ready or on its way out: connections of both are still under way."""
    ends = endpoint_slice.get("endpoints") or ()
    return frozenset(address for end in ends for address in end["addresses"])
