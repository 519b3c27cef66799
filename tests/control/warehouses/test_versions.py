from dataclasses import replace
from datetime import timedelta

from control.scaling.schedule import Weekday
from control.scaling.upgrading import Channel, Images, Release, Window
from control.warehouses.replica_manifests import spec_hash
from control.warehouses.versions import next_images, upgrade_condition, wanted_images
from tests.control.warehouses.samples import DEPLOYMENT, LAKE, MAIN, NOW

DIGEST = "clickhouse/clickhouse-server:26.9@sha256:" + "a" * 64
RELEASED = replace(DEPLOYMENT, releases=(Release(version="26.10", released_at=NOW),))
RUNNING = Images(
    server="clickhouse/clickhouse-server:26.9", keeper="clickhouse/clickhouse-keeper:26.9"
)
OLD = replace(LAKE, images=RUNNING)
TUESDAY = Window(weekday=Weekday.TUESDAY, start_hour=6)


def test_a_named_version_goes_before_the_channel_and_that_before_the_default() -> None:
    fast = replace(OLD, channel=Channel.FAST)
    assert wanted_images(DEPLOYMENT, fast, NOW) == RUNNING
    assert wanted_images(RELEASED, fast, NOW).server == "clickhouse/clickhouse-server:26.10"
    assert wanted_images(RELEASED, fast, NOW).keeper == "clickhouse/clickhouse-keeper:26.10"
    assert wanted_images(RELEASED, OLD, NOW) == RUNNING
    named = replace(fast, version="26.8")
    assert wanted_images(RELEASED, named, NOW).server == "clickhouse/clickhouse-server:26.8"


def test_what_runs_by_digest_is_not_replaced_for_want_of_a_new_version() -> None:
    running = replace(LAKE, channel=Channel.FAST, images=replace(RUNNING, server=DIGEST))
    listed = replace(
        DEPLOYMENT,
        image_server="clickhouse/clickhouse-server:26.10",
        releases=(Release(version="26.9", released_at=NOW),),
    )
    assert wanted_images(listed, running, NOW).server == DIGEST


def test_services_follow_what_is_recorded_and_nothing_else() -> None:
    asked = replace(OLD, version="26.10")
    assert spec_hash(DEPLOYMENT, asked, MAIN) == spec_hash(DEPLOYMENT, OLD, MAIN)
    rolled = replace(asked, images=wanted_images(DEPLOYMENT, asked, NOW))
    assert spec_hash(DEPLOYMENT, rolled, MAIN) != spec_hash(DEPLOYMENT, OLD, MAIN)
    assert spec_hash(DEPLOYMENT, LAKE, MAIN) == spec_hash(DEPLOYMENT, OLD, MAIN)


def test_what_waits_is_said_with_the_time_at_which_it_goes_on() -> None:
    waiting = replace(OLD, version="26.10", window=TUESDAY)
    said = upgrade_condition(next_images(DEPLOYMENT, waiting, NOW), DEPLOYMENT, waiting, NOW)
    assert (said.holds, said.reason) == (False, "WaitsForWindow")
    assert "clickhouse-server:26.9 to clickhouse/clickhouse-server:26.10" in said.message
    assert said.message.endswith("which opens at 2026-01-06T06:00:00Z")
    opened = NOW + timedelta(hours=18)
    said = upgrade_condition(next_images(DEPLOYMENT, waiting, opened), DEPLOYMENT, waiting, opened)
    assert (said.holds, said.reason, said.message) == (True, "Current", "")


def test_only_the_version_that_was_named_is_urgent() -> None:
    waiting = replace(OLD, version="26.10", window=TUESDAY, urgent_version="26.11")
    assert next_images(DEPLOYMENT, waiting, NOW).images == RUNNING
    urgent = replace(waiting, version="26.11")
    assert next_images(DEPLOYMENT, urgent, NOW).images.server.endswith(":26.11")
