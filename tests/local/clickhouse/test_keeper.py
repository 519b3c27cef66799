"""The Keeper launcher: what it reads, and its ensemble when a member dies."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from local.clickhouse.engine import Engine
from local.clickhouse.keeper import read_settings
from local.clickhouse.server_config import ConfigError, load
from tests.local.clickhouse.conftest import make_keepers, start_keepers
from tests.local.clickhouse.documents import write_keeper
from tests.local.clickhouse.processes import Keeper, ended_afterwards, text_of
from tests.waiting import wait_for

ENV = {"POD_IP": "127.0.0.9", "KEEPER_SERVER_ID": "2"}
HOSTS = ["keeper-1.peers", "keeper-2.peers", "keeper-3.peers"]


def test_the_genuine_configuration_is_read(tmp_path: Path) -> None:
    settings = read_settings(load(write_keeper(tmp_path / "keeper", HOSTS), {}, ENV))
    assert (settings.address, settings.client_port) == ("127.0.0.9", 9181)
    assert [member.host for member in settings.members] == HOSTS
    assert settings.own.number == 2
    assert settings.session_timeouts_ms == (1000, 30000)
    assert settings.snapshots == tmp_path / "keeper" / "data" / "snapshots"


def test_a_number_that_is_no_members_is_refused(tmp_path: Path) -> None:
    file = write_keeper(tmp_path / "keeper", HOSTS)
    with pytest.raises(ConfigError, match="server_id: 4 is not in raft_configuration"):
        read_settings(load(file, {}, {**ENV, "KEEPER_SERVER_ID": "4"}))


@pytest.fixture
def ensemble(engine: Engine, network: str, tmp_path: Path) -> Iterator[list[Keeper]]:
    """Three members of this test alone."""
    members = make_keepers(engine, tmp_path, f"{network}.20")
    with ended_afterwards(*members):
        start_keepers(members)
        yield members


def test_three_members_survive_the_death_of_their_leader(ensemble: list[Keeper]) -> None:
    leader = next(member for member in ensemble if member.state() == "leader")
    leader.kill()
    others = [member for member in ensemble if member is not leader]

    def states() -> list[str]:
        return sorted(member.state() for member in others)

    wait_for(lambda: states() == ["follower", "leader"], within_s=30, what="the others serve on")
    assert others[0].say("ruok") == "imok"
    leader.spawn()
    wait_for(lambda: leader.state() == "follower", within_s=30, what="the dead one is back")
    exported = text_of(f"http://{leader.address}:9363/metrics")
    assert "\nClickHouseAsyncMetrics_KeeperIsFollower 1\n" in exported
    assert others[0].stop() == 0
