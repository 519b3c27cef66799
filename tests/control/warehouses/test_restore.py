from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from control.warehouses.backup import Backup, TableFigures
from control.warehouses.restore import (
    OperationState,
    Restore,
    RestoreAction,
    RestoreFrom,
    RestorePhase,
    RestoreReason,
    RestoreSeen,
    RestoreStage,
    choose,
    compare,
    next_restore_step,
)
from tests.control.warehouses.backup_samples import HOUR, NOW, PLACE, WAITING, done

FIRST, SECOND = done("first", 30), done("second", 6, base="first", chain=2)
ALL = [FIRST, SECOND, WAITING]

CHOICES: dict[str, tuple[RestoreFrom, list[Backup], str, RestoreReason]] = {
    "by name": (RestoreFrom(backup="first"), ALL, "first", RestoreReason.CHOSEN),
    "the newest": (RestoreFrom(warehouse="lake"), ALL, "second", RestoreReason.CHOSEN),
    "as of a moment": (
        RestoreFrom(warehouse="lake", at=NOW - 10 * HOUR),
        ALL,
        "first",
        RestoreReason.CHOSEN,
    ),
    "to the second, from when its data is": (
        RestoreFrom(warehouse="lake", at=SECOND.started_at),
        ALL,
        "second",
        RestoreReason.CHOSEN,
    ),
    "before the first": (
        RestoreFrom(warehouse="lake", at=datetime(2020, 1, 1, tzinfo=UTC)),
        ALL,
        "",
        RestoreReason.NO_BACKUP,
    ),
    "of another warehouse": (RestoreFrom(warehouse="sea"), ALL, "", RestoreReason.NO_BACKUP),
    "unknown": (RestoreFrom(backup="third"), ALL, "", RestoreReason.NO_BACKUP),
    "not done yet": (RestoreFrom(backup="asked"), ALL, "", RestoreReason.NOT_DONE),
    "its base is gone": (RestoreFrom(backup="second"), [SECOND], "", RestoreReason.INCOMPLETE),
    "it is being deleted": (
        RestoreFrom(backup="first"),
        [replace(FIRST, deleting=True)],
        "",
        RestoreReason.NO_BACKUP,
    ),
}


@pytest.mark.parametrize(("asked", "backups", "name", "reason"), CHOICES.values(), ids=CHOICES)
def test_choice(
    asked: RestoreFrom, backups: list[Backup], name: str, reason: RestoreReason
) -> None:
    restore = choose(asked, backups)
    assert (restore.backup, restore.reason) == (name, reason)
    assert (restore.phase is RestorePhase.CHOSEN) == bool(name)
    assert bool(restore.message) != bool(name), "one that waits says for what"


def test_one_of_another_cluster_needs_no_object() -> None:
    restore = choose(RestoreFrom(location=PLACE, path="b-1/1"), [])
    assert (restore.place, restore.path) == (PLACE, "b-1/1")
    assert restore.phase is RestorePhase.CHOSEN


CHOSEN = choose(RestoreFrom(backup="first"), ALL)
SEEN = RestoreSeen(restore=CHOSEN, candidate=CHOSEN, serving=("b", "a"), identity="uid")


def went_on(step_from: RestoreSeen, state: OperationState, error: str = "") -> Restore:
    return next_restore_step(replace(step_from, operation=state, error=error), NOW).restore


def test_tables_come_first_then_data_then_the_comparison() -> None:
    begun = next_restore_step(SEEN, NOW)
    assert begun.action is RestoreAction.BEGIN
    assert (begun.restore.rid, begun.restore.sent) == ("a", False)
    stages, ids, restore = [], [], begun.restore
    while restore.stage is not RestoreStage.COMPARE:
        stages.append(restore.stage)
        ids.append(restore.id)
        restore = went_on(replace(SEEN, restore=restore), OperationState.UNKNOWN)
        assert restore.sent
        restore = went_on(replace(SEEN, restore=restore), OperationState.DONE)
    assert stages == [RestoreStage.STRUCTURE, RestoreStage.DATA]
    assert len(set(ids)) == 2
    assert next_restore_step(replace(SEEN, restore=restore), NOW).action is RestoreAction.COMPARE


SENT = replace(next_restore_step(SEEN, NOW).restore, sent=True)
DATA = replace(went_on(replace(SEEN, restore=SENT), OperationState.DONE), sent=True)
FAILED, LOST, RESTARTED = OperationState.FAILED, OperationState.LOST, OperationState.UNKNOWN
REPEATED = {
    "tables are refused": (SENT, FAILED),
    "the replica goes before data came": (SENT, LOST),
    "the replica restarts before data came": (SENT, RESTARTED),
    "data is refused": (DATA, FAILED),
}
FINAL = {
    "the replica goes with data": (DATA, LOST, RestoreReason.REPLICA_LOST),
    "the replica restarts with data": (DATA, RESTARTED, RestoreReason.REPLICA_LOST),
    "the last attempt at tables": (
        replace(SENT, attempt=5),
        FAILED,
        RestoreReason.STATEMENT_FAILED,
    ),
    "the last attempt at data": (replace(DATA, attempt=5), FAILED, RestoreReason.STATEMENT_FAILED),
}


@pytest.mark.parametrize(("restore", "state"), REPEATED.values(), ids=REPEATED)
def test_what_can_double_nothing_is_tried_again(restore: Restore, state: OperationState) -> None:
    seen = replace(SEEN, restore=restore, operation=state, error="denied")
    step = next_restore_step(seen, NOW)
    assert (step.action, step.restore.reason) == (RestoreAction.RETRY, RestoreReason.BACKING_OFF)
    assert step.restore.retry_at == NOW + timedelta(seconds=10)
    waits = next_restore_step(replace(SEEN, restore=step.restore), NOW)
    assert waits.action is RestoreAction.WAIT
    again = step.restore
    if again.phase is RestorePhase.CHOSEN:
        begun = next_restore_step(replace(SEEN, restore=again), NOW + timedelta(seconds=10))
        assert begun.action is RestoreAction.BEGIN
        again = begun.restore
    sent = next_restore_step(
        replace(SEEN, restore=again, operation=OperationState.UNKNOWN), NOW + timedelta(seconds=10)
    )
    assert sent.action is RestoreAction.SEND
    assert (sent.restore.stage, sent.restore.attempt) == (restore.stage, 2)
    assert sent.restore.id != restore.id, "the replica knows the old operation"


@pytest.mark.parametrize(("restore", "state", "reason"), FINAL.values(), ids=FINAL)
def test_what_could_double_rows_is_final(
    restore: Restore, state: OperationState, reason: RestoreReason
) -> None:
    ended = went_on(replace(SEEN, restore=restore), state, "no such key")
    assert (ended.phase, ended.reason) == (RestorePhase.FAILED, reason)
    assert ended.ended
    assert ended.place == PLACE, "servers stay as they are"


def test_the_first_failure_is_told_at_the_end() -> None:
    """Afterwards the server may only say that a table is not empty."""
    again = went_on(replace(SEEN, restore=DATA), FAILED, "denied")
    last = replace(again, attempt=5, sent=True, retry_at=None)
    ended = went_on(replace(SEEN, restore=last), FAILED, "table is not empty")
    assert ended.message == "denied; attempt 5: table is not empty"
    again = went_on(replace(SEEN, restore=SENT), FAILED, "denied")
    begun = next_restore_step(replace(SEEN, restore=again), NOW + timedelta(minutes=1)).restore
    data = went_on(replace(SEEN, restore=replace(begun, sent=True)), OperationState.DONE)
    assert (data.attempt, data.first_error) == (1, ""), "each stage has attempts of its own"


def test_it_has_ended_when_every_replica_has_the_data() -> None:
    fetched = replace(SEEN, restore=went_on(replace(SEEN, restore=DATA), OperationState.DONE))
    step = next_restore_step(replace(fetched, behind=("b",)), NOW)
    assert (step.action, step.restore.reason) == (RestoreAction.WAIT, RestoreReason.FETCHING)
    assert "b" in step.restore.message
    assert next_restore_step(fetched, NOW).action is RestoreAction.COMPARE


@pytest.mark.parametrize("state", [OperationState.RUNNING, OperationState.SILENT])
def test_it_waits(state: OperationState) -> None:
    step = next_restore_step(replace(SEEN, restore=SENT, operation=state), NOW)
    assert step.action is RestoreAction.WAIT


def test_it_waits_for_the_replicas() -> None:
    step = next_restore_step(replace(SEEN, serving=()), NOW)
    assert (step.action, step.restore.reason) == (RestoreAction.WAIT, RestoreReason.NO_REPLICA)


def table(name: str, rows: int = 10, checksum: str = "0a") -> TableFigures:
    return TableFigures(
        database="default", table=name, parts=1, rows=rows, bytes=99, checksum=checksum
    )


def test_tables_that_differ_are_named() -> None:
    recorded = [table("same"), table("short"), table("altered"), table("gone")]
    found = [table("same"), table("short", rows=9), table("altered", checksum="0b"), table("new")]
    count, differing = compare(recorded, found)
    assert count == 4
    assert [text.partition(":")[0] for text in differing] == [
        "default.short",
        "default.altered",
        "default.gone",
    ]
