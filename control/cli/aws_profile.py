"""The AWS profile that a stack's program goes by: its meaning is set here, for each command.

A plan is then the same document whichever role makes or applies it. The engine and its backend keep
the caller's own credentials; only the program's providers go by the profile.
"""

from __future__ import annotations

import configparser
import os
import shlex
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from control.cli.errors import UsageError

if TYPE_CHECKING:
    from control.cli.stack import Opened

CONFIG_FILE = "AWS_CONFIG_FILE"
DEFAULT_FILE = Path("~/.aws/config")


class Acting(StrEnum):
    """Which of the deployment's roles a command has the rights of."""

    READ = "read"
    CHANGE = "change"
    REMOVE = "remove"


@dataclass(frozen=True, kw_only=True)
class Profile:
    """What a stack's configuration says of it."""

    name: str
    region: str
    role_arns: Mapping[str, str]
    """By what is done in the role's name."""
    external_id: str | None


def give_meaning(opened: Opened, acting: Acting) -> None:
    """For every engine that this stack's workspace starts; a profile of that name which the caller
    has already is left as it is."""
    from control.cli.extensions import profile_of

    profile = profile_of(opened.project / f"Pulumi.{opened.name}.yaml")
    if profile is None:
        return
    held = current(os.environ)
    if defines(held, profile.name):
        return
    folder = tempfile.TemporaryDirectory(prefix="byoc-aws-")
    opened.kept.append(folder)  # as long as the stack is open
    file = Path(folder.name, "config")
    file.touch(mode=0o600)
    file.write_text(held + section(profile, acting))
    workspace = opened.stack.workspace
    workspace.env_vars = {**workspace.env_vars, CONFIG_FILE: str(file)}


def current(env: Mapping[str, str]) -> str:
    """The caller's own AWS configuration: its other profiles keep their meaning."""
    file = Path(env.get(CONFIG_FILE) or DEFAULT_FILE).expanduser()
    try:
        return file.read_text()
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"The AWS configuration {file} cannot be read: {error}.",
            f"{CONFIG_FILE} names another one.",
        ) from error


def defines(text: str, name: str) -> bool:
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(text)
    except configparser.Error as error:
        raise UsageError(
            f"The AWS configuration is none: {error.message}",
            f"Mend it, or name another one by {CONFIG_FILE}.",
        ) from error
    return parser.has_section(f"profile {name}")


def section(profile: Profile, acting: Acting) -> str:
    """Credentials are asked for when they are needed, and again before they end."""
    command = [
        own_program(), "aws-session", "--region", profile.region,
        "--role-arn", profile.role_arns[acting],
    ]  # fmt: skip
    if profile.external_id is not None:
        command += ["--external-id", profile.external_id]
    return (
        f"\n[profile {profile.name}]\nregion = {profile.region}\n"
        f"credential_process = {shlex.join(command)}\n"
    )


def own_program() -> str:
    return str(Path(sys.executable).with_name("byoc"))
