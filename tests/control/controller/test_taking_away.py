"""What takes something away is decided on the present, also when memory is behind."""

import copy
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from control.controller.kept_fields import KEPT
from control.controller.replica_documents import replicas_from
from control.warehouses.names import DRAINING_SINCE, SERVICE_LABEL
from tests.control.controller.memory_kube import MemoryKube
from tests.control.controller.stage import PRIMARY, Stage

OF_MAIN = {SERVICE_LABEL: "main"}
SOAKED_S = 61
LARGE = {"minGib": 16, "maxGib": 16}


class BehindKube(MemoryKube):
    """Reads what was once, until it is told to look."""

    def __init__(self) -> None:
        super().__init__()
        self.once: dict[tuple[str, str, str], dict[str, Any]] | None = None

    def fall_behind(self) -> None:
        self.once = copy.deepcopy(self.documents)

    def find(self, kind: str, namespace: str, name: str) -> dict[str, Any] | None:
        return copy.deepcopy(self.known().get((kind, namespace, name)))

    def list(self, kind: str, namespace: str, labels: Mapping[str, str]) -> list[dict[str, Any]]:
        present, self.documents = self.documents, self.known()
        try:
            return super().list(kind, namespace, labels)
        finally:
            self.documents = present

    def known(self) -> dict[tuple[str, str, str], dict[str, Any]]:
        return self.documents if self.once is None else self.once

    def freshen(self, kind: str, namespace: str, labels: Mapping[str, str]) -> bool:
        self.once = None
        return True


def surplus(lake: Stage) -> None:
    lake.edit("main", replicas=1)


def replaced(lake: Stage) -> None:
    """All of the new size have served for long enough."""
    lake.edit("main", memory=LARGE)
    lake.run(lambda: len(lake.serving("main")) == 4)
    lake.kube.tick(SOAKED_S)


def wanted_after_all(lake: Stage) -> None:
    lake.edit("main", replicas=2)


def new_one_fails(lake: Stage) -> None:
    pods = lake.kube.list("Pod", "clickhouse", OF_MAIN)
    newest = max(pods, key=lambda pod: pod["metadata"]["creationTimestamp"])
    lake.kube.documents["Pod", "clickhouse", newest["metadata"]["name"]]["status"] = {}


CASES: dict[str, tuple[Callable[[Stage], None], Callable[[Stage], None]]] = {
    "a surplus that is wanted again": (surplus, wanted_after_all),
    "old ones whose successor fails": (replaced, new_one_fails),
}


def draining(lake: Stage) -> int:
    found = [made["metadata"].get("annotations") or {} for made in lake.sets("main")]
    return sum(DRAINING_SINCE in notes for notes in found)


@pytest.fixture(scope="module")
def running_lake() -> Stage:
    return Stage(kube=BehindKube()).warehouse_with(main=PRIMARY).run_until_running("main")


@pytest.fixture
def lake(running_lake: Stage) -> Stage:
    return running_lake.copy()


@pytest.mark.parametrize(("before", "since"), CASES.values(), ids=CASES.keys())
def test_nothing_is_drained_by_what_is_remembered(
    lake: Stage, before: Callable[[Stage], None], since: Callable[[Stage], None]
) -> None:
    before(lake)
    kube = lake.kube
    assert isinstance(kube, BehindKube)
    kube.fall_behind()
    since(lake)
    lake.one_round()
    assert kube.once is None
    assert draining(lake) == 0


@pytest.mark.parametrize("before", [surplus, replaced])
def test_it_is_drained_where_that_still_holds(lake: Stage, before: Callable[[Stage], None]) -> None:
    before(lake)
    assert isinstance(lake.kube, BehindKube)
    lake.kube.fall_behind()
    lake.one_round()
    assert draining(lake) > 0


def test_what_is_kept_of_documents_says_all_of_a_replica(lake: Stage) -> None:
    replaced(lake)
    new_one_fails(lake)
    whole = {
        kind: lake.kube.list(kind, "clickhouse", OF_MAIN)
        for kind in ("StatefulSet", "Pod", "ConfigMap", "PersistentVolumeClaim")
    }
    kept = {kind: [KEPT[kind](document) for document in found] for kind, found in whole.items()}
    assert replicas_from(kept) == replicas_from(whole)
    assert len(replicas_from(whole)) == 4
