from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from control.warehouses.backup import Backup, BackupPhase
from control.warehouses.backup_chain import bases, finished
from control.warehouses.backup_retention import expired
from tests.control.warehouses.backup_samples import HOUR, LIMITS, NOW, RUNNING, WAITING, done

OLD = done("old", 30)
NEW = done("new", 2)
CHILD = done("child", 2, base="old", chain=2)
FAILED = replace(
    WAITING, name="bad", phase=BackupPhase.FAILED, finished_at=NOW - LIMITS.failed_kept
)

CASES: dict[str, tuple[list[Backup], set[str], list[str]]] = {
    "nothing": ([], set(), []),
    "the old one goes": ([OLD, NEW], set(), ["old"]),
    "the newest stays, however old": ([OLD], set(), []),
    "of two old ones the newer stays": ([OLD, done("older", 50)], set(), ["older"]),
    "to the hour": ([done("edge", 24), NEW], set(), ["edge"]),
    "an hour before": ([done("edge", 23), NEW], set(), []),
    "a base stays with its increment": ([OLD, CHILD], set(), []),
    "a base's base too": (
        [OLD, replace(CHILD, chain=2, expires_at=NOW), done("third", 1, base="child", chain=3)],
        set(),
        [],
    ),
    "a base stays while an increment is made": (
        [OLD, NEW, replace(RUNNING, base="old")],
        set(),
        [],
    ),
    "increments go before their bases": (
        [OLD, done("grown", 28, base="old", chain=2), NEW],
        set(),
        ["grown", "old"],
    ),
    "one that is being restored stays": ([OLD, NEW], {"old"}, []),
    "and its bases": (
        [OLD, done("grown", 28, base="old", chain=2), NEW],
        {"grown"},
        [],
    ),
    "one that is waited for stays": ([replace(WAITING, created_at=NOW - 999 * HOUR)], set(), []),
    "failures go after their time": ([FAILED, NEW], set(), ["bad"]),
    "a young failure stays": ([replace(FAILED, finished_at=NOW - HOUR), NEW], set(), []),
    "without an end it stays": ([replace(OLD, expires_at=None), NEW], set(), []),
    "what is being deleted is no concern": ([replace(OLD, deleting=True), NEW], set(), []),
}


@pytest.mark.parametrize(("backups", "restoring", "names"), CASES.values(), ids=CASES.keys())
def test_expired(backups: list[Backup], restoring: set[str], names: list[str]) -> None:
    assert [b.name for b in expired(backups, restoring, LIMITS, NOW)] == names


@st.composite
def histories(draw: st.DrawFn) -> list[Backup]:
    """Backups in the order of their ages, some of them on top of an earlier one."""
    made: list[Backup] = []
    for number in range(draw(st.integers(0, 12))):
        name, ago = f"b{number}", float(200 - 10 * number)
        base = draw(st.none() | st.sampled_from(made)) if made else None
        kept = draw(st.sampled_from([24, 48, 72, 96, 168]))
        chain = base.chain + 1 if base else 1
        made.append(done(name, ago, base=base.name if base else "", chain=chain, kept=kept))
    return made


@settings(deadline=None)
@given(history=histories(), pick=st.integers(0, 11))
def test_what_is_left_is_whole_at_every_moment(history: list[Backup], pick: int) -> None:
    restoring = {f"b{pick}"}
    left = {backup.name: backup for backup in history}
    while going := expired(left.values(), restoring, LIMITS, NOW):
        left.pop(going[0].name)
        for backup in left.values():
            assert len(bases(backup, left)) == backup.chain - 1
    if history:
        assert max(history, key=finished).name in left
    kept = {b.name for b in history if b.expires_at and b.expires_at > NOW}
    assert kept | (restoring & {b.name for b in history}) <= set(left)
    needed = {base.name for name in left for base in bases(left[name], left)}
    good = {b.name for b in left.values() if b.expires_at and b.expires_at > NOW}
    newest = {max(history, key=finished).name} if history else set()
    assert set(left) <= good | needed | newest | restoring, "nothing stays without a reason"
