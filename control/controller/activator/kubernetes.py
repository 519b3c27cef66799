"""What the activator asks of the API server: to follow services, and to be let wake them."""

import asyncio
from datetime import timedelta

import httpx
import structlog
from lightkube import AsyncClient
from lightkube.core.exceptions import ApiError
from lightkube.types import PatchType

from control.controller.activator.directory import Directory
from control.controller.activator.target import target_from
from control.controller.cluster import Key
from control.controller.kube_client import RESOURCES, SERVICE, translated
from control.warehouses.names import WAKE

AGAIN = timedelta(seconds=1)
WATCH_S = 240

log = structlog.get_logger("activator")


class Kubernetes:
    def __init__(self, client: AsyncClient, namespace: str) -> None:
        self.client = client
        self.namespace = namespace

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
        """Until cancelled; a list anew after every break, for what was missed meanwhile."""
        while True:
            try:
                await self._follow_once(directory)
            except (ApiError, httpx.HTTPError) as error:
                log.warning("services are not followed", why=str(error) or type(error).__name__)
                await asyncio.sleep(AGAIN.total_seconds())

    async def _follow_once(self, directory: Directory) -> None:
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
