"""What is known of one container at one moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from local.kubelet.model.container import Container


@dataclass(frozen=True, kw_only=True)
class Waiting:
    reason: str
    message: str = ""


@dataclass(frozen=True, kw_only=True)
class Running:
    started_at_s: float


@dataclass(frozen=True, kw_only=True)
class Ended:
    exit_code: int
    reason: str
    started_at_s: float
    finished_at_s: float
    container_id: str
    message: str = ""


State: TypeAlias = Waiting | Running | Ended


@dataclass(frozen=True, kw_only=True)
class ContainerView:
    """`is_started` is the startup gate, `is_ready` the last word of the readiness probe.

    `image` is what the last run was started from, which the spec may have left behind.
    """

    container: Container
    state: State
    last: Ended | None = None
    restart_count: int = 0
    container_id: str = ""
    image: str = ""
    is_ready: bool = False
    is_started: bool = False
