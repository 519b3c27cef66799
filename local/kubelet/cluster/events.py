"""Events, written as a kubelet's recorder does: the same event again counts up the first one."""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections import OrderedDict
from dataclasses import dataclass
from enum import StrEnum

from local.kubelet.cluster.client import MERGE, Client
from local.kubelet.cluster.objects import Json, timestamp
from local.kubelet.errors import ApiError, ApiUnreachableError

log = logging.getLogger(__name__)
REMEMBERED = 2048
WAITING = 1000
RETRY_S = 1.0


class Kind(StrEnum):
    NORMAL = "Normal"
    WARNING = "Warning"


@dataclass(frozen=True, kw_only=True)
class Reference:
    """The object that an event is about."""

    kind: str
    name: str
    uid: str
    namespace: str = ""
    field_path: str = ""
    api_version: str = "v1"

    def to_json(self) -> Json:
        reference = {
            "kind": self.kind,
            "apiVersion": self.api_version,
            "namespace": self.namespace,
            "name": self.name,
            "uid": self.uid,
            "fieldPath": self.field_path,
        }
        return {name: value for name, value in reference.items() if value}


@dataclass(frozen=True, kw_only=True)
class Event:
    about: Reference
    kind: Kind
    reason: str
    message: str
    node: str


@dataclass(kw_only=True)
class Written:
    path: str
    count: int


class Recorder:
    """Takes events at once and writes them in the background, in order."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._waiting: asyncio.Queue[tuple[Event, float]] = asyncio.Queue(WAITING)
        self._written: OrderedDict[Event, Written] = OrderedDict()

    def record(self, event: Event) -> None:
        log.info("%s %s: %s", event.about.name, event.reason, event.message)
        if self._waiting.full():
            self._waiting.get_nowait()
        self._waiting.put_nowait((event, time.time()))

    async def run(self) -> None:
        while True:
            event, at_s = await self._waiting.get()
            while True:
                try:
                    await self._write(event, at_s)
                    break
                except ApiUnreachableError:
                    await asyncio.sleep(RETRY_S)
                except ApiError as error:
                    log.debug("event %s of %s: %s", event.reason, event.about.name, error)
                    break

    async def _write(self, event: Event, at_s: float) -> None:
        if earlier := self._written.get(event):
            try:
                await self._client.patch(
                    earlier.path,
                    {"count": earlier.count + 1, "lastTimestamp": timestamp(at_s)},
                    MERGE,
                )
                earlier.count += 1
                self._written.move_to_end(event)
                return
            except ApiError as error:
                if not error.is_missing:
                    raise
        namespace = event.about.namespace or "default"
        path = f"/api/v1/namespaces/{namespace}/events"
        document = to_json(event, at_s, namespace)
        await self._client.create(path, document)
        self._written[event] = Written(path=f"{path}/{document['metadata']['name']}", count=1)
        if len(self._written) > REMEMBERED:
            self._written.popitem(last=False)


def to_json(event: Event, at_s: float, namespace: str) -> Json:
    name = f"{event.about.name[:200]}.{uuid.uuid4().hex[:16]}"
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": name, "namespace": namespace},
        "involvedObject": event.about.to_json(),
        "type": event.kind.value,
        "reason": event.reason,
        "message": event.message[:1024],
        "source": {"component": "kubelet", "host": event.node},
        "reportingComponent": "kubelet",
        "reportingInstance": event.node,
        "firstTimestamp": timestamp(at_s),
        "lastTimestamp": timestamp(at_s),
        "count": 1,
    }
