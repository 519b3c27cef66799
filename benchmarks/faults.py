"""Bad weather over the local AWS: whether the next `up` converges, and in how many attempts.

Each course is throttled, broken, blind after creation, losing answers, or killed at another write.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from local.cache import cache_dir
from local.go_tools import PULUMI, ensure_built
from tests.faults.faults import Fault, Rates
from tests.faults.lives import Course, convergence
from tests.local.aws.cloud import started_local_aws
from tests.shapes.life import Account

WRITES = 90
"""About as many as the first `up` of the shape makes."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--courses", type=int, default=12)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    cli = ensure_built(PULUMI, cache_dir(os.environ), os.environ, say)
    failed = 0
    with tempfile.TemporaryDirectory() as folder, started_local_aws(Path(folder)) as aws:
        account = Account.of(aws, Path(folder), cli)
        for number, course in enumerate(courses(given.courses, given.seed)):
            failed += not told(account, number, course)
    sys.exit(1 if failed else 0)


def courses(count: int, seed: int) -> Iterator[Course]:
    chance = random.Random(seed)
    for number in range(count):
        if number % 2:
            yield Course(kill_at_write=chance.randrange(1, WRITES), seed=number)
        else:
            rates = Rates(
                throttled=chance.uniform(0, 0.3),
                broken=chance.uniform(0, 0.15),
                lost=chance.uniform(0, 0.03),
                blind_reads=chance.randrange(3),
            )
            yield Course(rates=rates, seed=number)


def told(account: Account, number: int, course: Course) -> bool:
    what = f"killed at write {course.kill_at_write}" if course.kill_at_write else str(course.rates)
    try:
        seen = convergence(account, f"c{number}", course)
    except AssertionError as error:
        print(f"{number:3} {what}: FAILED: {str(error)[-1500:]}", flush=True)
        return False
    met = ", ".join(f"{n} {fault}" for fault, n in seen.faults.items() if fault is not Fault.NONE)
    print(f"{number:3} {what}: {seen.attempts} attempts, {met or 'no faults'};"
          f" {len(seen.left.orphans)} left", flush=True)  # fmt: skip
    return seen.left.is_clean


def say(*words: object) -> None:
    print(*words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
