"""Takes the deployed controller's place, changes services, and watches what serves meanwhile."""

from __future__ import annotations

import itertools
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from lightkube import ApiError, Client
from lightkube.generic_resource import create_namespaced_resource
from lightkube.resources.apps_v1 import Deployment
from lightkube.resources.core_v1 import Pod
from lightkube.types import PatchType

from control.warehouses.names import (
    GROUP,
    REPLICA_LABEL,
    SERVICE_LABEL,
    SERVING_LABEL,
    VERSION,
)
from tests.stack.checkout import Checkout
from tests.stack.sql import NAMESPACE
from tests.waiting import wait_for

SERVICES = create_namespaced_resource(GROUP, VERSION, "Service", "services")
BACKUPS = create_namespaced_resource(GROUP, VERSION, "Backup", "backups")
WAREHOUSES = create_namespaced_resource(GROUP, VERSION, "Warehouse", "warehouses")
SYSTEM, CONTROLLER = "byoc-system", "controller"
LOOK_S = 0.1


@dataclass
class MortalController:
    """A controller process of the test's own, started again whenever it dies."""

    stack: Checkout
    lives: Iterator[int]
    log: Path
    waits_s: Mapping[str, float] = field(default_factory=dict)
    """Limits of a replacement, by name, that are shorter still."""
    deaths: int = 0
    stopping: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        env = self.stack.stack_env()
        while not self.stopping.is_set():
            self.start(env, next(self.lives))
            while self.process.poll() is None and not self.stopping.wait(0.05):
                continue
            self.deaths += self.process.poll() is not None
        self.process.kill()
        self.process.wait()

    def start(self, env: dict[str, str], changes: int) -> None:
        python = self.stack.folder / ".venv" / "bin" / "python"
        waits = [f"{name}={wait_s}" for name, wait_s in self.waits_s.items()]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [str(python), "-m", "tests.stack.mortal_controller", str(changes), *waits],
                cwd=self.stack.folder,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def kill(self) -> None:
        self.process.kill()

    def live_again(self, waits_s: Mapping[str, float]) -> None:
        """Killed, and started with other limits."""
        wait_for(lambda: hasattr(self, "process"), within_s=10, what="a controller")
        self.waits_s = waits_s
        self.kill()


@contextmanager
def own_controller(
    stack: Checkout,
    log: Path,
    lives: Iterator[int] | None = None,
    waits_s: Mapping[str, float] | None = None,
) -> Iterator[MortalController]:
    """The deployed controller stands down; ours acts, and dies after each number of changes."""
    kube = stack.kube()
    stand(kube, replicas=0)
    own = MortalController(
        stack=stack, lives=lives or itertools.repeat(0), log=log, waits_s=waits_s or {}
    )
    thread = threading.Thread(target=own.run, daemon=True)
    thread.start()
    try:
        yield own
    finally:
        own.stopping.set()
        thread.join(30)
        stand(kube, replicas=1)


def stand(kube: Client, *, replicas: int) -> None:
    change = {"spec": {"replicas": replicas}}
    kube.patch(Deployment, CONTROLLER, change, namespace=SYSTEM, patch_type=PatchType.MERGE)
    wait_for(
        lambda: len(controllers(kube)) == replicas, within_s=60, what=f"{replicas} controllers"
    )


def controllers(kube: Client) -> list[str]:
    labels = {"app.kubernetes.io/name": CONTROLLER}
    pods = kube.list(Pod, namespace=SYSTEM, labels=labels)
    return [pod.metadata.name for pod in pods if pod.metadata and pod.metadata.name]


def kill_controller(stack: Checkout) -> None:
    kube = stack.kube()
    for name in controllers(kube):
        kube.delete(Pod, name, namespace=SYSTEM, grace_period=0)


def edit_service(stack: Checkout, name: str, **change: Any) -> None:
    stack.kube().patch(
        SERVICES, name, {"spec": change}, namespace=NAMESPACE, patch_type=PatchType.MERGE
    )


def edit_warehouse(stack: Checkout, name: str, **change: Any) -> None:
    stack.kube().patch(
        WAREHOUSES, name, {"spec": change}, namespace=NAMESPACE, patch_type=PatchType.MERGE
    )


def service(stack: Checkout, name: str) -> dict[str, Any]:
    return dict(stack.kube().get(SERVICES, name, namespace=NAMESPACE))


def is_settled(stack: Checkout, name: str) -> bool:
    """Running as its latest request says, with nothing on its way."""
    found = service(stack, name)
    status = found.get("status") or {}
    current = status.get("observedGeneration") == found["metadata"]["generation"]
    op = status.get("op") or {}
    return bool(current and status.get("phase") == "Running" and op.get("state") == "Done")


def settle(stack: Checkout, *names: str, within_s: float = 120) -> None:
    wait_for(
        lambda: all(is_settled(stack, name) for name in names),
        within_s=within_s,
        what=f"{', '.join(names)} running as wanted",
    )


def rids(stack: Checkout, name: str) -> set[str]:
    status = service(stack, name).get("status") or {}
    return {replica["rid"] for replica in status.get("replicas") or ()}


@dataclass
class Capacity:
    """How many pods of a service served and how many there were, looked at again and again."""

    stack: Checkout
    service: str
    serving: list[int] = field(default_factory=list)
    present: list[int] = field(default_factory=list)

    def __enter__(self) -> Capacity:
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self.watch, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        self.thread.join(10)

    def watch(self) -> None:
        kube = self.stack.kube()
        while not self.stopping.wait(LOOK_S):
            try:
                found = kube.list(Pod, namespace=NAMESPACE, labels={SERVICE_LABEL: self.service})
                pods = list(found)
            except (httpx.HTTPError, ApiError):  # the API server is being restarted
                continue
            self.serving.append(sum(serves(pod) for pod in pods))
            self.present.append(
                len(
                    {(pod.metadata.labels or {}).get(REPLICA_LABEL) for pod in pods if pod.metadata}
                )
            )


def serves(pod: Pod) -> bool:
    if pod.metadata is None or pod.metadata.deletionTimestamp or pod.status is None:
        return False
    ready = any(c.type == "Ready" and c.status == "True" for c in pod.status.conditions or ())
    return ready and (pod.metadata.labels or {}).get(SERVING_LABEL) == "true"
