"""A kubelet as a process of its own, with one or more nodes in the test's API server."""

from __future__ import annotations

import json
import signal
import ssl
import subprocess
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from local.kubelet.leftovers import end_leftover_pods
from tests.kube_api import KubeApi
from tests.local.kubelet.cluster import PYTHON, SHELL, TAINT
from tests.waiting import wait_for

CHECKOUT = Path(__file__).parents[3]


@dataclass(kw_only=True)
class KubeletProcess:
    """`number` keeps the addresses of several kubelets of one API server apart."""

    api: KubeApi
    folder: Path
    number: int
    extra: tuple[str, ...] = ()
    nodes: list[dict[str, Any]] | None = None
    kubeconfig: Path | None = None
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.write_images({})
        self.write_nodes(self.nodes or [self.node(self.name)])

    @property
    def name(self) -> str:
        return f"kubelet-{self.number}"

    @property
    def address(self) -> str:
        return f"127.{self.api.block}.0.{10 + self.number}"

    @property
    def root(self) -> Path:
        return self.folder / "root"

    @property
    def log_text(self) -> str:
        return (self.folder / "kubelet.log").read_text()

    def node(self, name: str, **fields: Any) -> dict[str, Any]:
        labels = {TAINT: self.name, **fields.pop("labels", {})}
        taints = [{"key": TAINT, "value": self.name, "effect": "NoSchedule"}]
        return {"name": name, "labels": labels, "taints": taints, **fields}

    def write_nodes(self, nodes: list[dict[str, Any]]) -> None:
        (self.folder / "nodes.json").write_text(json.dumps(nodes))

    def write_images(self, more: dict[str, Any]) -> None:
        images = {
            SHELL: {"entrypoint": ["/bin/sh", "-c"]},
            PYTHON: {
                "commands": {"python": [sys.executable]},
                "read_only": [str(CHECKOUT), sys.prefix, sys.base_prefix],
            },
            "test/refused": {"why_not": "there is no such program for this machine"},
            **more,
        }
        (self.folder / "images.json").write_text(json.dumps(images))

    def start(self) -> None:
        argv = [sys.executable, "-m", "local.kubelet"]
        argv += ["--kubeconfig", str(self.kubeconfig or self.api.kubeconfig)]
        argv += ["--address", self.address]
        network = f"127.{self.api.block}.{64 + 4 * self.number}.0/22"
        argv += ["--pod-cidr", network, "--root", str(self.root)]
        argv += ["--images", str(self.folder / "images.json")]
        if "--aws-endpoint" not in self.extra:
            argv += ["--nodes", str(self.folder / "nodes.json")]
        argv += ["--backoff-initial", "0.5", "--backoff-max", "4", "--volume-check", "0.5"]
        with (self.folder / "kubelet.log").open("ab") as log:
            self.process = subprocess.Popen(
                [*argv, *self.extra], stdout=log, stderr=log, cwd=CHECKOUT
            )
        wait_for(self.is_healthy, within_s=60, what=f"{self.name} is healthy")

    def is_healthy(self) -> bool:
        assert self.process and self.process.poll() is None, self.log_text
        try:
            return self.get("/healthz") == b"ok"
        except (urllib.error.URLError, OSError):
            return False

    def get(
        self, path: str, address: str = "", token: str = "", authority: str | None = None
    ) -> bytes:
        """The certificate is verified only where an authority is named."""
        context = ssl.create_default_context(cafile=authority)
        if authority is None:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        request = urllib.request.Request(f"https://{address or self.address}:10250{path}")
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        with urllib.request.urlopen(request, timeout=5, context=context) as answer:
            content: bytes = answer.read()
            return content

    def report(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.get("/status"))
        return found

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def end_leftovers(self) -> None:
        end_leftover_pods(self.root)

    def _end(self, number: int) -> None:
        if self.process is None:
            return
        self.process.send_signal(number)
        try:
            self.process.wait(40)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
        finally:
            self.process = None
