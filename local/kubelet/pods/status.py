"""The status that a pod gets in the API, with the conditions and reasons of the real kubelet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from local.kubelet.cluster.objects import Json, timestamp
from local.kubelet.model.container import ContainerKind
from local.kubelet.model.pod import Pod
from local.kubelet.pods.container_state import ContainerView, Ended, Running, State, Waiting
from local.kubelet.pods.phase import Phase, is_up, phase_of


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """An end that does not follow from the containers: evicted, deadline exceeded."""

    reason: str
    message: str


@dataclass(frozen=True, kw_only=True)
class PodView:
    pod: Pod
    containers: Sequence[ContainerView]
    pod_ip: str
    host_ip: str
    started_at_s: float
    is_sandboxed: bool
    will_not_restart: bool = False
    verdict: Verdict | None = None


def status_of(view: PodView, previous: Json, now_s: float) -> Json:
    """A strategic merge patch of the pod's status; `previous` is the status as last known."""
    pod = view.pod
    phase = phase_of(pod, view.containers, will_not_restart=view.will_not_restart)
    if view.verdict:
        phase = Phase.FAILED
    if previous.get("phase") in ("Succeeded", "Failed"):
        phase = Phase(previous["phase"])
    mains = [one for one in view.containers if one.container.kind is ContainerKind.MAIN]
    others = [one for one in view.containers if one.container.kind is not ContainerKind.MAIN]
    status: Json = {
        "phase": phase.value,
        "observedGeneration": pod.generation,
        "startTime": previous.get("startTime") or timestamp(view.started_at_s),
        "hostIP": view.host_ip,
        "hostIPs": [{"ip": view.host_ip}],
        "podIP": view.pod_ip,
        "podIPs": [{"ip": view.pod_ip}],
        "reason": view.verdict.reason if view.verdict else previous.get("reason"),
        "message": view.verdict.message if view.verdict else previous.get("message"),
        "conditions": list(conditions(view, phase, previous, now_s)),
        "containerStatuses": [container_status(one) for one in mains],
    }
    if others:
        status["initContainerStatuses"] = [container_status(one) for one in others]
    return status


def container_status(view: ContainerView) -> Json:
    container = view.container
    status: Json = {
        "name": container.name,
        "state": state_json(view.state),
        "lastState": state_json(view.last) if view.last else {},
        "ready": is_ready(view),
        "started": isinstance(view.state, Running) and view.is_started,
        "restartCount": view.restart_count,
        "image": view.image or container.image,
        "imageID": view.image,
        "resources": {
            name: dict(amounts)
            for name, amounts in (("limits", container.limits), ("requests", container.requests))
            if amounts
        },
    }
    if container.requests:
        status["allocatedResources"] = dict(container.requests)
    if view.container_id:
        status["containerID"] = view.container_id
    return status


def is_ready(view: ContainerView) -> bool:
    if view.container.kind is ContainerKind.INIT:
        return isinstance(view.state, Ended) and view.state.exit_code == 0
    return isinstance(view.state, Running) and view.is_started and view.is_ready


def state_json(state: State) -> Json:
    if isinstance(state, Running):
        return {"running": {"startedAt": timestamp(state.started_at_s)}}
    if isinstance(state, Waiting):
        waiting = {"reason": state.reason, "message": state.message}
        return {"waiting": {name: value for name, value in waiting.items() if value}}
    ended: Json = {
        "exitCode": state.exit_code,
        "reason": state.reason,
        "startedAt": timestamp(state.started_at_s),
        "finishedAt": timestamp(state.finished_at_s),
        "containerID": state.container_id,
    }
    if state.message:
        ended["message"] = state.message
    return {"terminated": ended}


@dataclass(frozen=True, kw_only=True)
class Condition:
    type: str
    is_true: bool
    reason: str = ""
    message: str = ""


def conditions(view: PodView, phase: Phase, previous: Json, now_s: float) -> Iterator[Json]:
    """Other owners' conditions (PodScheduled, readiness gates) are not in here."""
    before = {one["type"]: one for one in previous.get("conditions") or ()}
    containers_ready = containers_condition(view, phase)
    for condition in (
        Condition(type="PodReadyToStartContainers", is_true=view.is_sandboxed),
        initialized_condition(view, phase),
        ready_condition(view, containers_ready, before),
        containers_ready,
    ):
        status = "True" if condition.is_true else "False"
        old = before.get(condition.type)
        same = old is not None and old["status"] == status
        yield {
            "type": condition.type,
            "status": status,
            "reason": condition.reason or None,
            "message": condition.message or None,
            "observedGeneration": view.pod.generation,
            "lastProbeTime": None,
            "lastTransitionTime": old["lastTransitionTime"] if old and same else timestamp(now_s),
        }


def initialized_condition(view: PodView, phase: Phase) -> Condition:
    if phase is Phase.SUCCEEDED:
        return Condition(type="Initialized", is_true=True, reason="PodCompleted")
    mains = [one for one in view.containers if one.container.kind is ContainerKind.MAIN]
    begun = any(not isinstance(one.state, Waiting) or one.last for one in mains)
    incomplete = [
        one.container.name for one in view.containers if not begun and not is_initialized(one)
    ]
    if not incomplete:
        return Condition(type="Initialized", is_true=True)
    return Condition(
        type="Initialized",
        is_true=False,
        reason="ContainersNotInitialized",
        message=f"containers with incomplete status: [{' '.join(incomplete)}]",
    )


def is_initialized(view: ContainerView) -> bool:
    if view.container.kind is ContainerKind.MAIN:
        return True
    if view.container.kind is ContainerKind.SIDECAR:
        return is_up(view)
    return is_ready(view)


def containers_condition(view: PodView, phase: Phase) -> Condition:
    if phase.is_final:
        reason = "PodCompleted" if phase is Phase.SUCCEEDED else "PodFailed"
        return Condition(type="ContainersReady", is_true=False, reason=reason)
    unready = [
        one.container.name
        for one in view.containers
        if one.container.kind is not ContainerKind.INIT and not is_ready(one)
    ]
    if not unready:
        return Condition(type="ContainersReady", is_true=True)
    return Condition(
        type="ContainersReady",
        is_true=False,
        reason="ContainersNotReady",
        message=f"containers with unready status: [{' '.join(unready)}]",
    )


def ready_condition(
    view: PodView, containers_ready: Condition, before: dict[str, Json]
) -> Condition:
    if not containers_ready.is_true:
        return Condition(
            type="Ready",
            is_true=False,
            reason=containers_ready.reason,
            message=containers_ready.message,
        )
    missing = list(closed_gates(view.pod, before))
    if not missing:
        return Condition(type="Ready", is_true=True)
    return Condition(
        type="Ready", is_true=False, reason="ReadinessGatesNotReady", message=", ".join(missing)
    )


def closed_gates(pod: Pod, before: dict[str, Json]) -> Iterator[str]:
    for gate in pod.readiness_gates:
        if gate not in before:
            yield f'corresponding condition of pod readiness gate "{gate}" does not exist.'
        elif before[gate]["status"] != "True":
            status = before[gate]["status"]
            yield f'the status of pod readiness gate "{gate}" is not "True", but {status}'
