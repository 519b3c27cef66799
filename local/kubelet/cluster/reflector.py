"""A local copy of one kind of objects, kept true by list and watch."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from local.kubelet.cluster.client import Client
from local.kubelet.cluster.objects import Json, key_of, version_of
from local.kubelet.errors import ApiError, ApiUnreachableError

log = logging.getLogger(__name__)
FIRST_RETRY_S = 0.2
LAST_RETRY_S = 5.0


@dataclass(frozen=True, kw_only=True)
class Change:
    """`old` is None for an object that appeared, `new` for one that went."""

    key: str
    old: Json | None
    new: Json | None


class Reflector:
    """Calls `on_change` for every difference, also for those that a lost watch has missed."""

    def __init__(self, client: Client, path: str, on_change: Callable[[Change], None]) -> None:
        self.path = path
        self.synced = asyncio.Event()
        self._client = client
        self._on_change = on_change
        self._items: dict[str, Json] = {}

    def get(self, key: str) -> Json | None:
        return self._items.get(key)

    def items(self) -> Iterator[Json]:
        return iter(list(self._items.values()))

    async def run(self) -> None:
        retry_s = FIRST_RETRY_S
        while True:
            try:
                version = await self._list()
                retry_s = FIRST_RETRY_S
                await self._watch(version)
            except ApiUnreachableError as error:
                log.warning("watch of %s: %s", self.path, error)
            except ApiError as error:
                if not error.is_gone:
                    log.warning("watch of %s: %s", self.path, error)
            await asyncio.sleep(retry_s * random.uniform(0.8, 1.2))  # noqa: S311 - spreads load only
            retry_s = min(retry_s * 2, LAST_RETRY_S)

    async def _list(self) -> str:
        answer = await self._client.get(self.path)
        seen = set()
        for item in answer.get("items") or []:
            seen.add(key_of(item))
            self._take(item)
        for key in [key for key in self._items if key not in seen]:
            self._drop(key)
        self.synced.set()
        return version_of(answer)

    async def _watch(self, version: str) -> None:
        while True:
            async for event in self._client.watch(self.path, version):
                item: Json = event["object"]
                version = version_of(item)
                if event["type"] == "DELETED":
                    self._drop(key_of(item))
                elif event["type"] in ("ADDED", "MODIFIED"):
                    self._take(item)

    def _take(self, item: Json) -> None:
        item["metadata"].pop("managedFields", None)
        key = key_of(item)
        old = self._items.get(key)
        if old is not None and version_of(old) == version_of(item):
            return
        self._items[key] = item
        self._notify(Change(key=key, old=old, new=item))

    def _drop(self, key: str) -> None:
        if (old := self._items.pop(key, None)) is not None:
            self._notify(Change(key=key, old=old, new=None))

    def _notify(self, change: Change) -> None:
        try:
            self._on_change(change)
        except Exception:
            log.exception("a change of %s %s was not handled", self.path, change.key)
