"""Parts that die, and set-ups that are interrupted: `byoc local up` goes on from there."""

from __future__ import annotations

import json
import signal
import subprocess

import psutil
import pytest

from tests.stack.checkout import Checkout
from tests.stack.sql import cell, connect, service_address
from tests.waiting import wait_for


def server_pid(stack: Checkout, name: str) -> int:
    record = json.loads((stack.state_dir / "run" / f"{name}.json").read_text())
    return int(record["pid"])


@pytest.mark.parametrize("part", ["kubernetes", "kubelet"])
def test_a_dead_part_is_named_and_comes_back(stack: Checkout, part: str) -> None:
    killed = psutil.Process(server_pid(stack, part))
    killed.kill()
    wait_for(lambda: not killed.is_running(), within_s=10, what=f"{part} gone")
    answer = stack.byoc("local", "status")
    assert answer.code == 1
    assert f"Not running any more: {part}" in answer.err
    assert "byoc local up" in answer.err
    stack.byoc("local", "up").ok()
    stack.byoc("local", "status").ok()
    primary = service_address(stack, "primary")
    wait_for(lambda: answers(stack, primary), within_s=120, what="SQL after the part came back")


def answers(stack: Checkout, address: str) -> bool:
    from clickhouse_connect.driver.exceptions import Error

    try:
        return bool(cell(connect(stack, address), "SELECT 1") == 1)
    except (Error, OSError):
        return False


def test_two_commands_at_once_do_not_meet(stack: Checkout) -> None:
    byoc = str(stack.folder / ".venv" / "bin" / "byoc")
    lock = stack.folder / ".byoc" / "local.lock"
    holder = subprocess.Popen(
        ["flock", "--no-fork", str(lock), "sleep", "60"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(
            lambda: subprocess.run(["flock", "-n", str(lock), "true"], check=False).returncode,
            within_s=10,
            what="the lock held",
        )
        answer = stack.run(byoc, "local", "up")
        assert answer.code == 1
        assert "is at work here" in answer.err
    finally:
        holder.send_signal(signal.SIGKILL)
        holder.wait()
