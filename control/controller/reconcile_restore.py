"""One step of the restore of a new warehouse."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import structlog

from control.controller.backup_world import BackupTools, keys_of
from control.controller.cluster import ClusterError, Key, Login, Peer
from control.controller.reconcile_service import NOW, World
from control.scaling.replica_seen import PodPhase
from control.warehouses.backup import Backup
from control.warehouses.backup_figures import databases_of
from control.warehouses.model import Service, Warehouse
from control.warehouses.phases import Phase
from control.warehouses.restore import (
    OperationState,
    Restore,
    RestoreAction,
    RestorePhase,
    RestoreReason,
    RestoreSeen,
    RestoreStage,
    RestoreStep,
    choose,
    compare,
    next_restore_step,
)
from control.warehouses.restore_objects import restore_status
from control.warehouses.statements import database_uuid
from control.warehouses.status import changed

log = structlog.get_logger("controller")
TOLD = (
    RestoreAction.CHOOSE,
    RestoreAction.BEGIN,
    RestoreAction.RETRY,
    RestoreAction.COMPARE,
    RestoreAction.FAIL,
)


@dataclass(frozen=True, kw_only=True)
class RestoreView:
    seen: RestoreSeen
    backups: Sequence[Backup]
    login: Login | None
    everywhere: Sequence[Peer]
    """Replicas of all services that serve."""
    peer: Peer | None
    """The one that restores."""


def reconcile_restore(warehouse: Warehouse, world: World) -> timedelta:
    now = world.clock()
    view = look(warehouse, world)
    step = next_restore_step(view.seen, now)
    result = take(step, view, warehouse, world)
    report(warehouse, result, world)
    if step.action in TOLD:
        tell(warehouse, result, world)
    return NOW if step.acts else step.look_again


def look(warehouse: Warehouse, world: World) -> RestoreView:
    cluster = world.cluster
    backups = world.backups.objects.backups(warehouse.namespace)
    services = [s for s in cluster.services(warehouse.namespace) if s.warehouse == warehouse.name]
    primary = next((s for s in services if s.is_primary and not s.deleting), None)
    login = cluster.login(warehouse)
    restore = warehouse.restore or Restore()
    peer = find_peer(primary, restore.rid, world)
    state, error = operation(restore, peer, primary, login, world)
    everywhere = cluster.peers(services)
    asked = warehouse.restore_from
    return RestoreView(
        seen=RestoreSeen(
            restore=restore,
            candidate=choose(asked, backups) if asked else Restore(),
            serving=settled(primary, world),
            operation=state,
            error=error,
            identity=warehouse.uid,
            behind=behind(restore, everywhere, login, world),
        ),
        backups=backups,
        login=login,
        everywhere=everywhere,
        peer=peer,
    )


def behind(
    restore: Restore, everywhere: Sequence[Peer], login: Login | None, world: World
) -> tuple[str, ...]:
    """People read from every replica: a restore has ended when all that serve have the data."""
    looks = restore.stage is RestoreStage.COMPARE and not restore.ended
    if not looks or login is None or not restore.databases:
        return ()
    return world.backups.sql.behind(login, everywhere, restore.databases)


def settled(primary: Service | None, world: World) -> tuple[str, ...]:
    """The primary's replicas once all of them serve: each then gets the databases at once."""
    if primary is None:
        return ()
    found = world.cluster.service(Key(primary.namespace, primary.name))
    if found is None or found[1].phase is not Phase.RUNNING:
        return ()
    return tuple(sorted(peer.rid for peer in world.cluster.peers([primary])))


def find_peer(primary: Service | None, rid: str, world: World) -> Peer | None:
    if primary is None or not rid:
        return None
    for one in world.cluster.observe(primary):
        if one.seen.rid == rid and one.seen.pod is PodPhase.READY and one.address:
            return Peer(rid=rid, service=primary.name, address=one.address)
    return None


def operation(
    restore: Restore,
    peer: Peer | None,
    primary: Service | None,
    login: Login | None,
    world: World,
) -> tuple[OperationState | None, str]:
    if restore.phase is not RestorePhase.RESTORING:
        return None, ""
    if peer is None or login is None:
        known = {one.seen.rid for one in world.cluster.observe(primary)} if primary else set()
        if restore.rid in known:
            return OperationState.SILENT, ""
        return OperationState.LOST, ""
    return world.backups.sql.restoring(login, peer, restore.id)


def take(step: RestoreStep, view: RestoreView, warehouse: Warehouse, world: World) -> Restore:
    """What is to be recorded after it."""
    tools = world.backups
    match step.action:
        case RestoreAction.CHOOSE:
            return with_databases(step.restore, warehouse, tools)
        case RestoreAction.SEND:
            send(step.restore, view, warehouse, tools)
        case RestoreAction.COMPARE:
            return compared(step.restore, view, warehouse, world)
        case RestoreAction.FAIL:
            let_merge(view, tools)
    return step.restore


def with_databases(restore: Restore, warehouse: Warehouse, tools: BackupTools) -> Restore:
    """Without a Backup object its own list of files tells what is in it."""
    if restore.backup or restore.place is None:
        return restore
    keys = keys_of(tools, warehouse.namespace, restore.place)
    manifest = f"{restore.path.strip('/')}/.backup"
    if tools.store.size(restore.place, keys, manifest) is None:
        where = f"s3://{restore.place.bucket}/{restore.place.prefix}{manifest}"
        return Restore().because(RestoreReason.NO_BACKUP, f"there is no {where}")
    names = databases_of(tools.store.read(restore.place, keys, manifest))
    return replace(restore, databases=tuple(names), path=restore.path.strip("/"))


def send(restore: Restore, view: RestoreView, warehouse: Warehouse, tools: BackupTools) -> None:
    login, peer = able(view)
    if restore.stage is RestoreStage.STRUCTURE:
        identities = {name: database_uuid(warehouse, name) for name in restore.databases}
        tools.sql.prepare(login, view.everywhere, identities)
    else:
        tools.sql.hold_merges(login, view.everywhere, held=True)
    tools.sql.send_restore(login, peer, restore)


def compared(restore: Restore, view: RestoreView, warehouse: Warehouse, world: World) -> Restore:
    login, peer = able(view)
    tools = world.backups
    names = (*restore.databases, *restore.local_databases)
    source = next((b for b in view.backups if b.name == restore.backup), None)
    found = tools.sql.figures(login, peer, names, None) if source and source.tables else None
    tools.sql.hold_merges(login, view.everywhere, held=False)
    ended = replace(restore, phase=RestorePhase.DONE, finished_at=world.clock())
    if source is None or found is None:
        return ended.because(RestoreReason.NOT_COMPARED, "the backup has no figures to compare")
    count, differing = compare(source.tables, found)
    ended = replace(ended, tables=count, differing=differing)
    if differing:
        text = f"{len(differing)} of {count} tables differ from what was backed up"
        return ended.because(RestoreReason.DIFFERENT, text)
    return ended.because(
        RestoreReason.SAME, f"{count} tables have the rows and checksums backed up"
    )


def let_merge(view: RestoreView, tools: BackupTools) -> None:
    try:
        login, _ = able(view)
        tools.sql.hold_merges(login, view.everywhere, held=False)
    except ClusterError as error:
        log.warning("merges stay held until the replicas restart", error=str(error))


def able(view: RestoreView) -> tuple[Login, Peer]:
    if view.login is None or view.peer is None:
        raise ClusterError("the replica that restores cannot be asked now")
    return view.login, view.peer


def report(warehouse: Warehouse, restore: Restore, world: World) -> None:
    before = restore_status(warehouse.restore) if warehouse.restore else {}
    status = restore_status(restore)
    if changed(before, status):
        world.cluster.report(warehouse, {"restore": status})


def tell(warehouse: Warehouse, restore: Restore, world: World) -> None:
    bad = restore.phase is RestorePhase.FAILED or bool(restore.differing)
    message = restore.message or f"restores {restore.backup or restore.path}"
    log.info("restore", warehouse=warehouse.name, reason=restore.reason.value, message=message)
    world.journal.announce(warehouse, restore.reason.value, message, warning=bad)
