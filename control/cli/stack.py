"""Which stack a command is about, opened through the Automation API."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from control.cli.errors import CliError, UsageError
from control.cli.file_backend import mend
from control.cli.local_environment import (
    LOCAL_STACK,
    applied,
    find_local_environment,
    find_project,
)

if TYPE_CHECKING:
    from pulumi.automation import Stack

    from control.cli.engine import Engine, ProjectWorkspace

StackOption = Annotated[
    str | None,
    typer.Option(
        "--stack",
        "-s",
        metavar="NAME",
        envvar="BYOC_STACK",
        help="Which deployment; the selected or only stack when left out.",
        show_default=False,
    ),
]
NO_PULUMI = (
    "`byoc local up` builds it for the local cloud;"
    " for other stacks install it: https://www.pulumi.com/docs/install/"
)


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A stack with the engine that works on it."""

    project: Path
    stack: Stack
    engine: Engine
    kept: list[object] = field(default_factory=list, repr=False)
    """What must last as long as the stack is open."""

    @property
    def name(self) -> str:
        return self.stack.name


def choose(stack: str | None) -> tuple[Path, str]:
    """The project's folder and the stack's name, with the environment that this stack needs."""
    project = find_project(Path.cwd())
    local = find_local_environment(project)
    name = stack or selected(project, local)
    if name == LOCAL_STACK and local:
        os.environ.update(applied(local, os.environ))
    return project, name


def open_stack(project: Path, name: str) -> Opened:
    from pulumi.automation import Stack

    mend(os.environ, name)
    with translated(name):
        workspace, engine = open_workspace(project)
        return Opened(project=project, stack=Stack.select(name, workspace), engine=engine)


def open_workspace(project: Path) -> tuple[ProjectWorkspace, Engine]:
    from control.cli.engine import Engine, ProjectWorkspace

    try:
        engine = Engine()
    except FileNotFoundError:
        raise CliError("The Pulumi CLI is not on PATH.", NO_PULUMI) from None
    return ProjectWorkspace(work_dir=str(project), pulumi_command=engine), engine


def selected(project: Path, local: dict[str, str] | None) -> str:
    """Of the backend that is in use; the local stack where there is no other."""
    if shutil.which("pulumi") is None and local:
        return LOCAL_STACK
    with translated():
        workspace, _ = open_workspace(project)
        stacks = workspace.list_stacks()
    names = [stack.name for stack in stacks]
    current = [stack.name for stack in stacks if stack.current]
    if current or len(names) == 1:
        return (current or names)[0]
    if not names and local:
        return LOCAL_STACK
    files = sorted(file.name.split(".")[1] for file in project.glob("Pulumi.*.yaml"))
    raise UsageError(
        "Which stack? None is selected."
        if names
        else "There is no stack yet in the backend that Pulumi uses here.",
        f"Name one by --stack: {', '.join(names)}."
        if names
        else f"`pulumi stack init NAME` makes one; stack files here: {', '.join(files) or 'none'}.",
    )


@contextmanager
def translated(name: str = "") -> Iterator[None]:
    """The errors of the Automation API as ours."""
    from pulumi.automation import CommandError, InvalidVersionError, StackNotFoundError

    try:
        yield
    except StackNotFoundError:
        raise UsageError(
            f"There is no stack {name!r} in the backend that Pulumi uses here.",
            f"`pulumi stack init {name}` makes it; `pulumi stack ls` lists what is there."
            + ("\n`byoc local up` makes the stack `local`." if name == LOCAL_STACK else ""),
        ) from None
    except InvalidVersionError as error:
        raise CliError(str(error), NO_PULUMI) from error
    except CommandError as error:
        raise CliError(
            f"Pulumi failed: {last_words(error)}",
            "Is the backend reachable, and its passphrase or login at hand? See `pulumi about`.",
        ) from error


def last_words(error: Exception) -> str:
    """What the CLI wrote to stderr, without its own notes."""
    text = str(error).rpartition("stderr:")[2]
    lines = [line.strip() for line in text.splitlines()]
    telling = [line.removeprefix("error: ") for line in lines if line and "warning:" not in line]
    return "\n".join(telling) or str(error).strip()
