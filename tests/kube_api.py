"""A Kubernetes control plane for tests, on loopback addresses of its own."""

from __future__ import annotations

import contextlib
import os
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from local.instance import port_is_free
from local.pki import ensure_pki

BLOCKS = range(210, 250)
READY_WITHIN_S = 360


@dataclass
class ApiProcess:
    argv: list[str]
    log: Path

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.argv, stdout=log, stderr=log, env={**os.environ, "GOGC": "50"}
            )

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@dataclass(frozen=True, kw_only=True)
class KubeApi:
    """`block` is the second number of its addresses, 127.<block>.0.0/16."""

    server: str
    kubeconfig: Path
    folder: Path
    block: int
    process: ApiProcess

    def start(self) -> None:
        """Also after it was killed: what it answered is on disk."""
        self.process.start()
        wait_until_ready(self.server, self.folder, self.process.process)


@contextlib.contextmanager
def started_kube_api(binary: Path, folder: Path, worker: str) -> Iterator[KubeApi]:
    block = free_block(worker)
    server = f"https://127.{block}.0.1:6443"
    ensure_pki(
        folder / "pki",
        server=server,
        service_address=f"127.{block}.32.1",
        kubelet_names=[f"127.{block}.0.{number}" for number in range(11, 30)],
    )
    argv = [str(binary), f"--data-dir={folder / 'data'}", f"--bind-address=127.{block}.0.1"]
    argv += [f"--pki-dir={folder / 'pki'}", f"--service-cidr=127.{block}.32.0/19"]
    api = KubeApi(
        server=server,
        kubeconfig=folder / "pki" / "admin.kubeconfig",
        folder=folder,
        block=block,
        process=ApiProcess(argv, folder / "kube.log"),
    )
    try:
        api.start()
        yield api
    finally:
        api.process.stop()


def free_block(worker: str) -> int:
    """Workers of one run start at different blocks, so that they do not race for the same."""
    number = int(worker.removeprefix("gw")) if worker.startswith("gw") else 0
    start = (number * 9 + os.getpid()) % len(BLOCKS)
    for step in range(len(BLOCKS)):
        block = BLOCKS[(start + step) % len(BLOCKS)]
        if port_is_free(f"127.{block}.0.1", 6443):
            return block
    raise RuntimeError("no free block of loopback addresses for an API server")


def wait_until_ready(server: str, folder: Path, process: subprocess.Popen[bytes]) -> None:
    context = ssl.create_default_context(cafile=str(folder / "pki" / "ca.crt"))
    deadline_s = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < deadline_s:
        if process.poll() is not None:
            raise RuntimeError(f"the API server ended: {(folder / 'kube.log').read_text()[-2000:]}")
        try:
            with urllib.request.urlopen(f"{server}/readyz", timeout=2, context=context):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"no API server at {server} after {READY_WITHIN_S} s")
