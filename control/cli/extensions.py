"""What other packages add to `byoc` by entry points: commands, checks of a configuration, and
what is known of policy rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

from control.cli.errors import UsageError

COMMANDS = "byoc.commands"
CHECKS = "byoc.checks"
RULES = "byoc.rules"

Check = Callable[[Path], str | None]
"""Looks at a stack file; all that is wrong with it as one text, or None."""


def commands() -> dict[str, EntryPoint]:
    return {entry.name: entry for entry in entry_points(group=COMMANDS)}


def checks() -> list[Check]:
    return [entry.load() for entry in entry_points(group=CHECKS)]


def rule_rows() -> list[Mapping[str, Any]]:
    """Name, severity, level, summary, remedy and frameworks of every rule of the own packs."""
    return [row for entry in entry_points(group=RULES) for row in entry.load()()]


def check_configuration(project: Path, stack: str) -> None:
    """Refuse a bad configuration before anything is planned."""
    file = project / f"Pulumi.{stack}.yaml"
    if not file.is_file():
        names = sorted(path.name for path in project.glob("Pulumi.*.yaml"))
        raise UsageError(
            f"There is no {file.name} in {project}: a stack's configuration is in its stack file.",
            f"Stack files here: {', '.join(names) or 'none'}.",
        )
    problems = [text for check in checks() if (text := check(file))]
    if problems:
        raise UsageError("\n".join(problems), f"Mend {file.name}; `byoc config docs` lists keys.")
