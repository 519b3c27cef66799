"""One pass over the backups of one warehouse: look, decide, record, take one step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import structlog

from control.controller.backup_world import BackupTools, keys_of
from control.controller.cluster import ClusterError, Key, Login, Peer, ReplicaObservation
from control.controller.reconcile_restore import reconcile_restore
from control.controller.reconcile_service import NOW, World
from control.scaling.replica_seen import PodPhase
from control.warehouses.backup import Backup, BackupReason
from control.warehouses.backup_chain import bases, finished
from control.warehouses.backup_decision import (
    BackupAction,
    BackupsSeen,
    BackupStep,
    OnReplica,
    Progress,
    Sleeping,
    decide_backups,
    is_covered,
    noted,
    running,
)
from control.warehouses.backup_figures import parts_of
from control.warehouses.backup_schedule import next_due
from control.warehouses.backup_schema import MOST_TABLES
from control.warehouses.backup_storage import backup_place
from control.warehouses.idle_memory import IdleMemory
from control.warehouses.model import Desired, Service, Warehouse
from control.warehouses.moments import moment_text
from control.warehouses.status import Reported, changed

LARGEST_MANIFEST = 64 * 1024**2
QUIET = (BackupAction.FOLLOW, BackupAction.WAIT, BackupAction.GUARD, BackupAction.WAKE)
PATIENT = (BackupAction.CANCEL, BackupAction.WAKE)
"""What others carry out, in their own time."""
BAD = (BackupReason.GAVE_UP, BackupReason.STATEMENT_FAILED, BackupReason.REPLICA_LOST)

log = structlog.get_logger("controller")


@dataclass(frozen=True, kw_only=True)
class View:
    """What one pass sees of a warehouse's backups."""

    seen: BackupsSeen
    warehouse: Warehouse | None
    reported: Reported | None
    login: Login | None
    addresses: Mapping[str, str]
    """Of the primary's replicas that answer, by rid."""

    def peer(self, rid: str) -> tuple[Login, Peer]:
        if self.login is None or rid not in self.addresses:
            raise ClusterError(f"replica {rid} cannot be asked now")
        return self.login, Peer(rid=rid, service="", address=self.addresses[rid])


def reconcile_backups(key: Key, world: World) -> timedelta | None:
    """`key` names a warehouse, which may be gone: its backups outlive it."""
    tools = world.backups
    found = world.cluster.warehouse(key)
    backups = tuple(b for b in tools.objects.backups(key.namespace) if b.warehouse == key.name)
    if found is None and not backups:
        tools.metrics.forget(key.name)
        return None
    if found is not None and is_restoring(found[0]):
        return reconcile_restore(found[0], world)
    now = world.clock()
    view = look(found, backups, key, world)
    for backup in noted(view.seen, now):
        tools.objects.report(backup)
    step = decide_backups(view.seen, now)
    take(step, view, key, tools)
    tell(view, key, world, now)
    if step.acts and step.action not in PATIENT:
        return NOW
    return step.look_again


def is_restoring(warehouse: Warehouse) -> bool:
    restore = warehouse.restore
    asked = warehouse.restore_from is not None and not warehouse.deleting
    return asked and (restore is None or not restore.ended)


def look(
    found: tuple[Warehouse, Reported] | None,
    backups: tuple[Backup, ...],
    key: Key,
    world: World,
) -> View:
    cluster = world.cluster
    warehouse, reported = found if found else (None, None)
    there = warehouse if warehouse is not None and not warehouse.deleting else None
    siblings = [s for s in cluster.services(key.namespace) if s.warehouse == key.name]
    primary = next((s for s in siblings if s.is_primary), None)
    observed = {one.seen.rid: one for one in cluster.observe(primary)} if primary else {}
    login = cluster.login(there) if there else None
    seen = BackupsSeen(
        plan=there.backup if there else None,
        made_at=there.created_at if there else None,
        place=backup_place(cluster.deployment(), there) if there else None,
        backups=backups,
        serving=serving(primary, world) if there and login else (),
        sleeping=sleeping(primary, siblings, world),
        restoring=world.backups.objects.restoring(key.namespace),
        limits=world.backups.limits,
    )
    return View(
        seen=replace(seen, progress=progress_of(running(seen), observed, login, world.backups)),
        warehouse=there,
        reported=reported,
        login=login,
        addresses={rid: one.address for rid, one in observed.items() if answers(one)},
    )


def serving(primary: Service | None, world: World) -> tuple[str, ...]:
    if primary is None or primary.deleting:
        return ()
    return tuple(sorted(peer.rid for peer in world.cluster.peers([primary])))


def sleeping(primary: Service | None, siblings: Sequence[Service], world: World) -> Sleeping | None:
    """As its object says; not one that was stopped by hand."""
    if primary is None or primary.deleting or primary.desired is Desired.STOPPED:
        return None
    found = world.cluster.service(Key(primary.namespace, primary.name))
    memory = found[1].idle if found else IdleMemory()
    if not memory.sleep or memory.unchanged_since is None:
        return None
    others_write = any(not s.read_only for s in siblings if s.name != primary.name)
    return Sleeping(
        service=primary.name,
        sleep=memory.sleep,
        unchanged_since=world.clock() if others_write else memory.unchanged_since,
    )


def answers(one: ReplicaObservation) -> bool:
    return one.seen.pod is PodPhase.READY and bool(one.address)


def progress_of(
    backup: Backup | None,
    observed: Mapping[str, ReplicaObservation],
    login: Login | None,
    tools: BackupTools,
) -> Progress | None:
    if backup is None:
        return None
    one = observed.get(backup.rid)
    if one is None:
        return Progress(state=OnReplica.GONE)
    if login is None or not answers(one):
        return Progress(state=OnReplica.SILENT)
    peer = Peer(rid=backup.rid, service="", address=one.address)
    return tools.sql.progress(login, peer, backup.id)


def take(step: BackupStep, view: View, key: Key, tools: BackupTools) -> None:
    backup = step.backup
    if step.action is BackupAction.SCHEDULE and step.due is not None:
        log.info("backup due", warehouse=str(key), due=moment_text(step.due))
        tools.objects.create(key.name, key.namespace, step.due)
    if backup is None:
        return
    match step.action:
        case BackupAction.GUARD:
            tools.objects.set_finalizer(backup, present=True)
        case BackupAction.BEGIN:
            tools.objects.report(with_databases(backup, view, tools))
        case BackupAction.SEND:
            send(backup, view, tools)
        case BackupAction.FOLLOW:
            tools.objects.report(backup)
        case BackupAction.FINISH:
            tools.objects.report(with_figures(backup, view, tools))
            tools.metrics.attempts.labels(backup.warehouse, "done").inc()
        case BackupAction.FAIL:
            tools.objects.report(backup)
            tools.metrics.attempts.labels(backup.warehouse, "failed").inc()
        case BackupAction.CANCEL:
            login, peer = view.peer(backup.rid)
            tools.sql.cancel(login, peer, backup.id)
        case BackupAction.WAKE if view.seen.sleeping is not None:
            log.info("called awake", service=view.seen.sleeping.service, backup=backup.name)
            tools.objects.call_awake(backup.namespace, view.seen.sleeping)
        case BackupAction.ERASE:
            erase(backup, tools)
        case BackupAction.RELEASE:
            tools.objects.set_finalizer(backup, present=False)
        case BackupAction.EXPIRE:
            tools.objects.delete(backup)
    announce(step, backup, tools)


def announce(step: BackupStep, backup: Backup, tools: BackupTools) -> None:
    if step.action in QUIET:
        return
    message = step.message or describe(backup)
    facts = {"backup": f"{backup.namespace}/{backup.name}", "action": step.action.value}
    log.info("backup", reason=step.reason.value, message=message, **facts)
    try:
        warning = step.reason in BAD
        tools.objects.announce(backup, step.reason.value, message, warning=warning)
    except ClusterError as error:
        log.warning("event not written", error=str(error), **facts)


def describe(backup: Backup) -> str:
    made = f"{backup.type.value} " if backup.type else ""
    return f"{made}backup of {backup.warehouse}, attempt {backup.attempt}, on {backup.rid or '-'}"


def with_databases(backup: Backup, view: View, tools: BackupTools) -> Backup:
    """What is there when it begins; a database made while it runs is in the next one."""
    login, peer = view.peer(backup.rid)
    shared, local = tools.sql.databases(login, peer)
    return replace(backup, databases=tuple(shared), local_databases=tuple(local))


def send(backup: Backup, view: View, tools: BackupTools) -> None:
    """Its id is recorded already: whether this was sent can always be asked afterwards."""
    login, peer = view.peer(backup.rid)
    by_name = {each.name: each for each in view.seen.backups}
    below = bases(backup, by_name)
    tools.sql.send(login, peer, backup, below[0].path if below else "")
    tools.objects.report(backup)


def with_figures(backup: Backup, view: View, tools: BackupTools) -> Backup:
    """A backup is good without them: where they are not to be had, a restore is not compared."""
    try:
        return counted(backup, view, tools)
    except ClusterError as error:
        log.warning("no figures", backup=backup.name, error=str(error))
        return backup


def counted(backup: Backup, view: View, tools: BackupTools) -> Backup:
    if backup.place is None:
        return backup
    manifest = f"{backup.path}/.backup"
    keys = keys_of(tools, backup.namespace, backup.place)
    size = tools.store.size(backup.place, keys, manifest)
    if size is None or size > LARGEST_MANIFEST:
        return backup
    login, peer = view.peer(backup.rid)
    parts = parts_of(tools.store.read(backup.place, keys, manifest))
    names = (*backup.databases, *backup.local_databases)
    tables = tools.sql.figures(login, peer, names, parts)
    all_tables = {(part.database, part.table) for part in parts}
    kept = tuple(tables or ())[:MOST_TABLES]
    return replace(backup, tables=kept, tables_omitted=len(all_tables) - len(kept))


def erase(backup: Backup, tools: BackupTools) -> None:
    if backup.place is not None:
        keys = keys_of(tools, backup.namespace, backup.place)
        if not tools.store.erase(backup.place, keys, backup.folder):
            return
    tools.objects.set_finalizer(backup, present=False)


def tell(view: View, key: Key, world: World, now: datetime) -> None:
    """To the metrics and to the warehouse's own status, where it has changed."""
    seen, warehouse = view.seen, view.warehouse
    plan = seen.plan if seen.plan is not None and seen.plan.enabled else None
    made_at = seen.made_at if plan and seen.place else None
    whole_at = now if is_covered(seen) else None
    period = plan.period if plan else None
    world.backups.metrics.tell(key.name, made_at, period, seen.backups, whole_at)
    if warehouse is None or view.reported is None:
        return
    status = summary(seen, now)
    if changed(view.reported.status.get("backups") or {}, status):
        world.cluster.report(warehouse, {"backups": status})


def summary(seen: BackupsSeen, now: datetime) -> dict[str, Any]:
    done = sorted((b for b in seen.backups if b.done and not b.deleting), key=finished)
    latest = max(seen.backups, key=lambda b: (b.created_at, b.name), default=None)
    current = running(seen)
    newest = done[-1] if done else None
    scheduled = seen.plan is not None and seen.made_at is not None and seen.place is not None
    due = next_due(seen.plan, seen.made_at, seen.backups, now) if scheduled else None  # type: ignore[arg-type]
    failing = latest is not None and latest.reason in BAD
    return {
        "count": len(done),
        "newest": newest.name if newest else None,
        "newestAt": moment_text(newest.finished_at) if newest and newest.finished_at else None,
        "nextAt": moment_text(due) if due else None,
        "running": current.name if current else None,
        "failing": latest.name if latest and failing else None,
    }
