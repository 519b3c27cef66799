"""How Keeper's members become as many as are wanted: one at a time, and on proof alone.

An empty member that counts could elect another empty one, and what both forgot would be lost. So a
member may start with nothing only while nobody else knows of it; the others are told when it runs,
and from then on it does not start without its volume.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from control.scaling.replica_seen import Reason
from control.warehouses.keeper_ensemble import Ensemble, Member, Standing

TOLD_AGAIN_AFTER = timedelta(minutes=5)
"""A configuration reaches a pod within two minutes, and is applied within seconds."""


class KeeperRole(StrEnum):
    LEADER = "leader"
    FOLLOWER = "follower"
    NONE = "none"


@dataclass(frozen=True, kw_only=True)
class KeeperReport:
    """What a member says of itself; a leader also of the others."""

    role: KeeperRole = KeeperRole.NONE
    followers: int = 0
    synced: int = 0
    znodes: int = 0


@dataclass(frozen=True, kw_only=True)
class MemberSeen:
    report: KeeperReport | None = None
    address: str = ""
    ready: bool = False
    has_pod: bool = False
    lost: bool = False
    """Its pod holds back because the volume is empty."""
    has_volume: bool = False
    volume_ending: bool = False

    @property
    def serves(self) -> bool:
        return self.report is not None and self.report.role is not KeeperRole.NONE


NOTHING = MemberSeen()


@dataclass(frozen=True, kw_only=True)
class EnsembleSeen:
    wanted: int
    ensemble: Ensemble
    now: datetime
    members: Mapping[int, MemberSeen] = field(default_factory=dict)
    rolling: bool = False
    """Its pods are being replaced by others of another image."""

    def of(self, number: int) -> MemberSeen:
        return self.members.get(number, NOTHING)

    @property
    def lost(self) -> tuple[int, ...]:
        return tuple(n for n in self.ensemble.told if self.of(n).lost)


@dataclass(frozen=True, kw_only=True)
class MemberStep:
    """What is recorded next, or waited for."""

    reason: Reason
    ensemble: Ensemble
    message: str = ""
    delete_volume: int | None = None


def next_member_step(seen: EnsembleSeen) -> MemberStep:
    rules = (founding, leaving, joining, forgetting, dismissal, preparing, shrinking, growing)
    for rule in rules:
        step = rule(seen)
        if step is not None:
            return step
    return wait(seen, Reason.STEADY)


def founding(seen: EnsembleSeen) -> MemberStep | None:
    """All of the first are there at once before anybody relies on them."""
    if seen.ensemble.founded:
        return None
    missing = [n for n in seen.ensemble.told if not seen.of(n).ready]
    if missing:
        return wait(seen, Reason.KEEPER_NOT_READY, f"{named(missing)} not ready yet")
    ensemble = seen.ensemble.all_as(Standing.MEMBER, seen.now)
    return MemberStep(reason=Reason.KEEPER_FOUNDED, ensemble=ensemble)


def leaving(seen: EnsembleSeen) -> MemberStep | None:
    member = first(seen, Standing.LEAVING)
    if member is None:
        return None
    number, told = member.number, seen.ensemble.told
    missing = not_counted(seen, told)
    if missing and is_needed(seen, number):
        return become(seen, number, Standing.JOINING, Reason.MEMBER_JOINS, "is needed once more")
    if missing:
        return again(seen, member, Reason.MEMBER_LEAVES, missing)
    surplus = number == seen.ensemble.largest and number > seen.wanted
    if seen.of(number).lost and not surplus:
        return become(seen, number, Standing.PREPARING, Reason.MEMBER_LEFT, "begins anew")
    if number == seen.ensemble.largest:
        return become(seen, number, Standing.DISMISSED, Reason.MEMBER_LEFT)
    message = f"member {number} was let go: it begins anew once its volume is empty"
    return wait(seen, Reason.MEMBER_STARTING, message)


def is_needed(seen: EnsembleSeen, number: int) -> bool:
    """It still counts, and since others lost what they knew they cannot agree without it."""
    told = seen.ensemble.told
    serving = sum(seen.of(n).serves for n in told)
    return bool(seen.lost) and 2 * serving <= len(told) and not not_counted(seen, (*told, number))


def joining(seen: EnsembleSeen) -> MemberStep | None:
    member = first(seen, Standing.JOINING)
    if member is None:
        return None
    number = member.number
    missing = not_caught_up(seen, number)
    if not missing:
        return become(seen, number, Standing.MEMBER, Reason.MEMBER_JOINED)
    if seen.of(number).lost:
        return become(seen, number, Standing.LEAVING, Reason.MEMBER_LOST, "its volume is empty")
    counted = not not_counted(seen, seen.ensemble.told)
    given_up = number > seen.wanted or (bool(seen.lost) and not counted)
    if given_up and number == seen.ensemble.largest:
        return become(seen, number, Standing.LEAVING, Reason.MEMBER_GIVEN_UP)
    return again(seen, member, Reason.MEMBER_CATCHING_UP, missing)


def forgetting(seen: EnsembleSeen) -> MemberStep | None:
    """A member without its volume leaves before it may begin anew under its number."""
    if not seen.lost:
        return None
    number = seen.lost[0]
    missing = not_proven(seen, seen.ensemble.told, without=seen.lost)
    if missing:
        return wait(seen, Reason.MEMBER_LOST, f"the volume of member {number} is empty; {missing}")
    return become(seen, number, Standing.LEAVING, Reason.MEMBER_LOST, "its volume is empty")


def dismissal(seen: EnsembleSeen) -> MemberStep | None:
    member = first(seen, Standing.DISMISSED)
    if member is None:
        return None
    number, look = member.number, seen.of(member.number)
    if look.has_pod or look.volume_ending:
        what = "pod" if look.has_pod else "volume"
        return wait(seen, Reason.MEMBER_ENDING, f"the {what} of member {number} ends")
    missing = not_counted(seen, seen.ensemble.told)
    if missing and look.has_volume:
        # It was taken in while it was being given up, and is needed to let it go.
        return become(seen, number, Standing.LEAVING, Reason.MEMBER_LEAVES, missing)
    if look.has_volume:
        return MemberStep(
            reason=Reason.MEMBER_ENDING,
            ensemble=seen.ensemble,
            message=f"the volume of member {number}",
            delete_volume=number,
        )
    message = f"member {number}"
    return MemberStep(
        reason=Reason.MEMBER_GONE, ensemble=seen.ensemble.without(number), message=message
    )


def preparing(seen: EnsembleSeen) -> MemberStep | None:
    member = first(seen, Standing.PREPARING)
    if member is None:
        return None
    number = member.number
    if number > seen.wanted:
        if number < seen.ensemble.largest:
            return None  # those above it go first
        return become(seen, number, Standing.DISMISSED, Reason.MEMBER_GIVEN_UP)
    if seen.of(number).report is None:
        return wait(seen, Reason.MEMBER_STARTING, f"member {number} does not answer yet")
    missing = not_proven(seen, seen.ensemble.told)
    if missing:
        return wait(seen, Reason.KEEPER_NOT_SYNCED, missing)
    return become(seen, number, Standing.JOINING, Reason.MEMBER_JOINS)


def shrinking(seen: EnsembleSeen) -> MemberStep | None:
    """The last one goes; where it leads, Keeper hands over before it lets it go."""
    number = seen.ensemble.largest
    if number <= seen.wanted:
        return None
    missing = not_proven(seen, seen.ensemble.told)
    if missing:
        return wait(seen, Reason.KEEPER_NOT_SYNCED, missing)
    return become(seen, number, Standing.LEAVING, Reason.MEMBER_LEAVES)


def growing(seen: EnsembleSeen) -> MemberStep | None:
    number = seen.ensemble.largest + 1
    if number > seen.wanted:
        return None
    if seen.of(number).has_volume:
        message = f"there is a volume of an earlier member {number}: delete its claim"
        return wait(seen, Reason.MEMBER_STARTING, message)
    missing = not_proven(seen, seen.ensemble.told)
    if missing:
        return wait(seen, Reason.KEEPER_NOT_SYNCED, missing)
    return become(seen, number, Standing.PREPARING, Reason.MEMBER_MADE)


def not_proven(seen: EnsembleSeen, told: Collection[int], without: Collection[int] = ()) -> str:
    """What these lack of being one synced ensemble; nothing where they are."""
    silent = [n for n in told if not seen.of(n).serves and n not in without]
    if silent:
        return f"{named(silent)} not serving"
    if 2 * len(without) >= len(told):
        return "no majority has its data left"
    if seen.rolling:
        return "its pods are being replaced one by one"
    return not_counted(seen, told) or not_synced(seen, told, len(told) - 1 - len(without))


def not_caught_up(seen: EnsembleSeen, number: int) -> str:
    """Others may be away meanwhile: what is asked is whether this one is in, and knows it all."""
    told = seen.ensemble.told
    if not seen.of(number).serves:
        return f"member {number} does not serve yet"
    silent = [n for n in told if not seen.of(n).serves]
    return not_counted(seen, told) or not_synced(seen, told, len(told) - 1 - len(silent))


def not_counted(seen: EnsembleSeen, told: Collection[int]) -> str:
    """Whether one of these leads, and counts exactly these."""
    leaders = leaders_of(seen, told)
    if len(leaders) != 1:
        return f"{named(leaders)} leading at once" if leaders else "none of its members leads"
    leader = seen.of(leaders[0]).report
    if leader is None or leader.followers != len(told) - 1:
        counts = leader.followers if leader else 0
        return f"the leader counts {counts} followers instead of {len(told) - 1}"
    return ""


def not_synced(seen: EnsembleSeen, told: Collection[int], synced: int) -> str:
    leader = seen.of(leaders_of(seen, told)[0]).report
    if leader is None or leader.synced < synced:
        return f"{leader.synced if leader else 0} of {synced} followers are synced"
    reports = {n: seen.of(n).report for n in told if seen.of(n).serves}
    behind = [n for n, report in reports.items() if report and 2 * report.znodes < leader.znodes]
    return f"{named(behind)} lacking nodes that the leader has" if behind else ""


def leaders_of(seen: EnsembleSeen, told: Collection[int]) -> list[int]:
    reports = {n: seen.of(n).report for n in told}
    return [n for n, report in reports.items() if report and report.role is KeeperRole.LEADER]


def first(seen: EnsembleSeen, standing: Standing) -> Member | None:
    return next((m for m in seen.ensemble.members if m.standing is standing), None)


def become(
    seen: EnsembleSeen, number: int, standing: Standing, reason: Reason, why: str = ""
) -> MemberStep:
    changed = Member(number=number, standing=standing, since=seen.now)
    message = f"member {number}: {why}" if why else f"member {number}"
    return MemberStep(reason=reason, ensemble=seen.ensemble.with_one(changed), message=message)


def again(seen: EnsembleSeen, member: Member, reason: Reason, missing: str) -> MemberStep:
    """What the others were told may have reached them at a moment when none of them led."""
    message = f"member {member.number}: {missing}"
    if member.since is not None and seen.now - member.since < TOLD_AGAIN_AFTER:
        return wait(seen, reason, message)
    changed = replace(member, since=seen.now, tellings=member.tellings + 1)
    return MemberStep(reason=reason, ensemble=seen.ensemble.with_one(changed), message=message)


def wait(seen: EnsembleSeen, reason: Reason, message: str = "") -> MemberStep:
    return MemberStep(reason=reason, ensemble=seen.ensemble, message=message)


def named(numbers: Collection[int]) -> str:
    word = "member" if len(numbers) == 1 else "members"
    return f"{word} {', '.join(str(number) for number in sorted(numbers))}"
