from dataclasses import dataclass, field

import pytest

from control.controller.cluster import ClusterError, Login, Peer
from control.controller.paced_databases import PacedDatabases
from control.scaling.replica_seen import Probe
from control.warehouses.model import Warehouse
from tests.control.controller.memory_databases import MemoryDatabases

LOGIN = Login(user="operator", password="x")
LAKE = Warehouse(name="lake", namespace="n", uid="u")
PEER = Peer(rid="r1", service="main", address="10.0.0.1")


@dataclass
class Counting(MemoryDatabases):
    """Counts what is asked; a hanging replica takes five seconds of its clock."""

    clock_s: float = 100.0
    asked: int = 0
    hangs: bool = False
    refuses: bool = False
    listed: list[str] = field(default_factory=list)

    def probe(self, *question: object) -> Probe | None:
        self.asked += 1
        if self.hangs or self.refuses:
            self.clock_s += 5 if self.hangs else 0
            return None
        return super().probe(*question)

    def names(self, *question: object) -> list[str]:
        self.asked += 1
        if self.hangs:
            self.clock_s += 5
            raise ClusterError("timed out")
        return ["default"]


@pytest.fixture
def inner() -> Counting:
    return Counting()


@pytest.fixture
def paced(inner: Counting) -> PacedDatabases:
    return PacedDatabases(inner, seconds=lambda: inner.clock_s)


def test_a_burst_of_passes_asks_once(inner: Counting, paced: PacedDatabases) -> None:
    for _ in range(5):
        assert paced.probe(LOGIN, LAKE, PEER, ["default"]) is not None
    assert inner.asked == 1
    inner.clock_s += 1
    paced.probe(LOGIN, LAKE, PEER, ["default"])
    assert inner.asked == 2


def test_another_question_or_another_pod_is_asked(inner: Counting, paced: PacedDatabases) -> None:
    paced.probe(LOGIN, LAKE, PEER, ["default"])
    paced.probe(LOGIN, LAKE, PEER, ["default", "sales"])
    paced.probe(LOGIN, LAKE, Peer(rid="r1", service="main", address="10.0.0.2"), ["default"])
    assert inner.asked == 3


def test_joining_makes_the_answer_void(inner: Counting, paced: PacedDatabases) -> None:
    before = paced.probe(LOGIN, LAKE, PEER, ["default"])
    assert before is not None
    assert not before.joined
    paced.join(LOGIN, LAKE, PEER, [])
    after = paced.probe(LOGIN, LAKE, PEER, ["default"])
    assert after is not None
    assert after.joined


def test_what_is_to_be_forgotten_is_asked_anew(inner: Counting, paced: PacedDatabases) -> None:
    for _ in range(2):
        paced.probe(LOGIN, LAKE, PEER, [])
        paced.names(LOGIN, PEER)
        paced.forget(PEER)
    assert inner.asked == 4


def test_a_replica_that_hangs_is_left_alone_for_a_while(
    inner: Counting, paced: PacedDatabases
) -> None:
    inner.hangs = True
    assert paced.probe(LOGIN, LAKE, PEER, []) is None
    assert paced.probe(LOGIN, LAKE, PEER, []) is None
    with pytest.raises(ClusterError, match="lately"):
        paced.names(LOGIN, PEER)
    assert inner.asked == 1
    inner.hangs = False
    inner.clock_s += 15
    assert paced.probe(LOGIN, LAKE, PEER, []) is not None


def test_one_that_refuses_is_asked_again_at_once(inner: Counting, paced: PacedDatabases) -> None:
    inner.refuses = True
    assert paced.probe(LOGIN, LAKE, PEER, []) is None
    inner.refuses = False
    assert paced.probe(LOGIN, LAKE, PEER, []) is not None


def test_names_of_databases_count_for_half_a_minute(inner: Counting, paced: PacedDatabases) -> None:
    for _ in range(3):
        assert paced.names(LOGIN, PEER) == ["default"]
    assert inner.asked == 1
    inner.clock_s += 30
    paced.names(LOGIN, PEER)
    assert inner.asked == 2
