"""What load is played through: a policy, its bounds, a schedule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from control.scaling.schedule import Entry


class Policy(StrEnum):
    CLASSIC = "classic"
    TARGET_TRACKING = "target_tracking"
    HORIZONTAL = "horizontal"
    FIXED = "fixed"
    """The upper bound, always: what is needed without automatic sizing."""


@dataclass(frozen=True, kw_only=True)
class Setting:
    """How the services are set, and how fast a change is."""

    policy: Policy = Policy.CLASSIC
    replicas: int = 3
    """At the beginning; the load is what each of so many replicas would use."""
    min_units: int = 2
    max_units: int = 30
    replica_units: int = 4
    """Size of every replica under horizontal rules, which leave it alone."""
    min_replicas: int = 2
    max_replicas: int = 20
    schedule: Sequence[Entry] = ()
    decided_every: timedelta = timedelta(minutes=5)
    resized_after: timedelta = timedelta(minutes=5)
    """From a decision until replicas of the new size serve."""

    @property
    def first_units(self) -> int:
        if self.policy is Policy.HORIZONTAL:
            return self.replica_units
        return self.max_units if self.policy is Policy.FIXED else self.min_units

    @property
    def bounds(self) -> tuple[int, int]:
        """Of the size of a replica: horizontal rules need equal ones."""
        if self.policy is Policy.HORIZONTAL:
            return self.replica_units, self.replica_units
        return self.min_units, self.max_units
