"""Waits until a service is as wanted, and shows its phases meanwhile."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from control.cli.errors import CliError
from control.cli.output import say
from control.cli.service_view import ServiceView, service_view
from control.cli.wording import clock

if TYPE_CHECKING:
    from rich.status import Status

    from control.cli.cluster import Cluster

LOOK_EVERY_S = 0.5
SILENCE_ALLOWED_S = 60.0
SETTLED = ("Done",)

Reached = Callable[[ServiceView | None], bool]


def running(view: ServiceView | None) -> bool:
    """As wanted, and no change of it under way."""
    return (
        view is not None
        and view.current
        and view.phase == "Running"
        and view.ready_replicas == view.wanted_replicas
        and (view.operation is None or view.operation.state in SETTLED)
    )


def stopped(view: ServiceView | None) -> bool:
    return view is not None and view.current and view.phase == "Stopped"


def idle(view: ServiceView | None) -> bool:
    return view is not None and view.phase == "Idle"


def gone(view: ServiceView | None) -> bool:
    return view is None


def wait_for(
    cluster: Cluster, name: str, namespace: str, reached: Reached, timeout: timedelta
) -> ServiceView | None:
    """The service once `reached` holds; a CliError where it is refused, fails or takes too long."""
    started_s = time.monotonic()
    line = ""
    with phase_lines() as lines:
        try:
            while True:
                view = look(cluster, name, namespace)
                spent_s = time.monotonic() - started_s
                line = phases(view)
                lines.show(line, spent_s)
                if reached(view):
                    return view
                if view is None:
                    raise CliError(f"{name} was deleted meanwhile.")
                if (problem := failed(view)) is not None:
                    raise CliError(problem, f"`byoc service show {name}` tells more.")
                if spent_s > timeout.total_seconds():
                    raise still_waiting(name, line, f"not within {clock(spent_s)}")
                time.sleep(LOOK_EVERY_S)
        except KeyboardInterrupt:
            raise still_waiting(name, line, "stopped waiting") from None


def still_waiting(name: str, line: str, why: str) -> CliError:
    return CliError(
        f"{name}: {why}; last seen: {line}.",
        f"The change goes on in the cluster: `byoc service show {name}` looks again.",
    )


def look(cluster: Cluster, name: str, namespace: str) -> ServiceView | None:
    """An API server that is away for a moment is no reason to give up."""
    from control.cli.cluster import SERVICE, UnreachableError

    silent_since_s = time.monotonic()
    while True:
        try:
            document = cluster.find(SERVICE, name, namespace)
            return service_view(document) if document else None
        except UnreachableError:
            if time.monotonic() - silent_since_s > SILENCE_ALLOWED_S:
                raise
            time.sleep(LOOK_EVERY_S)


def phases(view: ServiceView | None) -> str:
    if view is None:
        return "gone"
    parts = [view.phase, f"{view.ready} replicas ready"]
    operation = view.operation
    if operation and operation.state not in SETTLED:
        parts.append(operation.state + (f" ({operation.message})" if operation.message else ""))
    if not view.current:
        parts.append("change not seen by the controller yet")
    asleep = view.condition("Asleep")
    if view.phase == "Running" and asleep and asleep.reason != "Running":
        parts.append(f"kept awake by {asleep.reason}")
    return ", ".join(parts)


def failed(view: ServiceView | None) -> str | None:
    if view is None or not view.current:
        return None
    accepted = view.condition("Accepted")
    if accepted and accepted.status == "False":
        return f"{view.name} was refused: {accepted.message or accepted.reason}"
    if view.operation and view.operation.state == "Failed":
        why = view.operation.message or view.operation.reason
        return f"The change of {view.name} failed, and it is as before: {why}"
    return None


class PhaseLines:
    """A line for each new phase; on a terminal a moving one below them."""

    def __init__(self, status: Status | None) -> None:
        self._status = status
        self._told = ""

    def show(self, line: str, spent_s: float) -> None:
        if line != self._told:
            self._told = line
            self._tell(f"{spent_s:6.1f} s  {line}")
        if self._status is not None:
            self._status.update(clock(spent_s))

    def _tell(self, line: str) -> None:
        if self._status is None:
            say(line)
        else:
            self._status.console.print(line, markup=False)


@contextmanager
def phase_lines() -> Iterator[PhaseLines]:
    if not sys.stderr.isatty():
        yield PhaseLines(None)
        return
    from rich.console import Console

    with Console(stderr=True, highlight=False).status("") as status:
        yield PhaseLines(status)
