"""What becomes of one service that is played: the calendar at its moment, else metrics."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from control.scaling import horizontal, sizing, vertical
from control.scaling.sizing import WindowSummary
from control.scaling.steering import Memory, Present, follow_schedule
from control.simulate.setting import Policy, Setting


@dataclass(frozen=True, kw_only=True)
class Size:
    units: int
    replicas: int


@dataclass(frozen=True, kw_only=True)
class Known:
    """The windows of one service; of the two pairs its policy looks at one."""

    long: WindowSummary | None = None
    short: WindowSummary | None = None
    calm: WindowSummary | None = None
    recent: WindowSummary | None = None


@dataclass
class Played:
    """One service: what serves, what was asked for, and what its object would remember."""

    setting: Setting
    size: Size
    wanted: Size
    """Another one than `size` while a change is on its way."""
    memory: Memory = field(default_factory=Memory)
    ruled_at: datetime | None = None
    served_at: datetime | None = None
    """When the last change was there."""

    def arrive(self, now: datetime) -> None:
        self.size, self.served_at = self.wanted, now

    def follow(self, now: datetime) -> None:
        """The rule that begins or ends now."""
        if not self.setting.schedule:
            return
        if self.memory.checked_at is None:
            self.memory = replace(self.memory, checked_at=now)
        self.memory, change = follow_schedule(self.memory, self.present(now), now)
        if change is not None:
            self.ruled_at = now
            self.wanted = Size(
                units=change.units or self.wanted.units,
                replicas=change.replicas or self.wanted.replicas,
            )

    def present(self, now: datetime) -> Present:
        least, most = self.setting.bounds
        return Present(
            units=self.wanted.units,
            replicas=self.wanted.replicas,
            min_units=least,
            max_units=most,
            our_rule=self.memory.rule,
            our_change_at=self.ruled_at,
            operation_in_flight=self.wanted != self.size,
            entries=self.setting.schedule,
            metrics_decide_size=self.setting.policy in (Policy.CLASSIC, Policy.TARGET_TRACKING),
        )

    def decide(self, known: Known, now: datetime) -> None:
        if self.setting.policy is Policy.HORIZONTAL:
            self.decide_count(known, now)
        elif self.setting.policy is not Policy.FIXED:
            self.decide_size(known, now)

    def decide_size(self, known: Known, now: datetime) -> None:
        held, (least, most) = self.memory.held.at(now), self.setting.bounds
        in_flight = self.wanted.units if self.wanted != self.size else None
        decision = vertical.decide(
            vertical.Facts(
                units=self.size.units,
                min_units=least,
                max_units=most,
                replicas=self.size.replicas,
                is_primary=False,
                policy=sizing.Policy(self.setting.policy),
                long=known.long,
                short=known.short,
                target_in_flight=in_flight,
                floor_units=held.floor_units,
                ceiling_units=held.ceiling_units,
            ),
            now,
        )
        if decision.apply:
            self.wanted = replace(self.wanted, units=decision.units)

    def decide_count(self, known: Known, now: datetime) -> None:
        last = max(filter(None, (self.memory.last_horizontal, self.served_at)), default=None)
        decision = horizontal.decide(
            horizontal.Facts(
                replicas=self.wanted.replicas,
                min_replicas=self.setting.min_replicas,
                max_replicas=self.setting.max_replicas,
                units=self.size.units,
                recent=known.recent,
                calm=known.calm,
                since_last=None if last is None else now - last,
                operation_in_flight=self.wanted != self.size,
                floor_replicas=self.memory.held.at(now).floor_replicas,
            )
        )
        if decision.apply:
            self.memory = replace(self.memory, last_horizontal=now)
            self.wanted = replace(self.wanted, replicas=decision.replicas)
