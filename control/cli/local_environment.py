"""The environment of the stack named `local`, which the local cloud writes down while it is up."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from control.cli.errors import CliError, UsageError

LOCAL_STACK = "local"
PROJECT_FILE = "Pulumi.yaml"
ENVIRONMENT_FILE = Path(".byoc", "local", "env.json")
PATH_PREFIX = "PATH_PREFIX"


def find_project(folder: Path) -> Path:
    """The folder itself or the nearest one above it that holds a Pulumi project."""
    for candidate in (folder, *folder.parents):
        if (candidate / PROJECT_FILE).is_file():
            return candidate
    raise UsageError(
        f"There is no {PROJECT_FILE} in {folder} or above it.",
        "Change to the project's folder first.",
    )


def find_local_environment(folder: Path) -> dict[str, str] | None:
    """None where no local cloud is up for the project around `folder`."""
    for candidate in (folder, *folder.parents):
        file = candidate / ENVIRONMENT_FILE
        if file.is_file():
            return read(file)
    return None


def read(file: Path) -> dict[str, str]:
    try:
        document = json.loads(file.read_text())
    except (OSError, ValueError) as error:
        raise CliError(
            f"{file} cannot be read: {error}", "`byoc local up` writes it anew."
        ) from error
    if not isinstance(document, dict) or not all(isinstance(v, str) for v in document.values()):
        raise CliError(f"{file} is no object of strings.", "`byoc local up` writes it anew.")
    return document


def applied(variables: Mapping[str, str], env: Mapping[str, str]) -> dict[str, str]:
    """`env` with the variables set, and with the local cloud's folders in front of PATH once."""
    prefix = [part for part in variables.get(PATH_PREFIX, "").split(":") if part]
    rest = [part for part in env.get("PATH", "").split(":") if part and part not in prefix]
    values = {name: value for name, value in variables.items() if name != PATH_PREFIX}
    return {**env, **values, "PATH": ":".join([*prefix, *rest])}
