"""A pod's phase, from the states of its containers: the rules of kubelet's getPhase."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum

from local.kubelet.model.container import ContainerKind
from local.kubelet.model.pod import Pod
from local.kubelet.pods.container_state import ContainerView, Ended, Running, Waiting


class Phase(StrEnum):
    PENDING = "Pending"
    RUNNING = "Running"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"

    @property
    def is_final(self) -> bool:
        return self in (Phase.SUCCEEDED, Phase.FAILED)


def phase_of(pod: Pod, views: Sequence[ContainerView], *, will_not_restart: bool) -> Phase:
    """`will_not_restart`: the pod is being ended, whatever its restart policy says."""
    inits = [view for view in views if view.container.kind is ContainerKind.INIT]
    sidecars = [view for view in views if view.container.kind is ContainerKind.SIDECAR]
    mains = [view for view in views if view.container.kind is ContainerKind.MAIN]
    if any(has_failed_for_good(pod, view, will_not_restart) for view in inits):
        return Phase.FAILED
    if will_not_restart and not any(isinstance(view.state, Running) for view in views):
        return final_phase(mains)
    begun = any(isinstance(view.state, Running) or last_end(view) for view in mains)
    if any(not has_run(view) or isinstance(view.state, Running) for view in inits):
        return Phase.PENDING
    if not begun and any(not is_up(view) for view in sidecars):
        return Phase.PENDING
    if any(isinstance(view.state, Waiting) and last_end(view) is None for view in mains):
        return Phase.PENDING
    if any(isinstance(view.state, Running) for view in [*mains, *sidecars]):
        return Phase.RUNNING
    if any(will_restart(pod, view) for view in mains):
        return Phase.RUNNING
    return final_phase(mains)


def final_phase(mains: Iterable[ContainerView]) -> Phase:
    ends = [last_end(view) for view in mains]
    good = all(end is not None and end.exit_code == 0 for end in ends)
    return Phase.SUCCEEDED if good else Phase.FAILED


def last_end(view: ContainerView) -> Ended | None:
    return view.state if isinstance(view.state, Ended) else view.last


def has_run(view: ContainerView) -> bool:
    return last_end(view) is not None


def is_up(view: ContainerView) -> bool:
    return isinstance(view.state, Running) and view.is_started


def has_failed_for_good(pod: Pod, view: ContainerView, will_not_restart: bool) -> bool:
    end = last_end(view)
    if end is None or end.exit_code == 0 or isinstance(view.state, Running):
        return False
    return will_not_restart or not pod.restart_policy_of(view.container).restarts(end.exit_code)


def will_restart(pod: Pod, view: ContainerView) -> bool:
    end = last_end(view)
    return end is not None and pod.restart_policy_of(view.container).restarts(end.exit_code)
