from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import psutil

from local import process
from local.process import Launch

STUBBORN = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print("child", child.pid, flush=True)
time.sleep(600)
"""


def launch(code: str, folder: Path) -> Launch:
    return Launch(
        name="part", argv=[sys.executable, "-c", code], env=dict(os.environ), folder=folder
    )


def start(code: str, folder: Path) -> process.Running:
    return process.start(launch(code, folder), folder / "run", folder / "logs")


def test_a_started_process_is_found_again_and_stopped(tmp_path: Path) -> None:
    running = start("import time; time.sleep(600)", tmp_path)
    assert process.find("part", tmp_path / "run") == running
    assert running.memory_bytes > 0
    process.stop(running, tmp_path / "run", grace_s=5)
    assert process.find("part", tmp_path / "run") is None
    assert not psutil.pid_exists(running.pid) or psutil.Process(running.pid).status() == "zombie"


def test_a_stubborn_process_is_killed_with_its_children(tmp_path: Path) -> None:
    running = start(STUBBORN, tmp_path)
    log = tmp_path / "logs" / "part.log"
    while "child" not in log.read_text():
        assert process.find("part", tmp_path / "run")
    child = int(log.read_text().split()[1])
    process.stop(running, tmp_path / "run", grace_s=0.2)
    assert not psutil.pid_exists(child) or psutil.Process(child).status() == "zombie"


def test_another_process_with_the_same_number_is_not_taken_for_ours(tmp_path: Path) -> None:
    record = {"pid": os.getpid(), "started_at_s": 1.0, "argv": []}
    (tmp_path / "part.json").write_text(json.dumps(record))
    assert process.find("part", tmp_path) is None
    assert process.was_started("part", tmp_path)


def test_the_log_of_the_last_run_is_kept(tmp_path: Path) -> None:
    for word in ("first", "second"):
        running = start(f"print('{word}')", tmp_path)
        psutil.wait_procs([psutil.Process(running.pid)], timeout=10)
    assert (tmp_path / "logs" / "part.log").read_text() == "second\n"
    assert (tmp_path / "logs" / "part.previous.log").read_text() == "first\n"
    assert process.last_lines(tmp_path / "logs" / "part.log") == "second"


def test_cloud_settings_of_the_caller_do_not_leak_in() -> None:
    env = {"AWS_PROFILE": "prod", "KUBECONFIG": "/x", "PULUMI_HOME": "/y", "PATH": "/bin"}
    assert process.without_cloud_settings(env) == {"PATH": "/bin"}
