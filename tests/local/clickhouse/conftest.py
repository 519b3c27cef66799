from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.cache import cache_dir
from local.clickhouse.engine import Engine, provision
from tests.local.clickhouse.documents import SECRETS, replication, write_keeper, write_server
from tests.local.clickhouse.processes import Keeper, Process, Server, ended_afterwards
from tests.waiting import wait_for

BLOCK = 204
NETWORKS = range(70, 250)
MEMBERS = range(1, 4)
QUORUM_WITHIN_S = 40


@pytest.fixture(scope="session")
def engine() -> Engine:
    """The program of ClickHouse's pods on this machine."""
    found = provision(cache_dir(os.environ), os.environ, print)
    assert not found.server.why_not and not found.keeper.why_not, found
    return found


@pytest.fixture(scope="session")
def network() -> Iterator[str]:
    """The first three numbers of this test process's addresses, which no other one on this machine
    has."""
    for number in NETWORKS:
        lock_file = Path(tempfile.gettempdir()) / f"byoc-tests-127.{BLOCK}.{number}.lock"
        with lock_file.open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            yield f"127.{BLOCK}.{number}"
            return
    raise AssertionError(f"other test processes have all networks of 127.{BLOCK}.0.0/16")


@pytest.fixture
def server(engine: Engine, network: str, tmp_path: Path) -> Iterator[Server]:
    """A server of its own, without Keeper; not started."""
    file = write_server(tmp_path / "server")
    made = Server(
        program=engine.server, config_file=file, address=f"{network}.9", env=SECRETS, rid="alone"
    )
    with ended_afterwards(made):
        yield made


@pytest.fixture(scope="session")
def keepers(
    engine: Engine, network: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[Keeper]]:
    """Three members with a leader."""
    made = make_keepers(engine, tmp_path_factory.mktemp("keepers"), f"{network}.10")
    with ended_afterwards(*made):
        start_keepers(made)
        yield made


def make_keepers(engine: Engine, folder: Path, address_prefix: str) -> list[Keeper]:
    addresses = [f"{address_prefix}{number}" for number in MEMBERS]
    return [
        Keeper(
            program=engine.keeper,
            config_file=write_keeper(folder / f"keeper-{number}", addresses),
            address=address,
            env={"KEEPER_SERVER_ID": str(number)},
        )
        for number, address in zip(MEMBERS, addresses, strict=True)
    ]


def start_keepers(members: list[Keeper]) -> None:
    for member in members:
        member.spawn()
    wait_for(
        lambda: all(member.state() for member in members),
        within_s=QUORUM_WITHIN_S,
        what="all members serve",
    )


@pytest.fixture(scope="module")
def warehouse(
    engine: Engine,
    network: str,
    keepers: list[Keeper],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[dict[str, Server]]:
    """Replicas a and b of one service, and c of a read-only one, all started; `spare` is not."""
    folder = tmp_path_factory.mktemp("warehouse")
    groups = {"a": "main", "b": "main", "c": "reader", "spare": "main"}
    hosts = [keeper.address for keeper in keepers]
    servers = {
        rid: Server(
            program=engine.server,
            config_file=write_server(
                folder / rid,
                more=replication(rid, group, hosts),
                table_engine="ReplicatedMergeTree",
                read_only=group == "reader",
            ),
            address=f"{network}.{number}",
            env=SECRETS,
            rid=rid,
        )
        for number, (rid, group) in enumerate(groups.items(), 1)
    }
    processes: list[Process] = list(servers.values())
    with ended_afterwards(*processes):
        for rid in ("a", "b", "c"):
            servers[rid].spawn()
        for rid in ("a", "b", "c"):
            servers[rid].wait_until_ready()
        yield servers
