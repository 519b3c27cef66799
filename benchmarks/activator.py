"""The activator passing on against a direct connection, and its memory with 1,000 clients held."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import psutil

from benchmarks.activator_process import PORT, REPLICA_PORT
from benchmarks.measure import in_turn, report_ratio
from control.controller.activator.__main__ import raise_file_limit

ADDRESS, SLEEPY, REPLICA = "127.250.0.1", "127.250.0.2", "127.250.0.3"
BYTES, RUNS = 1 << 28, 5
HELD = 1000
GOAL = 2.0
READY_WITHIN_S = 60.0


def main() -> None:
    raise_file_limit()
    with (
        running("replica", REPLICA, port=REPLICA_PORT, at=REPLICA),
        running("activator", ADDRESS, REPLICA, port=PORT, at=ADDRESS) as between,
    ):
        print(f"{BYTES >> 20} MiB from a replica to one client:")
        subject, baseline = in_turn(
            {
                "through the activator": lambda: fetch(ADDRESS, PORT),
                "direct": lambda: fetch(REPLICA, REPLICA_PORT),
            },
            runs=RUNS,
        )
        report_ratio(subject, baseline, goal=GOAL)
        for timing in (subject, baseline):
            print(f"{timing.name:<34} {BYTES / timing.median_s / 1e6:8.0f} MB/s")
        report_cpu(between)
    with running("activator", SLEEPY, "-", port=PORT, at=SLEEPY) as activator:
        report_held(activator)


def fetch(address: str, port: int) -> None:
    with socket.create_connection((address, port)) as client:
        client.sendall(request())
        left = BYTES
        while left:
            left -= len(client.recv(1 << 20))


def request() -> bytes:
    return b"POST /%d HTTP/1.0\r\n" % BYTES


def report_cpu(activator: psutil.Process) -> None:
    """What others do on the machine stretches the time of a transfer, and hardly this."""
    before, own = cpu_s(activator), cpu_s(psutil.Process())
    for _ in range(RUNS):
        fetch(ADDRESS, PORT)
    passed_gb = RUNS * BYTES / 1e9
    spent = {
        "activator": cpu_s(activator) - before,
        "client that reads": cpu_s(psutil.Process()) - own,
    }
    for name, used_s in spent.items():
        print(f"{'CPU of the ' + name:<34} {used_s / passed_gb:8.3f} s for each GB")


def cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


def report_held(activator: psutil.Process) -> None:
    before = activator.memory_info().rss
    with contextlib.ExitStack() as stack:
        for _ in range(HELD):
            client = stack.enter_context(socket.create_connection((SLEEPY, PORT)))
            client.sendall(request())
        settled(activator)
        used = activator.memory_info().rss
    print(f"{HELD} clients held: {used / 1e6:.0f} MB, {before / 1e6:.0f} MB with none,")
    print(f"{(used - before) / HELD / 1e3:.1f} KB for each")


def settled(activator: psutil.Process) -> None:
    """Every client has a socket in the activator."""
    deadline_s = time.monotonic() + READY_WITHIN_S
    while activator.num_fds() < HELD and time.monotonic() < deadline_s:
        time.sleep(0.05)


@contextlib.contextmanager
def running(*words: str, port: int, at: str) -> Iterator[psutil.Process]:
    process = subprocess.Popen([sys.executable, "-m", "benchmarks.activator_process", *words])
    try:
        deadline_s = time.monotonic() + READY_WITHIN_S
        while True:
            try:
                socket.create_connection((at, port)).close()
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > deadline_s:
                    sys.exit(f"{' '.join(words)} does not come up")
                time.sleep(0.05)
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    main()
