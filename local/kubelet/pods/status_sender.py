"""Writes a pod's status to the API server: the latest one, as soon as it can."""

from __future__ import annotations

import asyncio
import logging

from local.kubelet.cluster.client import Client
from local.kubelet.cluster.objects import Json
from local.kubelet.errors import ApiError, ApiUnreachableError
from local.kubelet.model.pod import Pod

log = logging.getLogger(__name__)
RETRY_S = 1.0


class StatusSender:
    """Statuses that are overtaken by a newer one before they are sent are left out."""

    def __init__(self, client: Client, pod: Pod) -> None:
        self._client = client
        self._path = f"/api/v1/namespaces/{pod.namespace}/pods/{pod.name}/status"
        self._uid = pod.uid
        self._wanted: Json | None = None
        self._sent: Json | None = None
        self._task: asyncio.Task[None] | None = None

    def offer(self, status: Json) -> None:
        if status == (self._wanted or self._sent):
            return
        self._wanted = status
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._send())

    async def flush(self) -> None:
        """Wait until the last offer has been written, or refused."""
        if self._task is not None:
            await self._task

    def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _send(self) -> None:
        while self._wanted is not None:
            status, self._wanted = self._wanted, None
            try:
                body = {"metadata": {"uid": self._uid}, "status": status}
                await self._client.patch(self._path, body)
                self._sent = status
            except ApiUnreachableError:
                self._wanted = self._wanted or status
                await asyncio.sleep(RETRY_S)
            except ApiError as error:
                if not (error.is_missing or error.is_conflict):
                    log.warning("status of pod %s: %s", self._path, error)
