"""`byoc warehouse upgrade`: which version a warehouse runs, and when it may change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from control.cli.errors import CliError, UsageError
from control.cli.output import say, tell_json
from control.cli.service_options import (
    TIMEOUT_MINUTES,
    JsonOption,
    NamespaceOption,
    TimeoutOption,
    WaitOption,
    WarehouseArgument,
)
from control.cli.stack import StackOption
from control.warehouses.names import NAMESPACE

if TYPE_CHECKING:
    from control.cli.cluster import Cluster, Document

RESTING = ("Idle", "Stopped")
"""Services that run the new version from their next start on."""


def upgrade(
    name: WarehouseArgument,
    to: Annotated[
        str | None,
        typer.Option("--to", metavar="VERSION", help="Run this version, newer or older."),
    ] = None,
    follow: Annotated[
        bool, typer.Option("--follow", help="Name no version any longer: follow the channel.")
    ] = False,
    channel: Annotated[
        str | None, typer.Option(metavar="fast|default|slow", help="How soon versions arrive.")
    ] = None,
    window: Annotated[
        str | None,
        typer.Option(
            metavar="DAY-HOUR|none",
            help="Six hours of the week, in UTC, in which upgrades begin: Sun-6; none: always.",
        ),
    ] = None,
    now: Annotated[
        bool, typer.Option("--now", help="With --to: do not wait for the window this time.")
    ] = False,
    stack: StackOption = None,
    namespace: NamespaceOption = NAMESPACE,
    wait: WaitOption = True,
    timeout: TimeoutOption = TIMEOUT_MINUTES,
    as_json: JsonOption = False,
) -> None:
    """Choose the version of a warehouse, or how and when new ones arrive; new replicas serve
    before old ones go."""
    from control.cli.cluster import WAREHOUSE
    from control.cli.connection import connect

    change = wishes(to=to, follow=follow, channel=channel, window=window, now=now)
    cluster = connect(stack)
    cluster.patch(WAREHOUSE, name, namespace, {"spec": change})
    if wait:
        view = wait_until_rolled(cluster, name, namespace, timedelta(minutes=timeout))
    else:
        view = upgrade_view(cluster, cluster.get(WAREHOUSE, name, namespace))
    if as_json:
        tell_json(view)
        return
    say(f"{name}: {line_of(view)}.")


def wishes(
    *, to: str | None, follow: bool, channel: str | None, window: str | None, now: bool
) -> dict[str, Any]:
    """As a merge patch of the spec; what it takes back is null."""
    if to and follow:
        raise UsageError("--to names a version and --follow names none: give one of them.")
    if now and not to:
        raise UsageError("--now lets one version in outside the window: name it by --to.")
    change: dict[str, Any] = {}
    if to:
        change |= {"version": to, "urgentVersion": to if now else None}
    if follow:
        change |= {"version": None, "urgentVersion": None}
    if channel:
        change["channel"] = channel
    if window:
        change["maintenanceWindow"] = window_of(window)
    if not change:
        raise UsageError("Nothing to change: give --to, --follow, --channel or --window.")
    return change


def window_of(text: str) -> dict[str, Any] | None:
    from control.scaling.upgrading import WINDOW_HOURS
    from control.warehouses.scaling_schema import DAYS

    if text == "none":
        return None
    day, _, hour = text.partition("-")
    if day not in DAYS or hour not in map(str, WINDOW_HOURS):
        hours = ", ".join(map(str, WINDOW_HOURS))
        raise UsageError(
            f"--window is {text!r}: a day ({', '.join(DAYS)}) and one of the hours {hours} in UTC,"
            " such as Sun-6, or none."
        )
    return {"weekday": day, "startHourUtc": int(hour)}


@dataclass(frozen=True, kw_only=True)
class UpgradeView:
    version: str
    """What services follow now."""
    waits: str
    """Why another version is not taken up yet; empty where nothing waits."""
    heard: bool
    """The controller has seen the latest wishes."""
    rolled: tuple[str, ...]
    rolling: tuple[str, ...]
    problem: str = ""


def wait_until_rolled(
    cluster: Cluster, name: str, namespace: str, timeout: timedelta
) -> UpgradeView:
    from control.cli.object_waiting import wait_for_warehouse

    def read(document: Document) -> UpgradeView:
        return upgrade_view(cluster, document)

    view = wait_for_warehouse(cluster, name, namespace, read, line_of, ended, timeout)
    if view.problem:
        raise CliError(view.problem, "The replicas that served before go on serving.")
    return view


def upgrade_view(cluster: Cluster, warehouse: Document) -> UpgradeView:
    from control.cli.cluster import SERVICE

    meta, status = warehouse["metadata"], warehouse.get("status") or {}
    found = [
        each
        for each in cluster.list(SERVICE, meta["namespace"])
        if each["spec"]["warehouse"] == meta["name"] and not each["spec"].get("image")
    ]
    return view_of(warehouse, status, found)


def view_of(warehouse: Document, status: Document, services: Sequence[Document]) -> UpgradeView:
    from control.cli.output import UNKNOWN
    from control.cli.service_view import conditions_of
    from control.cli.warehouse_view import is_heard

    current = {each.type: each for each in conditions_of(status)}.get("UpToDate")
    image = status.get("image")
    done = {each["metadata"]["name"]: runs(each, image) for each in services}
    return UpgradeView(
        version=status.get("version") or UNKNOWN,
        waits=current.message if current and current.status == "False" else "",
        heard=is_heard(warehouse),
        rolled=tuple(sorted(name for name in done if done[name])),
        rolling=tuple(sorted(name for name in done if not done[name])),
        problem=next(filter(None, (problem_of(each, image) for each in services)), ""),
    )


def runs(service: Document, image: str | None) -> bool:
    """Whether all its replicas are of this image and no change is under way."""
    from control.cli.service_view import service_view
    from control.cli.waiting import running

    view = service_view(service)
    return view.phase in RESTING or (follows(service, image) and running(view))


def problem_of(service: Document, image: str | None) -> str:
    """What an earlier change ended in says nothing of this one."""
    from control.cli.service_view import service_view
    from control.cli.waiting import failed

    return failed(service_view(service)) or "" if follows(service, image) else ""


def follows(service: Document, image: str | None) -> bool:
    """The controller works on this image, or has finished."""
    return bool((service.get("status") or {}).get("image") == image)


def ended(view: UpgradeView) -> bool:
    return view.heard and (bool(view.waits) or bool(view.problem) or not view.rolling)


def line_of(view: UpgradeView) -> str:
    from control.cli.warehouse_view import NOT_HEARD

    if not view.heard:
        return NOT_HEARD
    if view.waits:
        return f"runs {view.version}; {view.waits}"
    if view.rolling:
        return f"{view.version}: {', '.join(view.rolling)} still to roll"
    return f"runs {view.version}"
