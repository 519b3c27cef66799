"""The Python interpreter of a project: that of its virtual environment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.plugins.values import decode

LIST_DISTRIBUTIONS = """
import importlib.metadata, json
print(json.dumps([
    {"name": d.name, "version": d.version, "requires": d.requires or []}
    for d in importlib.metadata.distributions()
]))
"""
INSTALL_WITHIN_S = 1800


class NoInterpreterError(Exception):
    """The project names a virtual environment that is not there."""


@dataclass(frozen=True, kw_only=True)
class Interpreter:
    """`environment` is None where the project names none: then it is our own interpreter."""

    root: Path
    environment: Path | None

    @property
    def python(self) -> Path:
        return self.environment / "bin" / "python" if self.environment else Path(sys.executable)

    def checked(self) -> Path:
        if not self.python.exists():
            raise NoInterpreterError(
                f"{self.environment} has no Python, but is the virtual environment that "
                f"`runtime.options.virtualenv` of {self.root} names: make it, or correct the name"
            )
        return self.python

    def variables(self) -> dict[str, str]:
        """The environment with the virtual environment active."""
        variables = {name: value for name, value in os.environ.items() if name != "PYTHONHOME"}
        if self.environment:
            variables["VIRTUAL_ENV"] = str(self.environment)
            variables["PATH"] = f"{self.environment / 'bin'}:{variables.get('PATH', '')}"
        return variables

    def version(self) -> str:
        return self._output("-c", "import platform; print(platform.python_version())").strip()

    def distributions(self, *, transitive: bool) -> Iterator[tuple[str, str]]:
        """Name and version of what is installed; without transitive ones, of what nothing else
        needs."""
        found = json.loads(self._output("-c", LIST_DISTRIBUTIONS))
        needed = {normal_name(need) for item in found for need in item["requires"]}
        for item in sorted(found, key=lambda item: str(item["name"]).lower()):
            if transitive or normal_name(item["name"]) not in needed:
                yield item["name"], item["version"]

    def install(self) -> Iterator[str]:
        """Make the virtual environment, and install requirements.txt where there is one."""
        if self.environment and not self.python.exists():
            yield f"creating the virtual environment {self.environment}\n"
            self._run(sys.executable, "-m", "venv", str(self.environment))
        requirements = self.root / "requirements.txt"
        if not requirements.exists():
            yield f"{self.root} has no requirements.txt: there is nothing to install\n"
            return
        yield f"installing {requirements}\n"
        yield self._run(str(self.python), "-m", "pip", "install", "-r", str(requirements))

    def _output(self, *args: str) -> str:
        return self._run(str(self.checked()), "-I", *args)

    def _run(self, *argv: str) -> str:
        done = subprocess.run(
            argv, check=False, capture_output=True, text=True, timeout=INSTALL_WITHIN_S
        )
        if done.returncode:
            raise RuntimeError(f"{' '.join(argv)} failed: {done.stderr or done.stdout}")
        return done.stdout


def interpreter_of(info: Any, root: str = "") -> Interpreter:
    """The interpreter for a program's `ProgramInfo`, by `options.virtualenv` of its project file;
    a relative one is meant from the project file's folder."""
    options, _ = decode(info.options)
    folder = Path(root or info.root_directory or ".").absolute()
    name = options.get("virtualenv")
    return Interpreter(root=folder, environment=folder / name if name else None)


def normal_name(requirement: str) -> str:
    name = ""
    for letter in requirement:
        if not (letter.isalnum() or letter in "-_."):
            break
        name += letter
    return name.lower().replace("_", "-").replace(".", "-")
