"""Questions before something is changed."""

from __future__ import annotations

import sys

import typer

from control.cli.errors import CliError, UsageError


def require_terminal(doing: str) -> None:
    if not sys.stdin.isatty():
        raise UsageError(
            f"{doing} asks before it changes anything, and there is no terminal to ask on.",
            "Add --yes to go ahead without a question.",
        )


def confirm(question: str) -> None:
    if not typer.confirm(question, default=False, err=True):
        raise CliError("Not confirmed: nothing was changed.")


def confirm_by_name(question: str, name: str) -> None:
    """Only the name itself counts as a yes."""
    confirm_by_typing(f"{question}\nType its name to go ahead", name)


def confirm_by_phrase(question: str, phrase: str) -> None:
    confirm_by_typing(f"{question}\nType {phrase!r} to go ahead", phrase)


def confirm_by_typing(asked: str, wanted: str) -> None:
    typed = typer.prompt(asked, default="", show_default=False, err=True)
    if typed.strip() != wanted:
        raise CliError(f"{typed.strip()!r} is not {wanted!r}: nothing was changed.")
