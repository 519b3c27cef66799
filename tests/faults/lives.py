"""A deployment made in bad weather: applied until it stands, then taken down in good weather."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import psutil

from infra.orphans.scan import Scan
from tests.faults.faults import Fault, Plan, Rates
from tests.faults.proxy import Weather, faulty
from tests.local.plugins.project import STACK, WITHIN_S, Outcome, Project
from tests.shapes.account import brought
from tests.shapes.life import Account, scan
from tests.shapes.shapes import shape
from tests.waiting import wait_for

SHAPE = "own-vpc"
MOST_ATTEMPTS = 4
PLUGINS_END_WITHIN_S = 240


@dataclass(frozen=True, kw_only=True)
class Course:
    """What the first attempt meets; those after it, good weather."""

    rates: Rates = field(default_factory=Rates)
    kill_at_write: int | None = None
    """The engine is killed as this write is under way, and what goes on beside it: all of them are
    done, and none of them is recorded."""
    seed: int = 0


@dataclass(frozen=True, kw_only=True)
class Seen:
    attempts: int
    faults: Counter[Fault]
    left: Scan
    said: str
    """By the attempts after the first."""


def convergence(account: Account, name: str, course: Course) -> Seen:
    document = {**brought(account.aws, shape(SHAPE).document), "name": name[:20].rstrip("-")}
    weather = Weather(plan=Plan(seed=course.seed, rates=course.rates))
    with faulty(account.aws.url, weather) as url:
        project = account.project(f"faults-{name}", account.owner, document)
        project.env["AWS_ENDPOINT_URL"] = url
        project.configure({f"byoc:{key}": value for key, value in document.items()})
        told: list[str] = []
        attempts = 1
        if not first_attempt(project, weather, course):
            attempts = 1 + until(lambda: byoc(project, "up", "--yes"), told)
        project.run("up", "--yes", "--skip-preview", "--expect-no-changes").check()
        project.destroy().check()
    left = scan(document, account.aws)
    return Seen(attempts=attempts, faults=weather.done, left=left, said="\n".join(told))


def first_attempt(project: Project, weather: Weather, course: Course) -> bool:
    """Whether it went through."""
    if course.kill_at_write is None:
        ended = project.run("up", "--yes", "--skip-preview").code == 0
        weather.plan = None
        return ended
    engine = project.start("up", "--yes", "--skip-preview")

    def kill(write: int) -> Fault:
        """The engine dies at once, and a moment later its plugins: what they ask for after it is
        not done."""
        if write == course.kill_at_write:
            os.kill(engine.pid, signal.SIGKILL)
            return Fault.LOST
        return Fault.CUT_OFF if write > (course.kill_at_write or 0) else Fault.NONE

    weather.on_write = kill
    engine.communicate()
    ended = lambda: not plugins_of(engine.pid) and not weather.under_way  # noqa: E731
    wait_for(ended, within_s=PLUGINS_END_WITHIN_S, what="the end of the plugins")
    weather.on_write = None
    return False


def plugins_of(session: int) -> list[int]:
    return [pid for pid in psutil.pids() if session_of(pid) == session]


def session_of(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except ProcessLookupError:
        return None


def byoc(project: Project, *args: str) -> Outcome:
    """As a customer runs it."""
    code = "from control.cli.main import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, *args, "--stack", STACK],
        cwd=project.folder,
        env=project.environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=WITHIN_S,
    )
    return Outcome(args=args, code=done.returncode, text=done.stdout + done.stderr)


def until(tried: Callable[[], Outcome], told: list[str]) -> int:
    """How many attempts it took."""
    for attempt in range(1, MOST_ATTEMPTS):
        answer = tried()
        told.append(answer.text)
        if answer.code == 0:
            return attempt
    raise AssertionError(f"no `up` of {MOST_ATTEMPTS} went through; the last one:\n{answer.text}")
