"""The Pulumi CLI as a child that an interrupt reaches only through us."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from typing import IO, Any

from pulumi.automation import CommandResult, LocalWorkspace, OutputMap, OutputValue, PulumiCommand
from pulumi.automation.errors import create_command_error

OnOutput = Callable[[str], Any]
HIDDEN = "[secret]"
INTERRUPTIBLE = ("up", "preview", "refresh", "destroy")


class Engine(PulumiCommand):
    """Runs each command in a process group of its own, so that Ctrl-C in a terminal does not end
    it behind our back; and asks it to end in order should this process be killed."""

    _process: subprocess.Popen[bytes] | None = None
    _interrupted = False

    def run(
        self,
        args: list[str],
        cwd: str,
        additional_env: Mapping[str, str],
        on_output: OnOutput | None = None,
        on_error: OnOutput | None = None,
    ) -> CommandResult:
        env = {**os.environ, **additional_env, "PULUMI_AUTOMATION_API": "true"}
        # Files, not pipes: an engine that outlives us must not die of a broken pipe.
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            process = subprocess.Popen(
                [*ending_with_us(), self.command, *args, "--non-interactive"],
                cwd=cwd,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                process_group=0,
            )
            if args[0] in INTERRUPTIBLE:
                self._watch(process)
            code = process.wait()
            self._process = None
            result = CommandResult(stdout=written(out), stderr=written(err), code=code)
        if code:
            raise create_command_error(result)
        return result

    def interrupt(self) -> None:
        """Once: the engine finishes what is under way and ends. Twice: it ends at once."""
        self._interrupted = True
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)

    def _watch(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        if self._interrupted:  # while it was being started
            process.send_signal(signal.SIGINT)


def ending_with_us() -> list[str]:
    """A prefix by which the kernel interrupts the engine when we are gone, where there is one."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "INT", "--"] if setpriv else []


def written(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode(errors="replace").rstrip()


class ProjectWorkspace(LocalWorkspace):
    """A workspace that leaves the caller's selected stack alone and never asks for secrets."""

    def select_stack(self, stack_name: str) -> None:
        """Every command names its stack: nothing to select."""

    def stack_outputs(self, stack_name: str) -> OutputMap:
        import json

        result = self._run_pulumi_cmd_sync(["stack", "output", "--json", "--stack", stack_name])
        values: dict[str, Any] = json.loads(result.stdout or "{}")
        return {
            name: OutputValue(value=value, secret=value == HIDDEN) for name, value in values.items()
        }
