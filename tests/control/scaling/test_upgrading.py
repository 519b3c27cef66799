from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from control.scaling.schedule import Weekday
from control.scaling.upgrading import (
    LAG,
    WINDOW_HOURS,
    Channel,
    Currency,
    Images,
    Release,
    Upgrade,
    Window,
    decide,
    newer,
    offered,
)

SUNDAY_MORNING = Window(weekday=Weekday.SUNDAY, start_hour=6)
OPENING = datetime(2026, 1, 11, 6, tzinfo=UTC)
SECOND = timedelta(seconds=1)
OLD = Images(server="server:26.9", keeper="keeper:26.9")
NEW = Images(server="server:26.10", keeper="keeper:26.10")
RELEASED = datetime(2026, 1, 5, tzinfo=UTC)
RELEASES = (
    Release(version="26.9", released_at=RELEASED - timedelta(weeks=8)),
    Release(version="26.10", released_at=RELEASED),
)


def held(images: Images) -> Upgrade:
    return Upgrade(images=images, currency=Currency.WAITS_FOR_WINDOW, opens_at=OPENING)


CASES = {
    "a new warehouse": (NEW, Images(), SUNDAY_MORNING, OPENING - SECOND, Upgrade(images=NEW)),
    "nothing new": (OLD, OLD, SUNDAY_MORNING, OPENING - SECOND, Upgrade(images=OLD)),
    "no window": (NEW, OLD, None, OPENING - SECOND, Upgrade(images=NEW)),
    "a second before": (NEW, OLD, SUNDAY_MORNING, OPENING - SECOND, held(OLD)),
    "as it opens": (NEW, OLD, SUNDAY_MORNING, OPENING, Upgrade(images=NEW)),
    "the last second": (
        NEW,
        OLD,
        SUNDAY_MORNING,
        OPENING + timedelta(hours=6) - SECOND,
        Upgrade(images=NEW),
    ),
    "as it closes": (
        NEW,
        OLD,
        SUNDAY_MORNING,
        OPENING + timedelta(hours=6),
        replace(held(OLD), opens_at=OPENING + timedelta(weeks=1)),
    ),
    "begun before it closed": (NEW, NEW, SUNDAY_MORNING, OPENING - SECOND, Upgrade(images=NEW)),
    "Keeper alone": (
        replace(OLD, keeper="keeper:26.10"),
        OLD,
        SUNDAY_MORNING,
        OPENING - SECOND,
        held(OLD),
    ),
    "back again": (OLD, NEW, SUNDAY_MORNING, OPENING - SECOND, held(NEW)),
    "Keeper of a record that lacks it": (
        NEW,
        replace(OLD, keeper=""),
        SUNDAY_MORNING,
        OPENING - SECOND,
        held(replace(OLD, keeper=NEW.keeper)),
    ),
}


@pytest.mark.parametrize(
    ("wanted", "running", "window", "now", "expected"), CASES.values(), ids=CASES.keys()
)
def test_an_upgrade_begins_in_its_window(
    wanted: Images, running: Images, window: Window | None, now: datetime, expected: Upgrade
) -> None:
    assert decide(wanted, running, window, now, urgent=False) == expected


def test_what_is_urgent_waits_for_no_window() -> None:
    closed = OPENING - SECOND
    assert decide(NEW, OLD, SUNDAY_MORNING, closed, urgent=True) == Upgrade(images=NEW)


def test_a_window_is_open_for_six_hours_of_each_week() -> None:
    hours = [RELEASED + timedelta(hours=n) for n in range(7 * 24)]
    for weekday, start_hour in product(Weekday, WINDOW_HOURS):
        window = Window(weekday=weekday, start_hour=start_hour)
        opened = [hour for hour in hours if window.is_open(hour)]
        assert [(h.weekday(), h.hour) for h in opened] == [
            (weekday, start_hour + n) for n in range(6)
        ]
        assert all(window.is_open(window.next_opening(hour)) for hour in hours)
        assert all(hour < window.next_opening(hour) <= hour + timedelta(weeks=1) for hour in hours)


@pytest.mark.parametrize("channel", Channel)
def test_a_version_reaches_a_channel_so_long_after_its_release(channel: Channel) -> None:
    arrives = RELEASED + LAG[channel]
    assert offered(RELEASES, channel, "26.9", arrives - SECOND) == "26.9"
    assert offered(RELEASES, channel, "26.9", arrives) == "26.10"
    assert offered(RELEASES, channel, "", arrives) == "26.10"


def test_a_slower_channel_never_leads_back() -> None:
    assert offered(RELEASES, Channel.SLOW, "26.10", RELEASED) == "26.10"
    assert offered(RELEASES, Channel.SLOW, "26.9.4.2", RELEASED) == "26.9.4.2"


def test_a_deployment_that_lists_no_release_offers_none() -> None:
    assert offered((), Channel.FAST, "26.9", RELEASED) == ""
    assert offered(RELEASES[1:], Channel.SLOW, "26.9", RELEASED) == ""


ORDER = {
    "by number, not by letter": ("26.10", "26.9", True),
    "the same": ("26.9", "26.9", False),
    "older": ("26.9", "26.10", False),
    "a patch": ("26.9.3", "26.9.2", True),
    "less is said of it": ("26.9", "26.9.3", False),
    "more is said of it": ("26.9.3", "26.9", False),
    "a flavour": ("26.9-alpine", "26.8", True),
}


@pytest.mark.parametrize(("version", "than", "expected"), ORDER.values(), ids=ORDER.keys())
def test_newer(version: str, than: str, *, expected: bool) -> None:
    assert newer(version, than) is expected
