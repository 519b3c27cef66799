"""What other packages add to `byoc` by entry points: commands, checks of a configuration and of
what it changes, what is looked for after a deployment or after an engine was killed, what is
known of policy rules, and whose rights a program has."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from control.cli.errors import UsageError

if TYPE_CHECKING:
    from control.cli.aws_profile import Profile
    from control.cli.pending_plan import Pending, Sight
    from control.cli.stack import Opened

COMMANDS = "byoc.commands"
CHECKS = "byoc.checks"
GUARDS = "byoc.guards"
LEFTOVERS = "byoc.leftovers"
ACCOUNT_CHECKS = "byoc.account_checks"
RULES = "byoc.rules"
FINDERS = "byoc.finders"
PROFILES = "byoc.profiles"

Check = Callable[[Path], str | None]
"""Looks at a stack file; all that is wrong with it as one text, or None."""
Guard = Callable[[Path, Sequence[Mapping[str, Any]]], str | None]
"""Looks at a stack file beside the resources that the stack has; what cannot be changed as one
text, or None."""
Leftovers = Callable[[Path], tuple[bool, Mapping[str, Any], Sequence[str]]]
"""Looks through the account after a deployment went: whether nothing is left, that as a document,
and as lines."""


class Finder(Protocol):
    """Looks for what a killed engine was making: by URN, of those whose type it knows."""

    def __call__(
        self, file: Path, creates: Sequence[Pending], *, leaving: bool
    ) -> Mapping[str, Sight]: ...


def commands() -> dict[str, EntryPoint]:
    return {entry.name: entry for entry in entry_points(group=COMMANDS)}


def checks() -> list[Check]:
    return [entry.load() for entry in entry_points(group=CHECKS)]


def account_checks() -> list[Check]:
    return [entry.load() for entry in entry_points(group=ACCOUNT_CHECKS)]


def guards() -> list[Guard]:
    return [entry.load() for entry in entry_points(group=GUARDS)]


def leftovers() -> list[Leftovers]:
    return [entry.load() for entry in entry_points(group=LEFTOVERS)]


def finders() -> list[Finder]:
    return [entry.load() for entry in entry_points(group=FINDERS)]


def rule_rows() -> list[Mapping[str, Any]]:
    """Name, severity, level, summary, remedy and frameworks of every rule of the own packs."""
    return [row for entry in entry_points(group=RULES) for row in entry.load()()]


def profile_of(file: Path) -> Profile | None:
    """The AWS profile that the program of a stack goes by, where it goes by one."""
    from control.cli.aws_profile import Profile

    for entry in entry_points(group=PROFILES):
        if (found := entry.load()(file)) is not None:
            return Profile(**found)
    return None


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


def check_fixed(opened: Opened) -> None:
    """Refuse to change what cannot be changed, before anything is planned."""
    asked = guards()
    if not asked:
        return
    from control.cli.stack import translated

    with translated(opened.name):
        deployment = opened.stack.export_stack().deployment or {}
    file = opened.project / f"Pulumi.{opened.name}.yaml"
    resources = deployment.get("resources") or ()
    problems = [text for guard in asked if (text := guard(file, resources))]
    if problems:
        raise UsageError("\n".join(problems), f"Put {file.name} back, or do what it says instead.")


def check_account(project: Path, stack: str) -> None:
    """Refuse what the account would refuse in the middle; read, and nothing more."""
    file = project / f"Pulumi.{stack}.yaml"
    problems = [text for check in account_checks() if (text := check(file))]
    if problems:
        raise UsageError("\n".join(problems), "`byoc preflight` looks at the rest of the account.")
