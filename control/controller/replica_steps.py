"""One decided step, done: each action in the terms of the cluster and of its databases."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from control.controller.cluster import Cluster, ClusterError, Databases, Login, Peer
from control.scaling.replica_seen import Action, ReplicaSeen, Step
from control.warehouses import names
from control.warehouses.model import Deployment, Service, Warehouse
from control.warehouses.objects import moment_text

IdSource = Callable[[], str]


@dataclass(frozen=True, kw_only=True)
class Stage:
    """Everything that the actions of one pass need."""

    cluster: Cluster
    databases: Databases
    deployment: Deployment
    service: Service
    warehouse: Warehouse | None
    login: Login | None
    replicas: dict[str, ReplicaSeen]
    addresses: dict[str, str]
    survivors: Sequence[Peer]
    keep_volumes: bool
    must_evict: bool
    new_id: IdSource
    now: datetime

    def peer(self, rid: str) -> Peer:
        return Peer(
            rid=rid,
            service=self.service.name,
            address=self.addresses[rid],
            read_only=self.service.read_only,
        )


def take(step: Step, stage: Stage) -> None:
    cluster, service = stage.cluster, stage.service
    match step.action:
        case Action.WAIT | Action.ABORT:
            return
        case Action.ADD_FINALIZER:
            cluster.set_finalizer(service, present=True)
        case Action.DROP_FINALIZER:
            cluster.withdraw_allowlists(service)
            cluster.set_finalizer(service, present=False)
        case Action.ENSURE_OBJECTS:
            cluster.ensure_service_objects(service)
        case Action.MAKE:
            make(step.count, stage)
        case _:
            for rid in step.rids:
                ON_ONE[step.action](stage, rid)


def make(count: int, stage: Stage) -> None:
    taken = set(stage.replicas)
    for _ in range(count):
        rid = next_free(stage.new_id, taken)
        taken.add(rid)
        stage.cluster.ensure_replica(stage.deployment, warehouse_of(stage), stage.service, rid)


def next_free(new_id: IdSource, taken: set[str]) -> str:
    while (rid := new_id()) in taken:
        continue
    return rid


def warehouse_of(stage: Stage) -> Warehouse:
    if stage.warehouse is None:
        raise ClusterError(f"warehouse {stage.service.warehouse} is not there")
    return stage.warehouse


def login_of(stage: Stage) -> Login:
    if stage.login is None:
        raise ClusterError(f"the passwords of warehouse {stage.service.warehouse} are not there")
    return stage.login


def start(stage: Stage, rid: str) -> None:
    service = stage.service
    if service.deleting and service.tls is not None and stage.warehouse is not None:
        going = service.as_it_goes
        stage.cluster.ensure_replica(stage.deployment, stage.warehouse, going, rid)
    stage.cluster.start(service, rid)


def join(stage: Stage, rid: str) -> None:
    others = [peer for peer in stage.survivors if peer.rid != rid]
    stage.databases.join(login_of(stage), warehouse_of(stage), stage.peer(rid), others)


def note_backlog(stage: Stage, rid: str) -> None:
    notes = {
        names.BACKLOG_BEST: str(stage.replicas[rid].backlog),
        names.BACKLOG_BEST_AT: moment_text(stage.now),
    }
    stage.cluster.note(stage.service, rid, notes)


def serve(stage: Stage, rid: str) -> None:
    """First the note, then the clients: a replica that had clients is never forgotten."""
    moment = moment_text(stage.now)
    notes: dict[str, str | None] = {names.SERVED_AT: moment}
    if stage.replicas[rid].admitted_at is None:
        notes[names.ADMITTED_AT] = moment
    stage.cluster.note(stage.service, rid, notes)
    stage.cluster.set_serving(stage.service, rid, serving=True)


def unserve(stage: Stage, rid: str) -> None:
    stage.cluster.set_serving(stage.service, rid, serving=False)


def send_back(stage: Stage, rid: str) -> None:
    stage.cluster.set_serving(stage.service, rid, serving=False)
    failures = stage.replicas[rid].soak_failures + 1
    notes: dict[str, str | None] = {
        names.SERVED_AT: None,
        names.SOAK_FAILURES: str(failures),
        names.SENT_BACK_AT: moment_text(stage.now),
    }
    stage.cluster.note(stage.service, rid, notes)


def drain(stage: Stage, rid: str) -> None:
    stage.cluster.note(stage.service, rid, {names.DRAINING_SINCE: moment_text(stage.now)})
    stage.cluster.set_serving(stage.service, rid, serving=False)


def undrain(stage: Stage, rid: str) -> None:
    notes = {names.DRAINING_SINCE: None, names.SERVED_AT: moment_text(stage.now)}
    stage.cluster.note(stage.service, rid, notes)
    stage.cluster.set_serving(stage.service, rid, serving=True)


def condemn(stage: Stage, rid: str) -> None:
    stage.cluster.note(stage.service, rid, {names.REMOVING_SINCE: moment_text(stage.now)})
    stage.cluster.set_serving(stage.service, rid, serving=False)


def carry_logs(stage: Stage, rid: str) -> None:
    taker = log_taker(rid, stage.survivors)
    if taker is None:
        raise ClusterError(f"no replica that writes can take the system logs of {rid}")
    stage.databases.carry_logs(login_of(stage), stage.peer(rid), taker)


def log_taker(rid: str, survivors: Sequence[Peer]) -> Peer | None:
    """The same one at every look: of its own service if possible, and of one that may insert."""
    able = [peer for peer in survivors if peer.rid != rid and not peer.read_only]
    own = [peer for peer in able if peer.service == survivors[0].service]
    return min(own or able, key=lambda peer: peer.rid, default=None)


def leave(stage: Stage, rid: str) -> None:
    stage.databases.leave(login_of(stage), stage.peer(rid))


def stop(stage: Stage, rid: str) -> None:
    """A server that starts anew merges again by itself."""
    stage.cluster.stop(stage.service, rid)
    if stage.replicas[rid].quieted:
        stage.cluster.note(stage.service, rid, {names.QUIETED_AT: None})


def quiesce(stage: Stage, rid: str) -> None:
    """First the note: a replica that was told to begin no merge is never left so."""
    stage.cluster.note(stage.service, rid, {names.QUIETED_AT: moment_text(stage.now)})
    stage.databases.quiesce(login_of(stage), stage.peer(rid))


def resume(stage: Stage, rid: str) -> None:
    stage.databases.resume(login_of(stage), stage.peer(rid))
    stage.cluster.note(stage.service, rid, {names.QUIETED_AT: None})


def delete(stage: Stage, rid: str) -> None:
    if stage.must_evict and stage.login is not None:
        stage.databases.evict(stage.login, rid, stage.survivors)
    stage.cluster.delete_replica(stage.service, rid, keep_volume=stage.keep_volumes)


ON_ONE: dict[Action, Callable[[Stage, str], None]] = {
    Action.START: start,
    Action.JOIN: join,
    Action.NOTE_BACKLOG: note_backlog,
    Action.SERVE: serve,
    Action.UNSERVE: unserve,
    Action.SEND_BACK: send_back,
    Action.DRAIN: drain,
    Action.UNDRAIN: undrain,
    Action.CONDEMN: condemn,
    Action.CARRY_LOGS: carry_logs,
    Action.LEAVE: leave,
    Action.STOP: stop,
    Action.QUIESCE: quiesce,
    Action.RESUME: resume,
    Action.DELETE: delete,
}
