"""Waits until an object of the cluster is as wanted, and shows its phases meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

from control.cli import waiting
from control.cli.errors import CliError
from control.cli.waiting import SILENCE_ALLOWED_S, phase_lines
from control.cli.wording import clock

if TYPE_CHECKING:
    from control.cli.cluster import Cluster, Document, Kind

View = TypeVar("View")


def wait(
    cluster: Cluster,
    kind: Kind,
    name: str,
    namespace: str,
    read: Callable[[Document], View],
    line_of: Callable[[View], str],
    ended: Callable[[View | None], bool],
    timeout: timedelta,
) -> View | None:
    started_s = time.monotonic()
    line = ""
    with phase_lines() as lines:
        try:
            while True:
                document = look(cluster, kind, name, namespace)
                view = read(document) if document else None
                spent_s = time.monotonic() - started_s
                line = line_of(view) if view else "gone"
                lines.show(line, spent_s)
                if ended(view):
                    return view
                if spent_s > timeout.total_seconds():
                    raise still(kind, name, line, f"not within {clock(spent_s)}")
                time.sleep(waiting.LOOK_EVERY_S)
        except KeyboardInterrupt:
            raise still(kind, name, line, "stopped waiting") from None


def wait_for_warehouse(
    cluster: Cluster,
    name: str,
    namespace: str,
    read: Callable[[Document], View],
    line_of: Callable[[View], str],
    ended: Callable[[View], bool],
    timeout: timedelta,
) -> View:
    """The warehouse as it ended; a CliError where somebody deleted it meanwhile."""
    from control.cli.cluster import WAREHOUSE

    def over(view: View | None) -> bool:
        return view is None or ended(view)

    view = wait(cluster, WAREHOUSE, name, namespace, read, line_of, over, timeout)
    if view is None:
        raise CliError(f"Warehouse {name} was deleted meanwhile.")
    return view


def look(cluster: Cluster, kind: Kind, name: str, namespace: str) -> Document | None:
    """An API server that is away for a moment is no reason to give up."""
    from control.cli.cluster import UnreachableError

    silent_since_s = time.monotonic()
    while True:
        try:
            return cluster.find(kind, name, namespace)
        except UnreachableError:
            if time.monotonic() - silent_since_s > SILENCE_ALLOWED_S:
                raise
            time.sleep(waiting.LOOK_EVERY_S)


def still(kind: Kind, name: str, line: str, why: str) -> CliError:
    return CliError(
        f"{name}: {why}; last seen: {line}.",
        f"It goes on in the cluster: `byoc {kind.name.lower()} show {name}` looks again.",
    )
