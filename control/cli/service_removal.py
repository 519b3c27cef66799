"""The first phase of `byoc destroy`: services, warehouses and backups go while their controller
is there to let them go.

The engine knows only those that came with the deployment. Any other would keep their namespace, and
so the destroy, waiting for ever. Backups leave their files: what becomes of those is the bucket's
matter.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from control.cli import waiting
from control.cli.errors import CliError
from control.cli.output import say
from control.warehouses.names import KEEP_FILES, NAMESPACE

if TYPE_CHECKING:
    from control.cli.cluster import Cluster, Document, Kind
    from control.cli.stack import Opened

SYSTEM, CONTROLLER = "byoc-system", "controller"
LONGEST_REMOVAL_S = 20 * 60.0
"""Of services: as long as running queries may be waited for, they hold nothing up here."""
LONGEST_RELEASE_S = 60.0


def take_down_services(opened: Opened) -> None:
    """Can be run again at any time; a deployment without a cluster has none of it."""
    from control.cli.cluster import BACKUP, SERVICE, WAREHOUSE

    cluster = cluster_that_answers(opened)
    if cluster is None:
        return
    services = listed(cluster, SERVICE)
    secondaries = [each for each in services if each["spec"]["role"] != "primary"]
    remove(cluster, SERVICE, names(secondaries))
    for kind in (SERVICE, WAREHOUSE, BACKUP):
        remove(cluster, kind, names(listed(cluster, kind)))


def warehouses_in_cluster(opened: Opened) -> list[str]:
    """None that is known of where the cluster does not answer."""
    from control.cli.cluster import WAREHOUSE
    from control.cli.connection import connect

    try:
        return names(listed(connect(opened.name), WAREHOUSE))
    except CliError:
        return []


def cluster_that_answers(opened: Opened) -> Cluster | None:
    """None where none was built, or it is gone already."""
    from control.cli.connection import connect

    try:
        cluster = connect(opened.name)
        cluster.version()
    except CliError as error:
        say(f"Services are left to the engine: {error}")
        return None
    return cluster


def listed(cluster: Cluster, kind: Kind) -> list[Document]:
    from control.cli.cluster import NotFoundError

    try:
        return cluster.list(kind, NAMESPACE)
    except NotFoundError:  # the kind itself is gone already
        return []


def names(documents: list[Document]) -> list[str]:
    return sorted(each["metadata"]["name"] for each in documents)


def remove(cluster: Cluster, kind: Kind, wanted: list[str]) -> None:
    from control.cli.cluster import BACKUP, NotFoundError

    if not wanted:
        return
    say(f"Removing {kind.plural}: {', '.join(wanted)} ...")
    for name in wanted:
        try:
            if kind is BACKUP:
                keep = {"metadata": {"annotations": {KEEP_FILES: ""}}}
                cluster.patch(kind, name, NAMESPACE, keep)
            cluster.delete(kind, name, NAMESPACE)
        except NotFoundError:
            continue
    limit_s = LONGEST_RELEASE_S if kind is BACKUP else LONGEST_REMOVAL_S
    left = wait_until_gone(cluster, kind, set(wanted), limit_s)
    if not left:
        return
    if kind is BACKUP or not controller_stands(cluster):
        let_go(cluster, kind, left)
        return
    raise CliError(
        f"These {kind.plural} are not gone within {limit_s / 60:.0f} minutes: {', '.join(left)}.",
        f"`byoc {kind.name.lower()} show {left[0]}` tells why; `byoc destroy` goes on from here.",
    )


def wait_until_gone(cluster: Cluster, kind: Kind, wanted: set[str], limit_s: float) -> list[str]:
    """Those that are still there; nobody lets them go where the controller is gone."""
    started_s = time.monotonic()
    while left := sorted(wanted & set(names(listed(cluster, kind)))):
        spent_s = time.monotonic() - started_s
        if spent_s > limit_s or not controller_stands(cluster):
            break
        time.sleep(waiting.LOOK_EVERY_S)
    return left


def controller_stands(cluster: Cluster) -> bool:
    from control.cli.cluster import DEPLOYMENT

    found = cluster.find(DEPLOYMENT, CONTROLLER, SYSTEM)
    return bool(found and (found.get("spec") or {}).get("replicas", 1))


def let_go(cluster: Cluster, kind: Kind, left: list[str]) -> None:
    from control.cli.cluster import NotFoundError

    say(f"Nothing is there that clears up after {', '.join(left)}: they are let go as they are.")
    for name in left:
        try:
            cluster.patch(kind, name, NAMESPACE, {"metadata": {"finalizers": None}})
        except NotFoundError:
            continue
