"""Members of a running ensemble come and go as the controller decides, while a client writes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from control.controller.keeper_reports import HttpKeeperReports
from control.scaling.replica_seen import Reason
from control.warehouses.keeper_ensemble import Ensemble, Standing, first_members
from control.warehouses.keeper_members import EnsembleSeen, MemberSeen, next_member_step
from local.clickhouse.engine import Engine
from local.clickhouse.keeper_membership import one_step
from local.clickhouse.zookeeper import Member
from tests.local.clickhouse.documents import write_keeper
from tests.local.clickhouse.processes import KEEPER_PORT, METRICS_PORT, Keeper, ended_afterwards
from tests.local.clickhouse.steady_writer import writing, written
from tests.waiting import wait_for

SETTLES_WITHIN_S = 300
KNOWN_TO_CLIENTS = 3


@dataclass
class Running:
    """What the controller, the API server and the kubelet do of it, in one thread."""

    engine: Engine
    folder: Path
    addresses: list[str]
    ensemble: Ensemble
    keepers: dict[int, Keeper] = field(default_factory=dict)
    reasons: list[Reason] = field(default_factory=list)

    def __post_init__(self) -> None:
        for number, address in enumerate(self.addresses, 1):
            self.keepers[number] = Keeper(
                program=self.engine.keeper,
                config_file=self.folder / f"keeper-{number}" / "keeper_config.xml",
                address=address,
                env={"KEEPER_SERVER_ID": str(number)},
            )

    def apply(self) -> None:
        told = self.ensemble.told
        for number, keeper in self.keepers.items():
            alive = keeper.running is not None and keeper.running.poll() is None
            if number > self.ensemble.pods:
                keeper.kill()
                keeper.running = None
                continue
            preparing = number in self.ensemble.standing({Standing.PREPARING})
            listed = sorted({*told, number}) if preparing else told
            write_keeper(keeper.config_file.parent, [self.addresses[n - 1] for n in listed])
            if not alive:
                keeper.spawn()

    def seen(self, wanted: int) -> EnsembleSeen:
        reports = HttpKeeperReports(port=METRICS_PORT)
        running = {n: keeper for n, keeper in self.keepers.items() if keeper.running}
        told = {n: reports.of(keeper.address) for n, keeper in running.items()}
        members = {
            n: MemberSeen(
                report=report,
                has_pod=True,
                ready=bool(report and report.role != "none"),
            )
            for n, report in told.items()
        }
        return EnsembleSeen(
            wanted=wanted, ensemble=self.ensemble, now=datetime.now(UTC), members=members
        )

    def has_become(self, wanted: int) -> bool:
        step = next_member_step(self.seen(wanted))
        if step.ensemble != self.ensemble:
            self.ensemble = step.ensemble
            self.reasons.append(step.reason)
            self.apply()
        return step.reason is Reason.STEADY

    def become(self, wanted: int) -> None:
        wait_for(
            lambda: self.has_become(wanted),
            within_s=SETTLES_WITHIN_S,
            what=f"{wanted} members",
        )


@pytest.fixture
def running(engine: Engine, network: str, tmp_path: Path) -> Iterator[Running]:
    addresses = [f"{network}.3{number}" for number in range(1, 6)]
    made = Running(engine, tmp_path, addresses, first_members(1))
    with ended_afterwards(*made.keepers.values()):
        made.apply()
        yield made


def test_no_acknowledged_write_is_lost_while_members_come_and_go(running: Running) -> None:
    running.become(1)
    with writing(running.addresses[:KNOWN_TO_CLIENTS], KEEPER_PORT) as writer:
        for count in (3, 5, 3):
            before = len(writer.acknowledged)
            running.become(count)
            wait_for(
                lambda before=before: len(writer.acknowledged) > before,  # type: ignore[misc]
                within_s=30,
                what=f"writes with {count} members",
            )
    assert running.reasons.count(Reason.MEMBER_JOINED) == 4
    assert running.reasons.count(Reason.MEMBER_LEFT) == 2
    states = sorted(keeper.state() for keeper in running.keepers.values())
    assert states == ["", "", "follower", "follower", "leader"]
    for address in running.addresses[:3]:
        assert set(writer.acknowledged) <= written(address, KEEPER_PORT)


A, B, C, D = (Member(number=n, host=f"keeper-{n}", quorum_port=9234) for n in range(1, 5))
STEPS = {
    "as listed": ({1, 2}, [A, B], {1, 2}),
    "one to come": ({1, 2}, [A, B, C], {1, 2, 3}),
    "two to come": ({1}, [A, B, C], {1, 2}),
    "one to go": ({1, 2, 3}, [A, B], {1, 2}),
    "one to come and one to go": ({1, 2, 3}, [A, B, D], {1, 2, 3, 4}),
}


@pytest.mark.parametrize(("there", "listed", "wanted"), STEPS.values(), ids=STEPS.keys())
def test_one_member_at_a_time(there: set[int], listed: list[Member], wanted: set[int]) -> None:
    known = {member.number: member for member in listed}
    assert one_step(dict.fromkeys(there, ""), known) == wanted
