"""Which image a warehouse runs: what its channel offers, and when its window lets it change."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum

from control.scaling.schedule import Weekday

WINDOW_LENGTH = timedelta(hours=6)
WINDOW_HOURS = (0, 6, 12, 18)
WEEK = timedelta(weeks=1)


class Channel(StrEnum):
    FAST = "fast"
    DEFAULT = "default"
    SLOW = "slow"


LAG = {
    Channel.FAST: timedelta(0),
    Channel.DEFAULT: timedelta(weeks=2),
    Channel.SLOW: timedelta(weeks=4),
}
"""So long after its release a version arrives."""


class Currency(StrEnum):
    """Whether a warehouse runs what it should, as reason of its condition."""

    CURRENT = "Current"
    WAITS_FOR_WINDOW = "WaitsForWindow"


@dataclass(frozen=True, kw_only=True)
class Release:
    version: str
    released_at: datetime


@dataclass(frozen=True, kw_only=True)
class Window:
    """Six hours of every week, in UTC, in which an upgrade may begin."""

    weekday: Weekday
    start_hour: int

    def is_open(self, now: datetime) -> bool:
        return now - self.last_opening(now) < WINDOW_LENGTH

    def last_opening(self, now: datetime) -> datetime:
        today = datetime.combine(now.astimezone(UTC).date(), time(self.start_hour), UTC)
        opening = today - timedelta(days=(today.weekday() - self.weekday) % 7)
        return opening if opening <= now else opening - WEEK

    def next_opening(self, now: datetime) -> datetime:
        return self.last_opening(now) + WEEK


@dataclass(frozen=True, kw_only=True)
class Images:
    """What servers and Keeper of a warehouse are made of; empty where nothing is known."""

    server: str = ""
    keeper: str = ""


@dataclass(frozen=True, kw_only=True)
class Upgrade:
    """What to run now, and why that is not yet what is wanted."""

    images: Images
    currency: Currency = Currency.CURRENT
    opens_at: datetime | None = None


def decide(
    wanted: Images, running: Images, window: Window | None, now: datetime, *, urgent: bool
) -> Upgrade:
    """A new warehouse waits for nothing; another one changes its images inside its window only.

    An upgrade that has begun goes on when the window closes: half of two versions helps nobody.
    """
    held = Images(server=running.server or wanted.server, keeper=running.keeper or wanted.keeper)
    if held == wanted or window is None or urgent or window.is_open(now):
        return Upgrade(images=wanted)
    return Upgrade(
        images=held,
        currency=Currency.WAITS_FOR_WINDOW,
        opens_at=window.next_opening(now),
    )


def offered(releases: Sequence[Release], channel: Channel, running: str, now: datetime) -> str:
    """The newest version that has reached the channel; empty where none has.

    A channel never leads back: who moves to a slower one keeps what it runs.
    """
    ripe = [r.version for r in releases if r.released_at + LAG[channel] <= now]
    newest = max(ripe, key=version_key, default="")
    return running if running and newest and not newer(newest, running) else newest


def newer(version: str, than: str) -> bool:
    """`26.9` is any 26.9, and so not older than `26.9.3`."""
    ours, theirs = version_key(version), version_key(than)
    shared = min(len(ours), len(theirs))
    return ours[:shared] > theirs[:shared]


def version_key(version: str) -> tuple[int, ...]:
    """The numbers at the beginning: what follows them names a flavour."""
    numbers = re.match(r"\d+(\.\d+)*", version)
    return tuple(int(part) for part in numbers[0].split(".")) if numbers else ()
