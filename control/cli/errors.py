"""What ends a command: one exception with its exit code, written to stderr in one place."""

from __future__ import annotations

import sys

FAILED = 1
BAD_USAGE = 2


class CliError(Exception):
    """Says what is wrong and what to do next; exit code 1."""

    exit_code = FAILED

    def __init__(self, problem: str, remedy: str = "") -> None:
        self.problem = problem
        self.remedy = remedy
        super().__init__(problem)


class UsageError(CliError):
    """The command or the configuration is wrong: nothing was tried; exit code 2."""

    exit_code = BAD_USAGE


def report(error: CliError) -> None:
    from control.cli.redaction import redacted

    label = "\x1b[31merror:\x1b[0m" if sys.stderr.isatty() else "error:"
    lines = [f"{label} {redacted(error.problem)}"]
    lines += [f"  {line}" for line in error.remedy.splitlines()]
    sys.stderr.write("\n".join(lines) + "\n")
