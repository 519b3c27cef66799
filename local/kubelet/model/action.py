"""What probes and lifecycle hooks do: ask by HTTP, TCP or gRPC, run a command, or wait."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from local.kubelet.cluster.objects import Json


@dataclass(frozen=True, kw_only=True)
class HttpGet:
    path: str
    port: int | str
    host: str
    scheme: str
    headers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class TcpConnect:
    port: int | str
    host: str


@dataclass(frozen=True, kw_only=True)
class GrpcCheck:
    port: int
    service: str


@dataclass(frozen=True, kw_only=True)
class RunCommand:
    command: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Wait:
    for_s: float


Action: TypeAlias = HttpGet | TcpConnect | GrpcCheck | RunCommand | Wait


@dataclass(frozen=True, kw_only=True)
class Probe:
    action: Action
    initial_delay_s: float
    period_s: float
    timeout_s: float
    success_threshold: int
    failure_threshold: int
    grace_s: int | None


def read_action(raw: Json | None) -> Action | None:
    if not raw:
        return None
    if command := raw.get("exec"):
        return RunCommand(command=tuple(command.get("command") or ()))
    if http := raw.get("httpGet"):
        return HttpGet(
            path=http.get("path") or "/",
            port=http["port"],
            host=http.get("host") or "",
            scheme=(http.get("scheme") or "HTTP").lower(),
            headers=tuple((one["name"], one["value"]) for one in http.get("httpHeaders") or ()),
        )
    if tcp := raw.get("tcpSocket"):
        return TcpConnect(port=tcp["port"], host=tcp.get("host") or "")
    if grpc := raw.get("grpc"):
        return GrpcCheck(port=int(grpc["port"]), service=grpc.get("service") or "")
    if sleep := raw.get("sleep"):
        return Wait(for_s=float(sleep["seconds"]))
    return None


def read_probe(raw: Json | None) -> Probe | None:
    action = read_action(raw)
    if raw is None or action is None:
        return None
    grace = raw.get("terminationGracePeriodSeconds")
    return Probe(
        action=action,
        initial_delay_s=float(raw.get("initialDelaySeconds") or 0),
        period_s=float(raw.get("periodSeconds") or 10),
        timeout_s=float(raw.get("timeoutSeconds") or 1),
        success_threshold=int(raw.get("successThreshold") or 1),
        failure_threshold=int(raw.get("failureThreshold") or 3),
        grace_s=None if grace is None else int(grace),
    )
