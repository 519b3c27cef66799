"""One check of a container: by HTTP, TCP, gRPC or a command inside it."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any
from urllib.parse import urljoin, urlsplit

import aiohttp

from local.kubelet.errors import StartError
from local.kubelet.model.action import Action, GrpcCheck, HttpGet, RunCommand, TcpConnect, Wait
from local.kubelet.model.container import Container
from local.kubelet.runtime.execution import CommandTimeoutError, Inside, run

USER_AGENT = "kube-probe/1.35"
MOST_REDIRECTS = 10
LONGEST_TEXT = 1024
GRPC_SERVING = b"\x08\x01"


@dataclass(frozen=True, kw_only=True)
class CheckResult:
    success: bool
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class Target:
    """`inside` is asked for when a command has to run."""

    container: Container
    pod_ip: str
    inside: Callable[[], Inside]


class Checker:
    """Holds the HTTP session of all checks; no certificate is verified, as in a kubelet."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Checker:
        tls = ssl.create_default_context()
        tls.check_hostname = False
        tls.verify_mode = ssl.CERT_NONE
        connector = aiohttp.TCPConnector(ssl=tls, force_close=True, limit=0)
        self._session = aiohttp.ClientSession(
            connector=connector, headers={"User-Agent": USER_AGENT, "Accept": "*/*"}
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._session:
            await self._session.close()

    async def check(self, action: Action, target: Target, timeout_s: float) -> CheckResult:
        if isinstance(action, RunCommand):
            return await check_command(action, target, timeout_s)
        if isinstance(action, Wait):
            await asyncio.sleep(action.for_s)
            return CheckResult(success=True)
        port = target.container.port_number(action.port)
        if port is None:
            return CheckResult(success=False, text=f"couldn't find port: {action.port!r}")
        try:
            async with asyncio.timeout(timeout_s):
                if isinstance(action, HttpGet):
                    return await self._check_http(action, target, port)
                if isinstance(action, GrpcCheck):
                    return await check_grpc(action, target, port, timeout_s)
                return await check_tcp(action, target, port)
        except TimeoutError:
            return CheckResult(success=False, text=f"{place(action, target, port)}: timed out")

    async def _check_http(self, action: HttpGet, target: Target, port: int) -> CheckResult:
        assert self._session is not None, "use the checker as an async context manager"
        url = place(action, target, port)
        headers = dict(action.headers)
        for _ in range(MOST_REDIRECTS):
            try:
                async with self._session.get(url, headers=headers, allow_redirects=False) as got:
                    location = got.headers.get("Location")
                    if 300 <= got.status < 400 and location:
                        following = urljoin(url, location)
                        if urlsplit(following).hostname == urlsplit(url).hostname:
                            url = following
                            continue
                    if 200 <= got.status < 400:
                        return CheckResult(success=True)
                    text = f"HTTP probe failed with statuscode: {got.status}"
                    return CheckResult(success=False, text=text)
            except (aiohttp.ClientError, OSError, ValueError) as error:
                return CheckResult(success=False, text=f'Get "{url}": {reason(error)}')
        return CheckResult(success=False, text=f'Get "{url}": stopped after 10 redirects')


async def check_tcp(action: TcpConnect, target: Target, port: int) -> CheckResult:
    try:
        _, writer = await asyncio.open_connection(action.host or target.pod_ip, port)
    except OSError as error:
        return CheckResult(
            success=False, text=f"dial tcp {place(action, target, port)}: {reason(error)}"
        )
    writer.close()
    return CheckResult(success=True)


async def check_command(action: RunCommand, target: Target, timeout_s: float) -> CheckResult:
    try:
        finished = await run(target.inside(), action.command, timeout_s)
    except CommandTimeoutError as error:
        return CheckResult(success=False, text=f"{error} after {timeout_s:g}s")
    except StartError as error:
        return CheckResult(success=False, text=str(error))
    return CheckResult(success=finished.exit_code == 0, text=finished.output.strip()[:LONGEST_TEXT])


async def check_grpc(action: GrpcCheck, target: Target, port: int, timeout_s: float) -> CheckResult:
    """grpc is imported for this only: it is large."""
    import grpc.aio  # type: ignore[import-untyped]

    address = place(action, target, port)
    service = action.service.encode()
    request = b"\x0a" + bytes([len(service)]) + service if service else b""
    async with grpc.aio.insecure_channel(address) as channel:
        call: Any = channel.unary_unary("/grpc.health.v1.Health/Check")
        try:
            answer = await call(request, timeout=timeout_s)
        except grpc.aio.AioRpcError as error:
            text = f'service unhealthy (address "{address}"): {error.code().name}'
            return CheckResult(success=False, text=text)
    text = f'service unhealthy (responded with "{bytes(answer).hex() or "UNKNOWN"}")'
    return CheckResult(success=answer == GRPC_SERVING, text=text)


def place(action: HttpGet | TcpConnect | GrpcCheck, target: Target, port: int) -> str:
    if isinstance(action, HttpGet):
        path = action.path if action.path.startswith("/") else f"/{action.path}"
        return f"{action.scheme}://{action.host or target.pod_ip}:{port}{path}"
    host = action.host if isinstance(action, TcpConnect) else ""
    return f"{host or target.pod_ip}:{port}"


def reason(error: BaseException) -> str:
    if isinstance(error, ConnectionRefusedError | aiohttp.ClientConnectorError):
        return "connect: connection refused"
    return str(error) or type(error).__name__
