"""One pass over one service: observe, decide, report, take one step."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from control.controller.activity import Watcher
from control.controller.backup_world import BackupTools
from control.controller.cluster import (
    Cluster,
    ClusterError,
    Databases,
    Key,
    Login,
    Peer,
    ReplicaObservation,
)
from control.controller.journal import Journal
from control.controller.keeper_reports import HttpKeeperReports, KeeperReports
from control.controller.kms_keys import DataKeys
from control.controller.replica_steps import IdSource, Stage, log_taker, take
from control.controller.side_by_side import Ask, one_by_one
from control.scaling.replica_seen import Action, Limits, PodPhase, ReplicaSeen, Seen, Wanted
from control.warehouses.admission import Verdict, admit, admit_stop
from control.warehouses.front import activator_port, front_of
from control.warehouses.idle_memory import IdleMemory, awake, lying_down, noticed
from control.warehouses.lifecycle import Decision, ServiceSeen, decide, keeps_data
from control.warehouses.model import Deployment, Service, Warehouse, server_image
from control.warehouses.replica_manifests import spec_hash
from control.warehouses.sizing_conditions import sizing_conditions
from control.warehouses.status import (
    Reported,
    changed,
    idle_condition,
    service_conditions,
    service_status,
)

NOW = timedelta(0)
TAKING_AWAY = frozenset(
    {
        Action.ABORT,
        Action.SEND_BACK,
        Action.DRAIN,
        Action.CONDEMN,
        Action.LEAVE,
        Action.STOP,
        Action.DELETE,
        Action.DROP_FINALIZER,
    }
)
"""Decided on what is, never on what was last heard of."""


@dataclass(frozen=True, kw_only=True)
class World:
    cluster: Cluster
    databases: Databases
    journal: Journal
    clock: Callable[[], datetime]
    new_id: IdSource
    backups: BackupTools
    data_keys: DataKeys
    keepers: KeeperReports = field(default_factory=HttpKeeperReports)
    limits: Limits = field(default_factory=Limits)
    ask: Ask = one_by_one


@dataclass(frozen=True, kw_only=True)
class View:
    """What one pass sees of a service."""

    seen: ServiceSeen
    deployment: Deployment
    login: Login | None
    survivors: Sequence[Peer]
    pods: Mapping[str, tuple[str, str]]


def reconcile_service(key: Key, world: World) -> timedelta | None:
    """When to look again; None when there is nothing left to look at."""
    found = world.cluster.service(key)
    if found is None:
        return None
    service, reported = found
    now = world.clock()
    try:
        view, decision = considered(service, reported, world, now)
        if decision.step.action in TAKING_AWAY and freshened(view, world):
            found = world.cluster.service(key)
            if found is None:
                return None
            reported, now = found[1], world.clock()
            view, decision = considered(*found, world, now)
        report(view, decision, reported, world, now)
        world.journal.step(service, decision.step, decision.op)
        take(decision.step, stage_of(view, world, now))
    except ClusterError as error:
        world.journal.failed(service, error)
        raise
    return NOW if decision.step.acts else decision.step.look_again


def considered(
    service: Service, reported: Reported, world: World, now: datetime
) -> tuple[View, Decision]:
    view = look(service, reported, world, now)
    return view, decide(view.seen, now)


def freshened(view: View, world: World) -> bool:
    """Whether what was remembered has been read anew, and it pays to look again."""
    service = view.seen.service
    own = [
        Peer(rid=rid, service=service.name, address=address)
        for rid, (_, address) in view.pods.items()
    ]
    for peer in [*own, *view.survivors]:
        world.databases.forget(peer)
    return world.cluster.freshen(service)


def look(service: Service, reported: Reported, world: World, now: datetime) -> View:
    cluster = world.cluster
    deployment = cluster.deployment()
    neighbours = cluster.services(service.namespace)
    siblings = [s for s in neighbours if s.warehouse == service.warehouse]
    found = cluster.warehouse(Key(service.namespace, service.warehouse))
    warehouse = found[0] if found else None
    login = cluster.login(warehouse) if warehouse else None
    observed = cluster.observe(service)
    survivors = survivors_of(service, siblings, cluster.peers(siblings))
    asked = Asked(world=world, service=service, warehouse=warehouse, login=login)
    replicas = asked.replicas(observed, survivors)
    memory = noticed(reported.idle, service.requests, now)
    service = fronted(routed(service, deployment), neighbours, memory, reported, replicas)
    secondaries = tuple(sorted(s.name for s in siblings if s.name != service.name))
    watcher = Watcher(
        databases=world.databases,
        login=login,
        service=service,
        warehouse=warehouse,
        secondaries=len(secondaries),
        reported=reported,
        now=now,
    )
    primaries = {s.name for s in siblings if s.is_primary}
    rest = watcher.rest(
        memory,
        replicas,
        {o.seen.rid: o.address for o in observed},
        primary_serves=any(peer.service in primaries for peer in survivors),
    )
    return View(
        seen=ServiceSeen(
            service=service,
            warehouse=warehouse,
            verdict=admit(service, warehouse, deployment, neighbours),
            stop_verdict=admit_stop(service, siblings),
            replicas=Seen(
                wanted=wanted(deployment, warehouse, service),
                replicas=tuple(replicas),
                op=reported.op,
                limits=world.limits,
            ),
            secondaries=secondaries,
            primary_deleting=any(s.is_primary and s.deleting for s in siblings),
            # Read after the replicas were asked: nobody new reaches them once it is settled.
            objects_differ=not service.deleting and cluster.service_objects_differ(service),
            coordination_ready=login is not None and keeper_stands(found) and servers_known(found),
            previous=reported.phase,
            rest=rest,
        ),
        deployment=deployment,
        login=login,
        survivors=survivors,
        pods={o.seen.rid: (o.pod, o.address) for o in observed},
    )


def routed(service: Service, deployment: Deployment) -> Service:
    return replace(service, routed=f"{service.namespace}/{service.full_name}" in deployment.routed)


def fronted(
    service: Service,
    neighbours: Sequence[Service],
    memory: IdleMemory,
    reported: Reported,
    replicas: Sequence[ReplicaSeen],
) -> Service:
    """With the place that its clients are to be led to now."""
    anyone_serves = any(r.serving and r.pod is PodPhase.READY for r in replicas)
    ported = replace(service, activator_port=activator_port(service, neighbours))
    front = front_of(ported, memory, reported.phase, anyone_serves=anyone_serves)
    return replace(ported, front=front)


def wanted(deployment: Deployment, warehouse: Warehouse | None, service: Service) -> Wanted:
    made_of = spec_hash(deployment, warehouse, service.as_it_goes) if warehouse else ""
    return Wanted(replicas=service.replicas, spec_hash=made_of, units=service.size.units)


def servers_known(found: tuple[Warehouse, Reported] | None) -> bool:
    """What a new warehouse is restored from and encrypted by is part of its servers."""
    return found is not None and found[0].source_known and found[0].has_keys


def keeper_stands(found: tuple[Warehouse, Reported] | None) -> bool:
    if found is None:
        return False
    warehouse, reported = found
    keeper = reported.status.get("keeper") or {}
    counted = keeper.get("counted", warehouse.keeper.replicas)
    return bool(keeper.get("founded", True) and keeper.get("ready", 0) > counted // 2)


def survivors_of(
    service: Service, siblings: Sequence[Service], peers: Sequence[Peer]
) -> list[Peer]:
    """Who may vouch for parts: this service's own replicas, then those of writing services.

    A service that is being deleted cannot vouch for itself, nor for others.
    """
    going = {sibling.name for sibling in siblings if sibling.deleting}
    staying = [peer for peer in peers if peer.service not in going]
    able = [peer for peer in staying if peer.service == service.name or not peer.read_only]
    return sorted(able, key=lambda peer: peer.service != service.name)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Adds to what Kubernetes shows of replicas what they say themselves."""

    world: World
    service: Service
    warehouse: Warehouse | None
    login: Login | None

    def replicas(
        self, observed: Sequence[ReplicaObservation], survivors: Sequence[Peer]
    ) -> list[ReplicaSeen]:
        reference = self.reference(survivors)
        return [self.replica(one, survivors, reference) for one in observed]

    def reference(self, survivors: Sequence[Peer]) -> Sequence[str]:
        """The databases of the warehouse: all that some writing replica has."""
        writers = [peer for peer in survivors if not peer.read_only]
        return sorted(set().union(*self.world.ask(self.names, writers)))

    def names(self, peer: Peer) -> set[str]:
        with suppress(ClusterError):
            if self.login is not None:
                return set(self.world.databases.names(self.login, peer))
        return set()

    def replica(
        self,
        one: ReplicaObservation,
        survivors: Sequence[Peer],
        reference: Sequence[str],
    ) -> ReplicaSeen:
        seen = one.seen
        if seen.pod is not PodPhase.READY or not (one.address and self.login and self.warehouse):
            return self.proven(seen, None, survivors)
        peer = Peer(rid=seen.rid, service=self.service.name, address=one.address)
        probe = self.world.databases.probe(self.login, self.warehouse, peer, reference)
        return self.proven(replace(seen, probe=probe), peer, survivors)

    def proven(
        self,
        seen: ReplicaSeen,
        peer: Peer | None,
        survivors: Sequence[Peer],
    ) -> ReplicaSeen:
        """Look for proof only where the removal of a replica depends on it."""
        if not seen.draining or not seen.severed or seen.probe is None or self.login is None:
            return seen
        if self.service.read_only:
            return self.with_logs(replace(seen, survivors_hold_all=True), peer, survivors)
        others = [survivor for survivor in survivors if survivor.rid != seen.rid]
        held, missing = self.world.databases.hold_all(self.login, seen.rid, peer, others)
        proven = replace(seen, survivors_hold_all=held, detail=missing or seen.detail)
        return self.with_logs(proven, peer, survivors) if held else proven

    def with_logs(
        self, seen: ReplicaSeen, peer: Peer | None, survivors: Sequence[Peer]
    ) -> ReplicaSeen:
        """How much of its system logs nobody else has yet."""
        if self.warehouse is None or not self.warehouse.carry_logs or not (self.login and peer):
            return seen
        taker = log_taker(seen.rid, survivors)
        if taker is None:
            return replace(
                seen, survivors_hold_all=False, detail="no replica can take its system logs"
            )
        try:
            left = self.world.databases.logs_left(self.login, peer, taker)
        except ClusterError as error:
            return replace(seen, survivors_hold_all=False, detail=str(error))
        return replace(seen, logs_left=left)


def report(view: View, decision: Decision, reported: Reported, world: World, now: datetime) -> None:
    seen, service = view.seen, view.seen.service
    verdict = first_refusal(seen.verdict, seen.stop_verdict)
    image = server_image(view.deployment, seen.warehouse, service) if seen.warehouse else ""
    conditions = service_conditions(
        service, verdict, seen.replicas, decision.phase, decision.step, decision.op
    )
    if service.idle.enabled:
        conditions.append(idle_condition(decision.phase, seen.rest.awake))
    conditions.extend(sizing_conditions(reported.status, service.schedule, now))
    status = service_status(
        service=service,
        image=image,
        seen=seen.replicas,
        pods=view.pods,
        phase=decision.phase,
        op=decision.op,
        idle=remembered(seen, decision, now),
        conditions=conditions,
        before=reported.status,
        now=now,
    )
    if changed(reported.status, status):
        world.cluster.report(service, status)


def remembered(seen: ServiceSeen, decision: Decision, now: datetime) -> IdleMemory:
    memory = seen.rest.memory
    if decision.asleep is None:
        return memory
    if decision.asleep:
        return lying_down(memory, now, untouched=seen.rest.untouched)
    return awake(memory, seen.service.requests, now)


def first_refusal(*verdicts: Verdict) -> Verdict:
    return next((verdict for verdict in verdicts if not verdict.accepted), verdicts[0])


def stage_of(view: View, world: World, now: datetime) -> Stage:
    seen = view.seen
    going = seen.service.deleting and (seen.service.is_primary or seen.primary_deleting)
    return Stage(
        cluster=world.cluster,
        databases=world.databases,
        deployment=view.deployment,
        service=seen.service,
        warehouse=seen.warehouse,
        login=view.login,
        replicas={replica.rid: replica for replica in seen.replicas.replicas},
        addresses={rid: address for rid, (_, address) in view.pods.items()},
        survivors=view.survivors,
        keep_volumes=seen.service.deleting and keeps_data(seen),
        must_evict=not going,
        new_id=world.new_id,
        now=now,
    )
