"""What is seen of a service's replicas, and what a step towards the wanted set is made of."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum


class PodPhase(StrEnum):
    ABSENT = "Absent"
    PENDING = "Pending"
    STARTING = "Starting"
    READY = "Ready"
    ENDING = "Ending"


class Trouble(StrEnum):
    IMAGE_PULL = "ImagePull"
    CRASHING = "Crashing"
    TOO_SMALL = "TooSmall"
    TDE_KEY_UNAVAILABLE = "TdeKeyUnavailable"


@dataclass(frozen=True, kw_only=True)
class Probe:
    """What a replica's own SQL interface says."""

    joined: bool
    lacks: tuple[str, ...] = ()
    """Databases of the warehouse that this replica does not have yet."""
    readonly_tables: int = 0
    delay: timedelta = timedelta(0)
    queue: int = 0
    user_queries: int = 0
    sub_queries: int = 0
    oldest_query: timedelta = timedelta(0)
    """How long the longest of these queries has been running."""
    backups: int = 0
    keeper_lost: bool = False
    version: str = ""

    @property
    def quiet(self) -> bool:
        return not (self.user_queries or self.sub_queries or self.backups)


@dataclass(frozen=True, kw_only=True)
class ReplicaSeen:
    rid: str
    spec_hash: str
    units: int
    created_at: datetime
    pod: PodPhase = PodPhase.ABSENT
    pod_created_at: datetime | None = None
    scheduled_at: datetime | None = None
    scale_up_reported: bool = False
    trouble: Trouble | None = None
    detail: str = ""
    stopped: bool = False
    whole: bool = True  # every object of the replica exists
    serving: bool = False
    served_at: datetime | None = None
    admitted_at: datetime | None = None
    draining_since: datetime | None = None
    removing_since: datetime | None = None
    abandoned: bool = False
    quieted: bool = False  # told to begin no merge
    soak_failures: int = 0
    sent_back_at: datetime | None = None
    backlog_best: int | None = None
    backlog_best_at: datetime | None = None
    probe: Probe | None = None
    survivors_hold_all: bool | None = None
    logs_left: int = 0
    """Statements that would carry its system logs over to another replica."""

    @property
    def up(self) -> bool:
        """Clients reach it and it answers."""
        answers = self.probe is not None and self.probe.joined
        return self.serving and self.pod is PodPhase.READY and answers

    @property
    def removing(self) -> bool:
        return self.removing_since is not None or not self.whole

    @property
    def draining(self) -> bool:
        return self.draining_since is not None and not self.removing

    @property
    def severed(self) -> bool:
        """Its server began after it was taken from its clients: no connection of theirs is left."""
        since, born = self.draining_since, self.pod_created_at
        return since is not None and born is not None and born > since

    @property
    def staying(self) -> bool:
        return not self.removing and self.draining_since is None

    @property
    def soaking_failed(self) -> bool:
        """Admitted once, taken back since, and not admitted again."""
        return self.soak_failures > 0 and self.served_at is None

    @property
    def fresh(self) -> bool:
        """Still on its way to its first lasting admission."""
        return self.admitted_at is None or self.soaking_failed

    @property
    def backlog(self) -> int:
        if self.probe is None:
            return 0
        probe = self.probe
        return probe.queue + int(probe.delay.total_seconds()) + probe.readonly_tables


@dataclass(frozen=True, kw_only=True)
class Wanted:
    replicas: int
    spec_hash: str
    units: int = 2


class State(StrEnum):
    QUEUED = "Queued"
    MAKE = "Make"
    SCHEDULE = "Schedule"
    START = "Start"
    SYNC = "Sync"
    ADMIT = "Admit"
    DRAIN = "Drain"
    SYNC_OUT = "SyncOut"
    REMOVE = "Remove"
    DONE = "Done"
    ABORT = "Abort"
    FAILED = "Failed"


class Action(StrEnum):
    WAIT = "Wait"
    MAKE = "Make"
    START = "Start"
    JOIN = "Join"
    NOTE_BACKLOG = "NoteBacklog"
    SERVE = "Serve"
    ABORT = "Abort"
    UNSERVE = "Unserve"
    SEND_BACK = "SendBack"
    DRAIN = "Drain"
    UNDRAIN = "Undrain"
    CONDEMN = "Condemn"
    CARRY_LOGS = "CarryLogs"
    LEAVE = "Leave"
    STOP = "Stop"
    QUIESCE = "Quiesce"
    RESUME = "Resume"
    DELETE = "Delete"
    ENSURE_OBJECTS = "EnsureObjects"
    ENSURE_KEYS = "EnsureKeys"
    ADD_FINALIZER = "AddFinalizer"
    DROP_FINALIZER = "DropFinalizer"
    RECORD_MEMBERS = "RecordMembers"
    DELETE_VOLUME = "DeleteVolume"


class Reason(StrEnum):
    STEADY = "Steady"
    REPLICAS_MISSING = "ReplicasMissing"
    TOO_MANY_REPLICAS = "TooManyReplicas"
    BACKING_OFF = "BackingOff"
    WAITING_FOR_NODE = "WaitingForNode"
    STARTING = "Starting"
    IMAGE_PULL = "ImagePull"
    CRASHING = "Crashing"
    NOT_JOINED = "NotJoined"
    SYNCING = "Syncing"
    KEEPER_LOST = "KeeperLost"
    SYNCED = "Synced"
    SOAKING = "Soaking"
    SOAK_FAILED = "SoakFailed"
    READMITTED = "Readmitted"
    WAS_STOPPED = "WasStopped"
    REPLACED = "Replaced"
    SURPLUS = "Surplus"
    NO_LONGER_WANTED = "NoLongerWanted"
    WANTED_AGAIN = "WantedAgain"
    CAPACITY_LOST = "CapacityLost"
    QUERIES_RUNNING = "QueriesRunning"
    BACKUP_RUNNING = "BackupRunning"
    CONNECTIONS_LEFT = "ConnectionsLeft"
    CONNECTIONS_CLOSED = "ConnectionsClosed"
    PARTS_NOT_PROVEN = "PartsNotProven"
    LOGS_LEFT = "LogsLeft"
    PARTS_HELD_BY_SURVIVORS = "PartsHeldBySurvivors"
    LEAVING = "Leaving"
    STOPPING = "Stopping"
    POD_ENDING = "PodEnding"
    GONE = "Gone"
    NO_CAPACITY = "NoCapacity"
    NOT_READY = "NotReady"
    TOO_SMALL = "TooSmall"
    SYNC_STUCK = "SyncStuck"
    OBJECTS_DIFFER = "ObjectsDiffer"
    NOT_GUARDED = "NotGuarded"
    KEEPER_NOT_READY = "KeeperNotReady"
    KEEPER_FOUNDED = "KeeperFounded"
    KEEPER_NOT_SYNCED = "KeeperNotSynced"
    MEMBER_MADE = "MemberMade"
    MEMBER_STARTING = "MemberStarting"
    MEMBER_JOINS = "MemberJoins"
    MEMBER_CATCHING_UP = "MemberCatchingUp"
    MEMBER_JOINED = "MemberJoined"
    MEMBER_GIVEN_UP = "MemberGivenUp"
    MEMBER_LOST = "MemberLost"
    MEMBER_LEAVES = "MemberLeaves"
    MEMBER_LEFT = "MemberLeft"
    MEMBER_ENDING = "MemberEnding"
    MEMBER_GONE = "MemberGone"
    WAREHOUSE_NOT_READY = "WarehouseNotReady"
    NO_TDE_KEY = "NoTdeKey"
    DATA_KEYS_DIFFER = "DataKeysDiffer"
    DATA_KEYS_MISSING = "DataKeysMissing"
    TDE_KEY_UNAVAILABLE = "TdeKeyUnavailable"
    STOP_WANTED = "StopWanted"
    STOPPED = "Stopped"
    QUIET = "Quiet"
    QUIESCING = "Quiescing"
    IDLE = "Idle"
    CALLED_BACK = "CalledBack"
    PRIMARY_ASLEEP = "PrimaryAsleep"
    DELETE_WANTED = "DeleteWanted"
    SECONDARIES_EXIST = "SecondariesExist"
    SERVICES_EXIST = "ServicesExist"
    ALL_GONE = "AllGone"


@dataclass(frozen=True, kw_only=True)
class Step:
    action: Action
    reason: Reason
    state: State
    rids: tuple[str, ...] = ()
    count: int = 0
    message: str = ""
    look_again: timedelta = timedelta(seconds=30)

    @property
    def acts(self) -> bool:
        return self.action is not Action.WAIT


@dataclass(frozen=True, kw_only=True)
class Operation:
    """The memory of a change, kept in the Service object's status."""

    id: str
    target_hash: str
    target_replicas: int
    state: State
    since: datetime
    started: datetime
    finished: datetime | None = None
    reason: Reason = Reason.STEADY
    message: str = ""
    failures: int = 0
    retry_at: datetime | None = None

    def aims_at(self, wanted: Wanted) -> bool:
        return (self.target_hash, self.target_replicas) == (wanted.spec_hash, wanted.replicas)


@dataclass(frozen=True, kw_only=True)
class Limits:
    """The named parameters of a replacement; none of them is public, so all are ours."""

    cap_factor: int = 3
    schedule: timedelta = timedelta(minutes=10)
    schedule_with_scale_up: timedelta = timedelta(minutes=20)
    start: timedelta = timedelta(minutes=15)
    sync_flat: timedelta = timedelta(minutes=30)
    sync_longest: timedelta = timedelta(hours=6)
    synced_delay: timedelta = timedelta(seconds=10)
    synced_queue: int = 20
    soak: timedelta = timedelta(seconds=60)
    soak_tries: int = 3
    settle: timedelta = timedelta(seconds=5)
    drain: timedelta = timedelta(hours=1)
    first_backoff: timedelta = timedelta(minutes=5)
    longest_backoff: timedelta = timedelta(minutes=60)
    look_again: timedelta = timedelta(seconds=30)
    look_soon: timedelta = timedelta(seconds=2)


@dataclass(frozen=True, kw_only=True)
class Seen:
    wanted: Wanted
    replicas: tuple[ReplicaSeen, ...] = ()
    op: Operation | None = None
    limits: Limits = field(default_factory=Limits)

    def backing_off(self, now: datetime) -> bool:
        op = self.op
        if op is None or op.retry_at is None or not op.aims_at(self.wanted):
            return False
        return now < op.retry_at

    def synced(self, replica: ReplicaSeen) -> bool:
        probe = replica.probe
        return (
            probe is not None
            and replica.pod is PodPhase.READY
            and probe.joined
            and not probe.lacks
            and probe.readonly_tables == 0
            and probe.delay <= self.limits.synced_delay
            and probe.queue <= self.limits.synced_queue
        )
