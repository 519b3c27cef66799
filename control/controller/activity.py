"""What keeps a service awake, as its replicas and its object tell it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from control.controller.cluster import Databases, Login, Peer, ReplicaActivity
from control.controller.sql_client import Sql
from control.scaling.idling import Activity, Awake, idle_timeout, stays_awake
from control.scaling.replica_seen import Operation, PodPhase, ReplicaSeen, State
from control.warehouses import idle_statements
from control.warehouses.idle_memory import IdleMemory
from control.warehouses.model import Service, Warehouse
from control.warehouses.phases import Phase
from control.warehouses.resting import Rest
from control.warehouses.status import Reported
from control.warehouses.storage_profiles import PROFILES

WATCHED = (Phase.RUNNING, Phase.QUIESCING, Phase.STOPPING)
SETTLED = (State.DONE, State.FAILED)
NEVER = timedelta(0)


@dataclass(frozen=True, kw_only=True)
class Watcher:
    """Finds out whether one service may sleep; asks its replicas only where that can matter."""

    databases: Databases
    login: Login | None
    service: Service
    warehouse: Warehouse | None
    secondaries: int
    reported: Reported
    now: datetime

    def rest(
        self,
        memory: IdleMemory,
        replicas: Sequence[ReplicaSeen],
        addresses: Mapping[str, str],
        *,
        primary_serves: bool,
    ) -> Rest:
        service, reported = self.service, self.reported
        since = reported.since or self.now
        waking = reported.phase is Phase.WAKING
        awake, untouched = self.reason(memory, replicas, addresses)
        return Rest(
            memory=memory,
            awake=awake,
            untouched=untouched,
            called=memory.called(service.requests),
            primary_asleep=not service.is_primary and self.needs_live_peer and not primary_serves,
            waking_for=self.now - since if waking else NEVER,
        )

    @property
    def needs_live_peer(self) -> bool:
        warehouse = self.warehouse
        return warehouse is not None and PROFILES[warehouse.profile].capabilities.needs_live_peer

    def reason(
        self, memory: IdleMemory, replicas: Sequence[ReplicaSeen], addresses: Mapping[str, str]
    ) -> tuple[Awake | None, bool]:
        """What keeps it awake, and whether nobody has queried it since a backup woke it."""
        own = self.own_activity(memory, replicas)
        alone = self.needs_live_peer
        reason = stays_awake(own, self.now, primary_sleeps_alone=alone)
        if reason is not Awake.UNKNOWN or self.reported.phase not in WATCHED:
            return reason, False
        within = max(self.window, self.woken_for(memory))
        asked = [self.ask(replica, addresses, within) for replica in replicas]
        known = [one for one in asked if one is not None]
        if len(known) < len(asked) or not known:
            return Awake.UNKNOWN, False
        told = self.with_replicas(own, known, memory.called_at)
        quiet = all(one.quiet_for is None or one.quiet_for > within for one in known)
        untouched = memory.woken_for_backup and quiet
        return stays_awake(told, self.now, primary_sleeps_alone=alone), untouched

    def woken_for(self, memory: IdleMemory) -> timedelta:
        """How long ago a backup woke it; nothing where somebody else did."""
        if not memory.woken_for_backup or memory.called_at is None:
            return NEVER
        return self.now - memory.called_at

    def own_activity(self, memory: IdleMemory, replicas: Sequence[ReplicaSeen]) -> Activity:
        """All that is known without a further question."""
        service, op = self.service, self.reported.op
        probes = [replica.probe for replica in replicas if replica.probe is not None]
        return Activity(
            is_primary=service.is_primary,
            is_read_only=service.read_only,
            secondaries=self.secondaries,
            idling_enabled=service.idle.enabled,
            idle_after=service.idle.after,
            last_start_took=self.reported.last_start,
            operation_in_flight=in_flight(op),
            backup_running=any(probe.backups for probe in probes),
            held_connections=int(memory.called(service.requests)),
            running_queries=sum(probe.user_queries + probe.sub_queries for probe in probes),
            last_query_at=None,
            parts=None,
            merges=None,
            asked_to_sleep_at=memory.asked_to_sleep_at,
        )

    @property
    def window(self) -> timedelta:
        return idle_timeout(self.service.idle.after, self.reported.last_start)

    def ask(
        self, replica: ReplicaSeen, addresses: Mapping[str, str], within: timedelta
    ) -> ReplicaActivity | None:
        address = addresses.get(replica.rid)
        ready = replica.pod is PodPhase.READY and replica.probe is not None
        if not ready or not address or self.login is None:
            return None
        peer = Peer(rid=replica.rid, service=self.service.name, address=address)
        return self.databases.activity(self.login, peer, within)

    def with_replicas(
        self, own: Activity, known: Sequence[ReplicaActivity], called_at: datetime | None
    ) -> Activity:
        """A service that came to run, or was called, is as fresh as after a query."""
        ages = [one.quiet_for for one in known if one.quiet_for is not None]
        runs_since = self.reported.since if self.reported.phase is Phase.RUNNING else None
        moments = (self.now - min(ages, default=self.window), runs_since, called_at)
        return replace(
            own,
            last_query_at=max(moment for moment in moments if moment is not None),
            parts=max(one.parts for one in known),
            merges=sum(one.merges for one in known),
        )


def in_flight(op: Operation | None) -> bool:
    return op is not None and op.state not in SETTLED


def replica_activity(sql: Sql, login: Login, peer: Peer, within: timedelta) -> ReplicaActivity:
    [row] = sql.rows(login, peer.address, idle_statements.activity(within))
    quiet_ms = row["quiet_ms"]
    return ReplicaActivity(
        quiet_for=None if quiet_ms is None else max(timedelta(milliseconds=quiet_ms), NEVER),
        parts=row["parts"],
        merges=row["merges"] + row["mutations"],
    )


def quiesce_replica(sql: Sql, login: Login, peer: Peer) -> None:
    for statement in () if peer.read_only else idle_statements.QUIESCE:
        sql.run(login, peer.address, statement)
    sql.run(login, peer.address, idle_statements.FLUSH)


def resume_replica(sql: Sql, login: Login, peer: Peer) -> None:
    for statement in () if peer.read_only else idle_statements.RESUME:
        sql.run(login, peer.address, statement)
