"""A small client of the Kubernetes API."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from types import TracebackType
from typing import Any

import aiohttp

from local.kubelet.cluster.connection import Connection
from local.kubelet.cluster.objects import Json
from local.kubelet.errors import ApiError, ApiUnreachableError

REQUEST_TIMEOUT = aiohttp.ClientTimeout(total=30, connect=5)
WATCH_TIMEOUT = aiohttp.ClientTimeout(total=None, connect=5, sock_read=330)
WATCH_SERVER_TIMEOUT_S = 300
STRATEGIC = "application/strategic-merge-patch+json"
MERGE = "application/merge-patch+json"


class Client:
    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Client:
        headers = {"User-Agent": "byoc-process-kubelet", "Accept": "application/json"}
        if self.connection.token:
            headers["Authorization"] = f"Bearer {self.connection.token}"
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                ssl=self.connection.tls if self.connection.tls else True, limit=64
            ),
            headers=headers,
            timeout=REQUEST_TIMEOUT,
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.session.close()

    @property
    def session(self) -> aiohttp.ClientSession:
        assert self._session is not None, "use the client as an async context manager"
        return self._session

    async def get(self, path: str, **query: str) -> Json:
        return await self._call("GET", path, query=query)

    async def create(self, path: str, body: Json) -> Json:
        return await self._call("POST", path, body=body)

    async def patch(self, path: str, body: Json, kind: str = STRATEGIC) -> Json:
        return await self._call("PATCH", path, body=body, content_type=kind)

    async def delete(self, path: str, body: Json | None = None) -> Json:
        return await self._call("DELETE", path, body=body)

    async def find(self, path: str) -> Json | None:
        """The object, or None where there is none."""
        try:
            return await self.get(path)
        except ApiError as error:
            if error.is_missing:
                return None
            raise

    async def _call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Json | None = None,
        content_type: str = "application/json",
    ) -> Json:
        data = None if body is None else json.dumps(body).encode()
        try:
            async with self.session.request(
                method,
                f"{self.connection.server}{path}",
                params=query,
                data=data,
                headers={"Content-Type": content_type},
            ) as response:
                answer = await response.read()
                if response.status >= 400:
                    raise failure(response.status, answer)
                result: Json = json.loads(answer) if answer else {}
                return result
        except (aiohttp.ClientError, TimeoutError, OSError) as cause:
            raise unreachable(self.connection.server, cause) from cause

    async def watch(self, path: str, version: str) -> AsyncIterator[Json]:
        """Yield watch events until the server ends the watch."""
        query = {
            "watch": "1",
            "allowWatchBookmarks": "true",
            "resourceVersion": version,
            "timeoutSeconds": str(WATCH_SERVER_TIMEOUT_S),
        }
        try:
            async with self.session.get(
                f"{self.connection.server}{path}", params=query, timeout=WATCH_TIMEOUT
            ) as response:
                if response.status >= 400:
                    raise failure(response.status, await response.read())
                async for line in lines(response.content):
                    event: Json = json.loads(line)
                    if event["type"] == "ERROR":
                        raise failure_of_status(event["object"])
                    yield event
        except (aiohttp.ClientError, TimeoutError, OSError) as cause:
            raise unreachable(self.connection.server, cause) from cause


async def lines(stream: aiohttp.StreamReader) -> AsyncIterator[bytes]:
    """Whole lines of any length: aiohttp's own reader refuses long ones."""
    rest = bytearray()
    async for chunk in stream.iter_any():
        rest += chunk
        if b"\n" in chunk:
            *complete, tail = bytes(rest).split(b"\n")
            rest = bytearray(tail)
            for line in complete:
                if line:
                    yield line


def failure(status: int, answer: bytes) -> ApiError:
    try:
        return failure_of_status(json.loads(answer), status)
    except (ValueError, AttributeError):
        return ApiError(status, "", answer[:300].decode(errors="replace"))


def failure_of_status(document: Any, status: int = 500) -> ApiError:
    return ApiError(
        int(document.get("code") or status),
        str(document.get("reason") or ""),
        str(document.get("message") or ""),
    )


def unreachable(server: str, cause: BaseException) -> ApiUnreachableError:
    return ApiUnreachableError(f"The API server {server} does not answer: {cause!r}.")
