from dataclasses import replace
from datetime import timedelta

import pytest

from control.warehouses.admission import Refusal, admit, admit_stop
from control.warehouses.model import Access, Desired, Disk, Role, Service, Warehouse
from tests.control.warehouses.samples import DEPLOYMENT, LAKE, MAIN, NOW, READER

LATER = NOW + timedelta(minutes=5)
SECOND = replace(MAIN, name="second", created_at=LATER)
OTHERS = tuple(
    replace(READER, name=f"reader{n}", created_at=NOW + timedelta(seconds=n)) for n in range(1, 5)
)
SIXTH = replace(READER, name="sixth", created_at=LATER)
ON_OBJECTS = replace(LAKE, disk=Disk.OBJECT_STORAGE)
NO_BUCKET = replace(DEPLOYMENT, data_bucket="")

CASES = {
    "the first primary": (MAIN, LAKE, (MAIN,), None),
    "a reader beside it": (READER, LAKE, (MAIN, READER), None),
    "an older primary stays": (MAIN, LAKE, (MAIN, SECOND), None),
    "a second primary": (SECOND, LAKE, (MAIN, SECOND), Refusal.SECOND_PRIMARY),
    "a reader without primary": (READER, LAKE, (READER,), Refusal.NO_PRIMARY),
    "no warehouse": (MAIN, None, (MAIN,), Refusal.NO_WAREHOUSE),
    "the fifth service": (OTHERS[-1], LAKE, (MAIN, *OTHERS), None),
    "the sixth service": (SIXTH, LAKE, (MAIN, *OTHERS, SIXTH), Refusal.TOO_MANY_SERVICES),
    "a primary of another warehouse": (MAIN, LAKE, (replace(SECOND, warehouse="pond"),), None),
}


@pytest.mark.parametrize(
    ("service", "warehouse", "neighbours", "refusal"), CASES.values(), ids=CASES.keys()
)
def test_admission(
    service: Service,
    warehouse: Warehouse | None,
    neighbours: tuple[Service, ...],
    refusal: Refusal | None,
) -> None:
    verdict = admit(service, warehouse, DEPLOYMENT, neighbours)
    assert verdict.refusal == refusal
    assert bool(verdict.message) == (refusal is not None)


def test_data_on_objects_needs_a_bucket() -> None:
    assert admit(MAIN, ON_OBJECTS, DEPLOYMENT, ()).accepted
    assert admit(MAIN, ON_OBJECTS, NO_BUCKET, ()).refusal is Refusal.NO_DATA_BUCKET
    assert admit(MAIN, LAKE, NO_BUCKET, ()).accepted


def test_two_services_never_share_the_names_of_their_objects() -> None:
    first = replace(MAIN, warehouse="a", name="b-c")
    second = replace(MAIN, warehouse="a-b", name="c", created_at=LATER)
    pond = replace(LAKE, name="a-b")
    assert admit(second, pond, DEPLOYMENT, (first,)).refusal is Refusal.NAME_TAKEN
    peers = replace(READER, name="main-replicas", created_at=LATER)
    assert admit(peers, LAKE, DEPLOYMENT, (MAIN, peers)).refusal is Refusal.NAME_TAKEN


@pytest.mark.parametrize("access", [Access.READ_ONLY, Access.READ_WRITE])
def test_a_primary_with_secondaries_is_not_stopped(access: Access) -> None:
    stopped = replace(MAIN, desired=Desired.STOPPED)
    secondary = replace(READER, access=access)
    assert admit_stop(stopped, (stopped,)).accepted
    assert admit_stop(stopped, (stopped, secondary)).refusal is Refusal.PRIMARY_MUST_RUN
    assert admit_stop(MAIN, (MAIN, secondary)).accepted
    asleep = replace(secondary, desired=Desired.STOPPED, role=Role.SECONDARY)
    assert admit_stop(asleep, (MAIN, asleep)).accepted
