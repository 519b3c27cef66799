"""Which containers of a pod are to be started now.

It knows the order of init containers and sidecars, and the restart policies.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from local.kubelet.model.container import Container, ContainerKind
from local.kubelet.model.pod import Pod


class Stage(StrEnum):
    NEW = "new"
    RUNNING = "running"
    EXITED = "exited"


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One container: `may_start_at_s` is the end of its back-off, `is_started` its startup gate."""

    stage: Stage = Stage.NEW
    exit_code: int = 0
    is_started: bool = False
    may_start_at_s: float = 0.0
    must_restart: bool = False


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Containers to start, containers that wait and until when, and whether the pod's work is
    over."""

    start: tuple[str, ...] = ()
    held: Mapping[str, float] = field(default_factory=dict)
    is_over: bool = False


def decide(pod: Pod, seen: Mapping[str, Seen], now_s: float) -> Plan:
    mains = pod.of_kind(ContainerKind.MAIN)
    if any(seen[main.name].stage is not Stage.NEW for main in mains):
        return decide_running(pod, seen, now_s)
    for container in pod.of_kind(ContainerKind.INIT, ContainerKind.SIDECAR):
        state = seen[container.name]
        if has_passed(container, state):
            continue
        if state.stage is Stage.RUNNING:
            return restart_sidecars_before(pod, container, seen, now_s)
        if not may_run(pod, container, state):
            return Plan(is_over=True)
        return started_or_held([container], seen, now_s)
    return started_or_held(mains, seen, now_s)


def has_passed(container: Container, state: Seen) -> bool:
    """Whether the next container in the line may start."""
    if container.kind is ContainerKind.SIDECAR:
        return state.stage is Stage.RUNNING and state.is_started
    return state.stage is Stage.EXITED and state.exit_code == 0


def restart_sidecars_before(
    pod: Pod, current: Container, seen: Mapping[str, Seen], now_s: float
) -> Plan:
    line = pod.of_kind(ContainerKind.INIT, ContainerKind.SIDECAR)
    earlier = line[: line.index(current)]
    gone = [
        one
        for one in earlier
        if one.kind is ContainerKind.SIDECAR and seen[one.name].stage is Stage.EXITED
    ]
    return started_or_held(gone, seen, now_s)


def decide_running(pod: Pod, seen: Mapping[str, Seen], now_s: float) -> Plan:
    mains = pod.of_kind(ContainerKind.MAIN)
    wanted = [
        one
        for one in mains
        if seen[one.name].stage is not Stage.RUNNING and may_run(pod, one, seen[one.name])
    ]
    alive = [one for one in mains if seen[one.name].stage is Stage.RUNNING]
    if not wanted and not alive:
        return Plan(is_over=True)
    sidecars = [
        one
        for one in pod.of_kind(ContainerKind.SIDECAR)
        if seen[one.name].stage is not Stage.RUNNING
    ]
    return started_or_held([*sidecars, *wanted], seen, now_s)


def may_run(pod: Pod, container: Container, state: Seen) -> bool:
    if state.stage is Stage.NEW or state.must_restart:
        return True
    return pod.restart_policy_of(container).restarts(state.exit_code)


def started_or_held(
    containers: Iterable[Container], seen: Mapping[str, Seen], now_s: float
) -> Plan:
    waiting = {one.name: seen[one.name].may_start_at_s for one in containers}
    return Plan(
        start=tuple(name for name, at_s in waiting.items() if at_s <= now_s),
        held={name: at_s for name, at_s in waiting.items() if at_s > now_s},
    )
