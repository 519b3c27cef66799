"""Long-lived processes of the local cloud: started once, found again by pid and start time, stopped
in order."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from local.instance import write_atomically


@dataclass(frozen=True, kw_only=True)
class Running:
    """A process that this instance started and that is still the same one."""

    name: str
    pid: int
    started_at_s: float

    @property
    def memory_bytes(self) -> int:
        """Resident memory of the process and everything below it, shared pages counted once."""
        total = 0
        for process in self.tree():
            try:
                total += proportional_memory_bytes(process.pid)
            except (psutil.NoSuchProcess, FileNotFoundError, ProcessLookupError):
                continue
        return total

    def tree(self) -> list[psutil.Process]:
        try:
            root = psutil.Process(self.pid)
            return [root, *root.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []


@dataclass(frozen=True, kw_only=True)
class Launch:
    """How to start a part: `argv` holds no secret, since every user can read it."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    folder: Path


def start(launch: Launch, run_dir: Path, logs_dir: Path) -> Running:
    """Start in a session of its own, so that it outlives the terminal; output goes to
    `<logs>/<name>.log`."""
    run_dir.mkdir(parents=True, exist_ok=True)
    logs_dir.mkdir(parents=True, exist_ok=True)
    log_file = logs_dir / f"{launch.name}.log"
    if log_file.exists():
        log_file.replace(log_file.with_suffix(".previous.log"))
    with log_file.open("ab") as log:
        process = subprocess.Popen(
            launch.argv,
            cwd=launch.folder,
            env=dict(launch.env),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    started_at_s = psutil.Process(process.pid).create_time()
    record = {"pid": process.pid, "started_at_s": started_at_s, "argv": list(launch.argv)}
    write_atomically(run_dir / f"{launch.name}.json", json.dumps(record))
    return Running(name=launch.name, pid=process.pid, started_at_s=started_at_s)


def find(name: str, run_dir: Path) -> Running | None:
    """The recorded process, if it lives and is not another one that got its number."""
    try:
        record = json.loads((run_dir / f"{name}.json").read_text())
        process = psutil.Process(record["pid"])
        same = abs(process.create_time() - record["started_at_s"]) < 1
        if not same or process.status() == psutil.STATUS_ZOMBIE:
            return None
        return Running(name=name, pid=process.pid, started_at_s=record["started_at_s"])
    except (FileNotFoundError, ValueError, KeyError, psutil.NoSuchProcess):
        return None


def was_started(name: str, run_dir: Path) -> bool:
    return (run_dir / f"{name}.json").exists()


def stop(running: Running, run_dir: Path, *, grace_s: float) -> None:
    """Ask the process to end, wait, then end it and whatever it left behind."""
    tree = running.tree()
    for process in tree[:1]:
        end(process, force=False)
    _, alive = psutil.wait_procs(tree[:1], timeout=grace_s)
    children = [process for process in tree[1:] if process.is_running()]
    for process in [*alive, *children]:
        end(process, force=True)
    psutil.wait_procs([*alive, *children], timeout=10)
    (run_dir / f"{running.name}.json").unlink(missing_ok=True)


def end(process: psutil.Process, *, force: bool) -> None:
    try:
        if force:
            process.kill()
        else:
            process.terminate()
    except psutil.NoSuchProcess:
        return


def last_lines(log_file: Path, count: int = 5) -> str:
    try:
        lines = log_file.read_text(errors="replace").splitlines()
    except FileNotFoundError:
        return "(no log)"
    return "\n".join(lines[-count:])


def proportional_memory_bytes(pid: int) -> int:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0


def without_cloud_settings(env: Mapping[str, str]) -> dict[str, str]:
    """The caller's environment less what would point a part of the local cloud at a real account or
    cluster."""
    foreign = ("AWS_", "PULUMI_", "KUBE", "GOOGLE_", "ARM_", "MOTO_")
    return {name: value for name, value in env.items() if not name.startswith(foreign)}


def current_env() -> dict[str, str]:
    return dict(os.environ)
