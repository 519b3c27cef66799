from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psutil

from local.cloud import end_leftovers, ensure_secret, forget_salt
from tests.waiting import wait_for

PARENT = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
open(sys.argv[1], "w").write(str(child.pid))
time.sleep(600)
"""


def alive(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def test_leftovers_end_with_all_that_they_started(tmp_path: Path) -> None:
    note = tmp_path / "state" / "child"
    note.parent.mkdir()
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(note)])
    other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    try:
        child = wait_for(
            lambda: note.exists() and note.read_text(), within_s=20, what="the child's number"
        )
        end_leftovers(note.parent)
        parent.wait(10)
        wait_for(lambda: not alive(int(child)), within_s=10, what="the child gone")
        assert other.poll() is None
        assert alive(os.getpid())
    finally:
        for process in (parent, other):
            process.kill()
            process.wait()


def test_the_salt_is_taken_out_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "Pulumi.local.yaml"
    tracked = "# a comment\nconfig:\n  byoc:name: local\n"
    file.write_text(tracked + "encryptionsalt: v1:abc\n")
    forget_salt(tmp_path)
    assert file.read_text() == tracked
    forget_salt(tmp_path)
    assert file.read_text() == tracked


def test_a_secret_is_made_once_and_long(tmp_path: Path) -> None:
    file = tmp_path / "secrets" / "key"
    ensure_secret(file, prefix="tskey-auth-")
    first = file.read_text()
    ensure_secret(file, prefix="tskey-auth-")
    assert file.read_text() == first
    assert first.startswith("tskey-auth-")
    assert len(first) > 40
    assert file.stat().st_mode & 0o077 == 0
