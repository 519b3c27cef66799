"""An API server of one kind, as an httpx transport with state: lists, watches, and their faults."""

from __future__ import annotations

import json
import queue
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import httpx

CLOSE, CUT = object(), object()
"""How a watch ends: in good order, or in the middle."""


@dataclass
class WatchStream(httpx.SyncByteStream):
    news: queue.Queue[Any] = field(default_factory=queue.Queue)

    def __iter__(self) -> Iterator[bytes]:
        while (one := self.news.get(timeout=20)) is not CLOSE:
            if one is CUT:
                raise httpx.ReadError("connection reset by peer")
            yield json.dumps(one).encode() + b"\n"


@dataclass
class FakeWatchServer(httpx.BaseTransport):
    """Every change has the next version; a watch begins with what came after the one it names."""

    version: int = 10
    objects: dict[str, dict[str, Any]] = field(default_factory=dict)
    history: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    oldest: int = 0
    """Changes before it are forgotten: 410 for who asks."""
    refusals: list[int | Exception] = field(default_factory=list)
    """What the next requests are answered with."""
    asked: list[dict[str, str]] = field(default_factory=list)
    streams: list[WatchStream] = field(default_factory=list)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        asked = {name: v[0] for name, v in parse_qs(request.url.query.decode()).items()}
        self.asked.append(asked)
        if self.refusals:
            refusal = self.refusals.pop(0)
            if isinstance(refusal, Exception):
                raise refusal
            return httpx.Response(refusal, json={"code": refusal}, request=request)
        return self.watch(asked) if "watch" in asked else self.listed(asked)

    def listed(self, asked: dict[str, str]) -> httpx.Response:
        names, page = sorted(self.objects), int(asked["limit"])
        first = int(asked.get("continue", "0"))
        meta = {"resourceVersion": str(self.version)}
        if first + page < len(names):
            meta["continue"] = str(first + page)
        items = [self.objects[name] for name in names[first : first + page]]
        document = {"kind": "PodList", "apiVersion": "v1", "metadata": meta, "items": items}
        return httpx.Response(200, json=document)

    def watch(self, asked: dict[str, str]) -> httpx.Response:
        since = int(asked["resourceVersion"])
        if since < self.oldest:
            return httpx.Response(410, json={"code": 410})
        if since > self.version:
            return httpx.Response(504, json={"code": 504, "message": "Too large resource version"})
        stream = WatchStream()
        for version, news in self.history:
            if version > since:
                stream.news.put(news)
        self.streams.append(stream)
        return httpx.Response(200, stream=stream)

    # What happens in the cluster

    def put(self, name: str, **status: Any) -> None:
        self.version += 1
        before = self.objects.get(name)
        uid = before["metadata"]["uid"] if before else f"{name}-{self.version}"
        meta = {"name": name, "namespace": "n", "uid": uid, "resourceVersion": str(self.version)}
        self.objects[name] = {"metadata": meta, "status": status}
        self.tell("MODIFIED" if before else "ADDED", self.objects[name])

    def remove(self, name: str) -> None:
        self.version += 1
        gone = self.objects.pop(name)
        meta = gone["metadata"] | {"resourceVersion": str(self.version)}
        self.tell("DELETED", gone | {"metadata": meta})

    def bookmark(self) -> None:
        self.version += 1
        self.say("BOOKMARK", {"metadata": {"resourceVersion": str(self.version)}})

    def tell(self, event: str, document: dict[str, Any]) -> None:
        self.history.append((self.version, {"type": event, "object": document}))
        self.say(event, document)

    def say(self, event: str, document: dict[str, Any]) -> None:
        for stream in self.streams[-1:]:
            stream.news.put({"type": event, "object": document})

    def end(self, how: object) -> None:
        """The present watch ends."""
        self.streams[-1].news.put(how)

    @property
    def lists(self) -> int:
        return sum("watch" not in one and "continue" not in one for one in self.asked)
