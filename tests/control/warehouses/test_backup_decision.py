from dataclasses import replace

import pytest

from control.warehouses.backup import (
    Backup,
    BackupPhase,
    BackupPlan,
    BackupReason,
    BackupType,
    BackupWish,
)
from control.warehouses.backup_chain import choose_base
from control.warehouses.backup_decision import (
    BackupAction,
    BackupsSeen,
    OnReplica,
    Progress,
    decide_backups,
    noted,
)
from tests.control.warehouses.backup_samples import (
    HOUR,
    LIMITS,
    NOW,
    PLACE,
    RUNNING,
    WAITING,
    done,
)

CALM = BackupsSeen(
    plan=BackupPlan(),
    made_at=NOW - HOUR,
    place=PLACE,
    backups=(),
    serving=("a", "b"),
)
OLD, NEW = done("old", 30), done("new", 2)
CHILD = done("child", 1, base="new", chain=2)


def seen(*backups: Backup, state: OnReplica | None = None, **change: object) -> BackupsSeen:
    progress = Progress(state=state, error="disk full") if state else None
    return replace(CALM, backups=backups, progress=progress, **change)  # type: ignore[arg-type]


DELETING = replace(NEW, deleting=True)
CASES: dict[str, tuple[BackupsSeen, BackupAction, BackupReason]] = {
    "nothing to do": (seen(), BackupAction.WAIT, BackupReason.DONE),
    "one without our finalizer": (
        seen(replace(WAITING, finalizing=False)),
        BackupAction.GUARD,
        BackupReason.CREATED,
    ),
    "one is asked for": (seen(WAITING), BackupAction.BEGIN, BackupReason.STARTED),
    "no replica serves": (seen(WAITING, serving=()), BackupAction.WAIT, BackupReason.DONE),
    "no bucket": (seen(WAITING, place=None), BackupAction.WAIT, BackupReason.DONE),
    "no warehouse": (seen(WAITING, plan=None), BackupAction.WAIT, BackupReason.DONE),
    "another one runs": (
        seen(WAITING, replace(RUNNING, name="first"), state=OnReplica.WRITING),
        BackupAction.FOLLOW,
        BackupReason.WRITING,
    ),
    "it backs off": (
        seen(replace(WAITING, attempt=1, retry_at=NOW + HOUR)),
        BackupAction.WAIT,
        BackupReason.DONE,
    ),
    "it has backed off": (
        seen(replace(WAITING, attempt=1, retry_at=NOW)),
        BackupAction.BEGIN,
        BackupReason.STARTED,
    ),
    "a clock that went back does not hold it": (
        seen(replace(WAITING, attempt=1, retry_at=NOW + 5000 * HOUR)),
        BackupAction.BEGIN,
        BackupReason.STARTED,
    ),
    "recorded, not sent": (
        seen(replace(RUNNING, sent=False), state=OnReplica.UNKNOWN),
        BackupAction.SEND,
        BackupReason.STARTED,
    ),
    "sent, and the controller died before it said so": (
        seen(replace(RUNNING, sent=False), state=OnReplica.WRITING),
        BackupAction.FOLLOW,
        BackupReason.WRITING,
    ),
    "sent, and the server knows nothing": (
        seen(RUNNING, state=OnReplica.UNKNOWN),
        BackupAction.FAIL,
        BackupReason.REPLICA_LOST,
    ),
    "its replica is gone": (
        seen(RUNNING, state=OnReplica.GONE),
        BackupAction.FAIL,
        BackupReason.REPLICA_LOST,
    ),
    "its replica is silent": (
        seen(RUNNING, state=OnReplica.SILENT),
        BackupAction.FOLLOW,
        BackupReason.REPLICA_UNREACHABLE,
    ),
    "silent for too long": (
        seen(replace(RUNNING, seen_at=NOW - LIMITS.unreachable), state=OnReplica.SILENT),
        BackupAction.FAIL,
        BackupReason.REPLICA_LOST,
    ),
    "it failed": (
        seen(RUNNING, state=OnReplica.FAILED),
        BackupAction.FAIL,
        BackupReason.STATEMENT_FAILED,
    ),
    "it failed for the last time": (
        seen(replace(RUNNING, attempt=LIMITS.attempts), state=OnReplica.FAILED),
        BackupAction.FAIL,
        BackupReason.GAVE_UP,
    ),
    "it is there": (
        seen(RUNNING, state=OnReplica.CREATED),
        BackupAction.FINISH,
        BackupReason.DONE,
    ),
    "due": (
        seen(made_at=NOW - 24 * HOUR),
        BackupAction.SCHEDULE,
        BackupReason.DUE,
    ),
    "due, and switched off": (
        seen(made_at=NOW - 24 * HOUR, plan=BackupPlan(enabled=False)),
        BackupAction.WAIT,
        BackupReason.DONE,
    ),
    "an old one": (seen(OLD, NEW), BackupAction.EXPIRE, BackupReason.EXPIRED),
    "an old one that a restore reads": (
        seen(OLD, NEW, restoring={"old"}),
        BackupAction.WAIT,
        BackupReason.DONE,
    ),
    "without a warehouse the newest stays": (
        seen(OLD, plan=None, made_at=None, place=None),
        BackupAction.WAIT,
        BackupReason.DONE,
    ),
    "deleted": (seen(DELETING), BackupAction.ERASE, BackupReason.ERASED),
    "forgotten": (
        seen(replace(DELETING, keep_files=True)),
        BackupAction.RELEASE,
        BackupReason.RELEASED,
    ),
    "forgotten, with an increment on it": (
        seen(replace(DELETING, keep_files=True), CHILD),
        BackupAction.WAIT,
        BackupReason.DONE,
    ),
    "forgotten before it was whole": (
        seen(replace(WAITING, deleting=True, keep_files=True)),
        BackupAction.ERASE,
        BackupReason.ERASED,
    ),
    "deleted, with an increment on it": (
        seen(DELETING, CHILD),
        BackupAction.WAIT,
        BackupReason.DONE,
    ),
    "deleted with its increment, which goes first": (
        seen(DELETING, replace(CHILD, deleting=True)),
        BackupAction.ERASE,
        BackupReason.ERASED,
    ),
    "deleted while a restore reads it": (
        seen(DELETING, restoring={"new"}),
        BackupAction.WAIT,
        BackupReason.DONE,
    ),
    "deleted while it is written": (
        seen(replace(RUNNING, deleting=True), state=OnReplica.WRITING),
        BackupAction.CANCEL,
        BackupReason.CANCELLED,
    ),
    "deleted and cancelled": (
        seen(replace(RUNNING, deleting=True), state=OnReplica.FAILED),
        BackupAction.ERASE,
        BackupReason.ERASED,
    ),
    "a deletion that waits does not hold up the schedule": (
        seen(DELETING, CHILD, made_at=NOW - 24 * HOUR),
        BackupAction.SCHEDULE,
        BackupReason.DUE,
    ),
}


@pytest.mark.parametrize(("world", "action", "reason"), CASES.values(), ids=CASES.keys())
def test_step(world: BackupsSeen, action: BackupAction, reason: BackupReason) -> None:
    step = decide_backups(world, NOW)
    assert (step.action, step.reason) == (action, reason)


def begun(*backups: Backup, **change: object) -> Backup:
    step = decide_backups(seen(*backups, **change), NOW)
    assert step.action is BackupAction.BEGIN
    assert step.backup is not None
    return step.backup


def test_its_name_on_the_replica_is_its_own_for_each_attempt() -> None:
    first = begun(WAITING)
    again = begun(replace(first, phase=BackupPhase.PENDING, retry_at=NOW))
    assert first.id != again.id
    assert first.path != again.path
    assert all(made.path.startswith(f"{WAITING.folder}/") for made in (first, again))
    assert not first.sent


def test_after_a_failure_another_replica_writes_a_full_one() -> None:
    first = begun(NEW, WAITING)
    assert (first.rid, first.type, first.base) == ("a", BackupType.INCREMENTAL, "new")
    again = begun(NEW, replace(first, phase=BackupPhase.PENDING, retry_at=NOW))
    assert (again.rid, again.type, again.base, again.chain) == ("b", BackupType.FULL, "", 1)


def test_each_failure_is_waited_for_longer_up_to_a_bound() -> None:
    waits = []
    for attempt in range(1, LIMITS.attempts):
        step = decide_backups(seen(replace(RUNNING, attempt=attempt), state=OnReplica.FAILED), NOW)
        assert step.backup is not None
        assert step.backup.retry_at is not None
        assert step.backup.phase is BackupPhase.PENDING
        waits.append(step.backup.retry_at - NOW)
    assert waits == sorted(waits)
    assert waits[0] == LIMITS.first_retry
    assert waits[-1] <= LIMITS.longest_retry


def test_the_oldest_request_comes_first() -> None:
    younger = replace(WAITING, name="younger", created_at=NOW)
    assert begun(younger, WAITING).name == WAITING.name


def test_it_is_kept_as_long_as_was_asked_for() -> None:
    for asked, hours in ((None, 24), (72 * HOUR, 72)):
        step = decide_backups(seen(replace(RUNNING, retention=asked), state=OnReplica.CREATED), NOW)
        assert step.backup is not None
        assert step.backup.expires_at == NOW + hours * HOUR


def test_those_that_wait_say_why() -> None:
    first = replace(RUNNING, name="first")
    told = noted(seen(WAITING, first, state=OnReplica.WRITING), NOW)
    assert [(b.name, b.reason) for b in told] == [("asked", BackupReason.QUEUED)]
    assert "first" in told[0].message
    assert noted(seen(told[0], first, state=OnReplica.WRITING), NOW) == []
    kept = noted(seen(DELETING, CHILD), NOW)
    assert [(b.name, b.reason) for b in kept] == [("new", BackupReason.NEEDED)]
    assert "child" in kept[0].message


LONG = [done("b1", 50)] + [
    done(f"b{n}", 50 - n, base=f"b{n - 1}", chain=n) for n in range(2, LIMITS.longest_chain + 1)
]
BASES: dict[str, tuple[Backup, list[Backup], str]] = {
    "nothing there": (WAITING, [], ""),
    "on the newest": (WAITING, [OLD, NEW], "new"),
    "on an increment": (WAITING, [NEW, CHILD], "child"),
    "full by wish": (replace(WAITING, wish=BackupWish.FULL), [NEW], ""),
    "the chain is as long as it may be": (WAITING, LONG, ""),
    "the chain may grow by one": (WAITING, LONG[:-1], f"b{LIMITS.longest_chain - 1}"),
    "the full one is a week old": (WAITING, [done("new", 24 * 7)], ""),
    "the increment is young, its base is not": (
        WAITING,
        [done("new", 24 * 7), replace(CHILD, base="new")],
        "",
    ),
    "its base is gone": (WAITING, [CHILD], ""),
    "not on one that goes": (WAITING, [DELETING], ""),
    "not on one elsewhere": (
        WAITING,
        [replace(NEW, place=replace(PLACE, bucket="other"))],
        "",
    ),
    "not on another warehouse's": (WAITING, [replace(NEW, warehouse="pond")], ""),
}


@pytest.mark.parametrize(("backup", "others", "base"), BASES.values(), ids=BASES.keys())
def test_base(backup: Backup, others: list[Backup], base: str) -> None:
    found = choose_base(backup, others, PLACE, LIMITS, NOW)
    assert (found.name if found else "") == base
