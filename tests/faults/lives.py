"""A deployment made in bad weather: applied until it stands, then taken down in good weather."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from infra.orphans.scan import Scan
from tests.faults.faults import Fault, Plan, Rates
from tests.faults.proxy import Weather, faulty
from tests.local.plugins.project import Outcome, Project
from tests.shapes.account import brought
from tests.shapes.life import Account, scan
from tests.shapes.shapes import shape

SHAPE = "own-vpc-own-keys"
MOST_ATTEMPTS = 4


@dataclass(frozen=True, kw_only=True)
class Course:
    """What the first attempt meets; those after it, good weather."""

    rates: Rates = field(default_factory=Rates)
    kill_at_write: int | None = None
    """One write after the other, and the engine is killed before this one: what it made is
    recorded. One that is killed while a write is under way has made what it did not record."""
    seed: int = 0


@dataclass(frozen=True, kw_only=True)
class Seen:
    attempts: int
    faults: Counter[Fault]
    left: Scan


def convergence(account: Account, name: str, course: Course) -> Seen:
    document = {**brought(account.aws, shape(SHAPE).document), "name": name[:20].rstrip("-")}
    weather = Weather(plan=Plan(seed=course.seed, rates=course.rates))
    with faulty(account.aws.url, weather) as url:
        project = account.project(f"faults-{name}", account.owner, document)
        project.env["AWS_ENDPOINT_URL"] = url
        attempts = 1
        if not first_attempt(project, weather, course):
            attempts = 1 + until(lambda: project.run("up", "--yes", "--skip-preview"))
        project.run("up", "--yes", "--skip-preview", "--expect-no-changes").check()
        project.destroy().check()
    return Seen(attempts=attempts, faults=weather.done, left=scan(document, account.aws))


def first_attempt(project: Project, weather: Weather, course: Course) -> bool:
    """Whether it went through."""
    if course.kill_at_write is None:
        ended = project.run("up", "--yes", "--skip-preview").code == 0
        weather.plan = None
        return ended
    engine = project.start("up", "--yes", "--skip-preview", "--parallel", "1")

    def kill(write: int) -> bool:
        """The engine alone dies at once: what its plugins go on to ask for is not done either."""
        if write == course.kill_at_write:
            os.kill(engine.pid, signal.SIGKILL)
        return write >= (course.kill_at_write or 0)

    weather.on_write = kill
    engine.communicate()
    weather.on_write = None
    project.run("cancel", "--yes").check()
    return False


def until(tried: Callable[[], Outcome]) -> int:
    """How many attempts it took."""
    for attempt in range(1, MOST_ATTEMPTS):
        answer = tried()
        if answer.code == 0:
            return attempt
    raise AssertionError(f"no `up` of {MOST_ATTEMPTS} went through; the last one:\n{answer.text}")
