"""The members of a warehouse's Keeper, as recorded: who counts, who comes, who goes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from control.warehouses.moments import moment_from, moment_text

FIRST_MEMBER = 1


class Standing(StrEnum):
    FOUNDING = "Founding"
    """One of the first, which all begin with nothing."""
    PREPARING = "Preparing"
    """Its pod is made, and nobody else knows of it."""
    JOINING = "Joining"
    """The others are told to take it in."""
    MEMBER = "Member"
    LEAVING = "Leaving"
    """The others are told to let it go."""
    DISMISSED = "Dismissed"
    """It counts no longer: its pod goes, then its volume."""


TOLD = frozenset({Standing.FOUNDING, Standing.JOINING, Standing.MEMBER})
MAY_BE_EMPTY = frozenset({Standing.FOUNDING, Standing.PREPARING})
COUNTED = frozenset({Standing.FOUNDING, Standing.MEMBER})


@dataclass(frozen=True, kw_only=True)
class Member:
    number: int
    standing: Standing
    since: datetime | None = None
    tellings: int = 0
    """How often the others were told the same again."""


@dataclass(frozen=True, kw_only=True)
class Ensemble:
    """In the order of their numbers, which are those of their pods and have no gaps."""

    members: tuple[Member, ...] = ()

    @property
    def told(self) -> tuple[int, ...]:
        """Those that each member's configuration lists."""
        return self.standing(TOLD)

    @property
    def newcomers(self) -> tuple[int, ...]:
        """Those that may start with an empty volume; any other one has lost what it knew."""
        return self.standing(MAY_BE_EMPTY)

    @property
    def counted(self) -> tuple[int, ...]:
        return self.standing(COUNTED)

    @property
    def pods(self) -> int:
        staying = (m.number for m in self.members if m.standing is not Standing.DISMISSED)
        return max(staying, default=FIRST_MEMBER - 1) - FIRST_MEMBER + 1

    @property
    def founded(self) -> bool:
        return bool(self.members) and not self.standing({Standing.FOUNDING})

    @property
    def settled(self) -> bool:
        return all(member.standing is Standing.MEMBER for member in self.members)

    @property
    def tellings(self) -> int:
        return sum(member.tellings for member in self.members)

    @property
    def largest(self) -> int:
        return max(member.number for member in self.members)

    def standing(self, among: Iterable[Standing]) -> tuple[int, ...]:
        wanted = frozenset(among)
        return tuple(m.number for m in self.members if m.standing in wanted)

    def with_one(self, changed: Member) -> "Ensemble":
        others = (m for m in self.members if m.number != changed.number)
        return Ensemble(members=tuple(sorted((*others, changed), key=lambda m: m.number)))

    def without(self, number: int) -> "Ensemble":
        return Ensemble(members=tuple(m for m in self.members if m.number != number))

    def all_as(self, standing: Standing, now: datetime) -> "Ensemble":
        changed = (replace(m, standing=standing, since=now) for m in self.members)
        return Ensemble(members=tuple(changed))


def first_members(count: int, standing: Standing = Standing.FOUNDING) -> Ensemble:
    numbers = range(FIRST_MEMBER, FIRST_MEMBER + count)
    return Ensemble(members=tuple(Member(number=n, standing=standing) for n in numbers))


def ensemble_from(rows: Sequence[Mapping[str, Any]]) -> Ensemble:
    return Ensemble(
        members=tuple(
            Member(
                number=row["member"],
                standing=Standing(row["state"]),
                since=moment_from(row["since"]) if row.get("since") else None,
                tellings=row.get("tellings", 0),
            )
            for row in rows
        )
    )


def ensemble_rows(ensemble: Ensemble, ready: Iterable[int]) -> list[dict[str, Any]]:
    able = frozenset(ready)
    return [
        {
            "member": member.number,
            "state": member.standing.value,
            "ready": member.number in able,
        }
        | ({"since": moment_text(member.since)} if member.since else {})
        | ({"tellings": member.tellings} if member.tellings else {})
        for member in ensemble.members
    ]
