"""A node of a genuine API server that runs nothing: it only writes what a kubelet would."""

import contextlib
import itertools
import threading
import time
from datetime import UTC, datetime
from typing import Any

import httpx
from lightkube import Client
from lightkube.core.exceptions import ApiError
from lightkube.models.core_v1 import NodeCondition, NodeStatus, ObjectReference
from lightkube.models.meta_v1 import ObjectMeta
from lightkube.resources.core_v1 import Node, Pod
from lightkube.types import PatchType

NODE = "faker"
HEARTBEAT_S = 5


class PodFaker:
    def __init__(self, client: Client, block: int, namespace: str = "clickhouse") -> None:
        self.client = client
        self.namespace = namespace
        self.addresses = (f"127.{block}.64.{number}" for number in itertools.count(1))
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def __enter__(self) -> "PodFaker":
        self.client.apply(Node(metadata=ObjectMeta(name=NODE)), field_manager=NODE, force=True)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        self.thread.join()
        self.client.delete(Node, NODE)

    def run(self) -> None:
        beat_at_s = 0.0
        while True:
            if time.monotonic() > beat_at_s:
                self.be_ready()
                beat_at_s = time.monotonic() + HEARTBEAT_S
            for pod in self.client.list(Pod, namespace=self.namespace):
                with contextlib.suppress(ApiError, httpx.HTTPError):
                    self.advance(pod)
            if self.stopping.wait(0.1):
                return

    def be_ready(self) -> None:
        now = datetime.now(UTC)
        ready = NodeCondition(
            type="Ready", status="True", lastHeartbeatTime=now, lastTransitionTime=now
        )
        status = Node.Status(metadata=ObjectMeta(name=NODE), status=NodeStatus(conditions=[ready]))
        with contextlib.suppress(ApiError):
            self.client.apply(status, field_manager=NODE, force=True)

    def advance(self, pod: Pod) -> None:
        assert pod.metadata and pod.metadata.name and pod.spec
        name = pod.metadata.name
        if pod.metadata.deletionTimestamp:
            self.client.delete(Pod, name, namespace=self.namespace, grace_period=0)
        elif not pod.spec.nodeName:
            self.bind(name)
        elif pod.status is None or not pod.status.podIP:
            self.report(name, ready_status(next(self.addresses)))

    def bind(self, name: str) -> None:
        """The answer is a Status, which the client cannot read as the Binding that it sent."""
        target = ObjectReference(kind="Node", name=NODE, apiVersion="v1")
        binding = Pod.Binding(
            metadata=ObjectMeta(name=name, namespace=self.namespace), target=target
        )
        with contextlib.suppress(TypeError):
            self.client.create(binding, name)

    def report(self, name: str, status: dict[str, Any]) -> None:
        self.client.patch(
            Pod.Status,
            name,
            {"status": status},
            namespace=self.namespace,
            patch_type=PatchType.STRATEGIC,
        )


def ready_status(address: str) -> dict[str, Any]:
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "phase": "Running",
        "podIP": address,
        "podIPs": [{"ip": address}],
        "conditions": [
            {"type": kind, "status": "True", "lastTransitionTime": now}
            for kind in ("Ready", "ContainersReady", "Initialized")
        ],
    }
