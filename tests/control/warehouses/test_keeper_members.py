"""The next step of Keeper's members, case by case."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from control.scaling.replica_seen import Reason
from control.warehouses.keeper_ensemble import (
    Ensemble,
    Member,
    Standing,
    ensemble_from,
    ensemble_rows,
    first_members,
)
from control.warehouses.keeper_members import (
    TOLD_AGAIN_AFTER,
    EnsembleSeen,
    KeeperReport,
    KeeperRole,
    MemberSeen,
    next_member_step,
)

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
FOLLOWS = MemberSeen(
    report=KeeperReport(role=KeeperRole.FOLLOWER, znodes=100),
    ready=True,
    has_pod=True,
    has_volume=True,
)
EMPTY = MemberSeen(lost=True, has_pod=True, has_volume=True)
AWAY = MemberSeen(has_volume=True)
STARTED = replace(FOLLOWS, report=KeeperReport(), ready=False)
THREE = first_members(3, Standing.MEMBER)


def leads(followers: int, synced: int | None = None) -> MemberSeen:
    count = followers if synced is None else synced
    report = KeeperReport(role=KeeperRole.LEADER, followers=followers, synced=count, znodes=100)
    return replace(FOLLOWS, report=report)


def having(ensemble: Ensemble, wanted: int, *members: MemberSeen) -> EnsembleSeen:
    seen = dict(enumerate(members, 1))
    return EnsembleSeen(wanted=wanted, ensemble=ensemble, now=NOW, members=seen)


def one_more(standing: Standing, base: Ensemble = THREE, *, since: datetime = NOW) -> Ensemble:
    return base.with_one(Member(number=base.largest + 1, standing=standing, since=since))


def changed(number: int, standing: Standing, base: Ensemble = THREE) -> Ensemble:
    return base.with_one(Member(number=number, standing=standing, since=NOW))


def fourth(standing: Standing) -> Ensemble:
    return one_more(standing)


WELL = (leads(2), FOLLOWS, FOLLOWS)
CASES: dict[str, tuple[EnsembleSeen, Reason, str]] = {
    "as wanted": (having(THREE, 3, *WELL), Reason.STEADY, "MMM"),
    "the first are not all ready": (
        having(first_members(3), 3, FOLLOWS, FOLLOWS, STARTED),
        Reason.KEEPER_NOT_READY,
        "FFF",
    ),
    "the first are all ready": (
        having(first_members(3), 3, FOLLOWS, FOLLOWS, FOLLOWS),
        Reason.KEEPER_FOUNDED,
        "MMM",
    ),
    "one more is wanted": (having(THREE, 5, *WELL), Reason.MEMBER_MADE, "MMMP"),
    "a member is away": (
        having(THREE, 5, leads(2, 1), FOLLOWS, AWAY),
        Reason.KEEPER_NOT_SYNCED,
        "MMM",
    ),
    "nobody leads": (having(THREE, 5, FOLLOWS, FOLLOWS, FOLLOWS), Reason.KEEPER_NOT_SYNCED, "MMM"),
    "two lead": (having(THREE, 5, leads(2), leads(2), FOLLOWS), Reason.KEEPER_NOT_SYNCED, "MMM"),
    "a follower is behind": (
        having(THREE, 5, leads(2, 1), FOLLOWS, FOLLOWS),
        Reason.KEEPER_NOT_SYNCED,
        "MMM",
    ),
    "a follower has a third of the nodes": (
        having(
            THREE,
            5,
            leads(2),
            FOLLOWS,
            replace(FOLLOWS, report=KeeperReport(role=KeeperRole.FOLLOWER, znodes=33)),
        ),
        Reason.KEEPER_NOT_SYNCED,
        "MMM",
    ),
    "pods are being replaced": (
        replace(having(THREE, 5, *WELL), rolling=True),
        Reason.KEEPER_NOT_SYNCED,
        "MMM",
    ),
    "a volume of somebody else is in the way": (
        having(THREE, 5, *WELL, AWAY),
        Reason.MEMBER_STARTING,
        "MMM",
    ),
    "a newcomer does not answer": (
        having(fourth(Standing.PREPARING), 5, *WELL, AWAY),
        Reason.MEMBER_STARTING,
        "MMMP",
    ),
    "a newcomer answers": (
        having(fourth(Standing.PREPARING), 5, *WELL, STARTED),
        Reason.MEMBER_JOINS,
        "MMMJ",
    ),
    "a newcomer is not wanted any more": (
        having(fourth(Standing.PREPARING), 3, *WELL, STARTED),
        Reason.MEMBER_GIVEN_UP,
        "MMMD",
    ),
    "it is not taken in yet": (
        having(fourth(Standing.JOINING), 5, *WELL, STARTED),
        Reason.MEMBER_CATCHING_UP,
        "MMMJ",
    ),
    "it is taken in": (
        having(fourth(Standing.JOINING), 5, leads(3), FOLLOWS, FOLLOWS, FOLLOWS),
        Reason.MEMBER_JOINED,
        "MMMM",
    ),
    "it is taken in while another one is away": (
        having(fourth(Standing.JOINING), 5, leads(3, 2), AWAY, FOLLOWS, FOLLOWS),
        Reason.MEMBER_JOINED,
        "MMMM",
    ),
    "it is not wanted any more": (
        having(fourth(Standing.JOINING), 3, *WELL, STARTED),
        Reason.MEMBER_GIVEN_UP,
        "MMML",
    ),
    "it lost its volume": (
        having(fourth(Standing.JOINING), 5, leads(3, 2), FOLLOWS, FOLLOWS, EMPTY),
        Reason.MEMBER_LOST,
        "MMML",
    ),
    "one less is wanted": (
        having(fourth(Standing.MEMBER), 3, leads(3), FOLLOWS, FOLLOWS, FOLLOWS),
        Reason.MEMBER_LEAVES,
        "MMML",
    ),
    "the one that leaves still leads": (
        having(fourth(Standing.LEAVING), 3, FOLLOWS, FOLLOWS, FOLLOWS, leads(3)),
        Reason.MEMBER_LEAVES,
        "MMML",
    ),
    "it has left": (
        having(fourth(Standing.LEAVING), 3, *WELL, STARTED),
        Reason.MEMBER_LEFT,
        "MMMD",
    ),
    "it has left and is wanted again": (
        having(fourth(Standing.LEAVING), 5, *WELL, STARTED),
        Reason.MEMBER_LEFT,
        "MMMD",
    ),
    "its pod is there": (
        having(fourth(Standing.DISMISSED), 3, *WELL, STARTED),
        Reason.MEMBER_ENDING,
        "MMMD",
    ),
    "its pod is gone, and it was taken in meanwhile": (
        having(fourth(Standing.DISMISSED), 3, leads(3, 2), FOLLOWS, FOLLOWS, AWAY),
        Reason.MEMBER_LEAVES,
        "MMML",
    ),
    "its volume is gone": (
        having(fourth(Standing.DISMISSED), 3, *WELL),
        Reason.MEMBER_GONE,
        "MMM",
    ),
    "a member lost its volume": (
        having(THREE, 3, leads(2, 1), EMPTY, FOLLOWS),
        Reason.MEMBER_LOST,
        "MLM",
    ),
    "two of three lost their volumes": (
        having(THREE, 3, leads(2, 0), EMPTY, EMPTY),
        Reason.MEMBER_LOST,
        "MMM",
    ),
    "one lost its volume, another one is away": (
        having(THREE, 3, leads(2, 0), EMPTY, AWAY),
        Reason.MEMBER_LOST,
        "MMM",
    ),
    "the one that lost it still counts": (
        having(changed(2, Standing.LEAVING), 3, leads(2, 1), EMPTY, FOLLOWS),
        Reason.MEMBER_LEAVES,
        "MLM",
    ),
    "it counts no longer": (
        having(changed(2, Standing.LEAVING), 3, leads(1), EMPTY, FOLLOWS),
        Reason.MEMBER_LEFT,
        "MPM",
    ),
    "the one that leaves is needed, as another one lost its volume": (
        having(changed(3, Standing.LEAVING), 1, EMPTY, leads(2, 1), FOLLOWS),
        Reason.MEMBER_JOINS,
        "MMJ",
    ),
    "one begins anew before another one goes": (
        having(changed(1, Standing.PREPARING), 1, STARTED, leads(1), FOLLOWS),
        Reason.MEMBER_JOINS,
        "JMM",
    ),
}


@pytest.mark.parametrize(("seen", "reason", "standings"), CASES.values(), ids=CASES.keys())
def test_the_next_step(seen: EnsembleSeen, reason: Reason, standings: str) -> None:
    step = next_member_step(seen)
    assert (step.reason, letters(step.ensemble)) == (reason, standings)
    assert step.delete_volume is None


def letters(ensemble: Ensemble) -> str:
    return "".join(member.standing.value[0] for member in ensemble.members)


def test_a_volume_goes_when_its_member_and_pod_are_gone() -> None:
    step = next_member_step(having(fourth(Standing.DISMISSED), 3, *WELL, AWAY))
    assert (step.delete_volume, letters(step.ensemble)) == (4, "MMMD")
    ending = replace(AWAY, volume_ending=True)
    step = next_member_step(having(fourth(Standing.DISMISSED), 3, *WELL, ending))
    assert (step.delete_volume, step.reason) == (None, Reason.MEMBER_ENDING)


@pytest.mark.parametrize("standing", [Standing.JOINING, Standing.LEAVING])
def test_what_has_no_effect_is_told_again(standing: Standing) -> None:
    wanted, counts = (5, 2) if standing is Standing.JOINING else (3, 3)
    told = one_more(standing, since=NOW - TOLD_AGAIN_AFTER)
    seen = having(told, wanted, leads(counts), FOLLOWS, FOLLOWS, STARTED)
    again = next_member_step(seen).ensemble
    assert (again.tellings, letters(again)) == (1, letters(told))
    early = replace(seen, now=NOW - timedelta(seconds=1))
    assert next_member_step(early).ensemble == told


def test_only_those_that_nobody_relies_on_may_be_empty() -> None:
    for standing in Standing:
        allowed = standing in (Standing.FOUNDING, Standing.PREPARING)
        assert (4 in fourth(standing).newcomers) is allowed, standing


def test_the_record_is_read_back_as_it_was_written() -> None:
    ensemble = one_more(Standing.JOINING).with_one(
        Member(number=2, standing=Standing.LEAVING, since=NOW, tellings=3)
    )
    rows = ensemble_rows(ensemble, ready=(1, 2))
    assert ensemble_from(rows) == ensemble
    assert [row["ready"] for row in rows] == [True, True, False, False]
