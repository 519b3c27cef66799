"""Who runs this, and where it can be looked up: from what each CI system tells its jobs."""

from __future__ import annotations

import getpass
import socket
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Actor:
    name: str
    run: str = ""
    """Address of the run, or the machine."""


@dataclass(frozen=True, kw_only=True)
class System:
    name: str
    run: str
    """Pattern of variables."""


SYSTEMS = (
    System(
        name="GITHUB_ACTOR",
        run="{GITHUB_SERVER_URL}/{GITHUB_REPOSITORY}/actions/runs/{GITHUB_RUN_ID}",
    ),
    System(name="GITLAB_USER_LOGIN", run="{CI_JOB_URL}"),
    System(name="BITBUCKET_STEP_TRIGGERER_UUID", run="{BITBUCKET_GIT_HTTP_ORIGIN}"),
    System(name="BUILD_REQUESTEDFOR", run="{SYSTEM_COLLECTIONURI}{BUILD_BUILDNUMBER}"),
)


def actor(env: Mapping[str, str], by: str | None = None) -> Actor:
    """`by` is a name given on the command line, which counts more."""
    for system in SYSTEMS:
        if name := env.get(system.name):
            return Actor(name=by or name, run=system.run.format_map(Present(env)))
    return Actor(name=by or user(), run=socket.gethostname())


def user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a user id without a name
        return "unknown"


class Present(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return ""
