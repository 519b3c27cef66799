"""Whatever goes wrong on the way, the next `up` brings the deployment to its configuration, and
`destroy` leaves nothing. Sampled here; `python -m benchmarks.faults` tries more points."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.faults.faults import Fault, Plan, Rates
from tests.faults.lives import Course, convergence
from tests.local.aws.cloud import started_local_aws
from tests.shapes.life import Account

pytestmark = [pytest.mark.engine, pytest.mark.timeout(2400)]


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory, pulumi_cli: Path) -> Iterator[Account]:
    folder = tmp_path_factory.mktemp("faults")
    with started_local_aws(folder) as aws:
        yield Account.of(aws, folder, pulumi_cli)


COURSES: Mapping[str, Course] = {
    "throttled, broken and blind": Course(
        rates=Rates(throttled=0.10, broken=0.05, blind_reads=1), seed=1
    ),
    "killed in the middle": Course(kill_at_write=45, seed=2),
}


@pytest.mark.parametrize("name", COURSES)
def test_the_next_up_converges(name: str, account: Account) -> None:
    course = COURSES[name]
    seen = convergence(account, name.split(",")[0].replace(" ", "-"), course)
    assert seen.attempts <= 2
    assert seen.left.is_clean, seen.left
    assert ("An engine was killed" in seen.said) == (course.kill_at_write is not None)
    if course.rates != Rates():
        assert seen.faults[Fault.THROTTLED]
        assert seen.faults[Fault.BROKEN]


def test_the_same_seed_is_the_same_weather() -> None:
    calls = [(f"Create{n % 7}", str(n % 11)) for n in range(500)]
    rates = Rates(throttled=0.1, broken=0.1, lost=0.1)
    first, again, other = (
        [plan.fault(*call) for call in calls]
        for plan in (
            Plan(seed=1, rates=rates),
            Plan(seed=1, rates=rates),
            Plan(seed=2, rates=rates),
        )
    )
    assert first == again != other
    assert 0.2 < sum(fault is not Fault.NONE for fault in first) / len(calls) < 0.4
