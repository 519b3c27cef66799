"""A node that runs nothing: it writes the status of pods as a kubelet would, driven by a watch.

A pod is ready so long after it was bound as START_S in the environment says.
"""

from __future__ import annotations

import itertools
import os
import queue
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import httpx
from lightkube import Client, KubeConfig
from lightkube.core.exceptions import ApiError
from lightkube.models.meta_v1 import ObjectMeta
from lightkube.resources.core_v1 import Node, Pod

from benchmarks.watched import Document, Watched
from control.warehouses.names import NAMESPACE
from tests.control.controller.pod_faker import HEARTBEAT_S, NODE, PodFaker, ready_status

THREADS = 4
BLOCK, START_S = "BYOC_BENCH_BLOCK", "BYOC_BENCH_START_S"


class FakeNode:
    def __init__(self, client: Client, block: int, start_s: float) -> None:
        self.client = client
        self.start_s = start_s
        self.begun: set[str] = set()
        """Uids of pods that are on their way."""
        self.faker = PodFaker(client, block)
        numbers = itertools.product(range(64, 250), range(1, 255))
        self.addresses = (f"127.{block}.{high}.{low}" for high, low in numbers)
        self.waiting: queue.Queue[Document] = queue.Queue()

    def run(self) -> None:
        self.client.apply(Node(metadata=ObjectMeta(name=NODE)), field_manager=NODE)
        Watched(self.client, "Pod", self.waiting.put)
        with ThreadPoolExecutor(THREADS) as threads:
            beat_at_s = 0.0
            while True:
                if time.monotonic() > beat_at_s:
                    self.faker.be_ready()
                    beat_at_s = time.monotonic() + HEARTBEAT_S
                with suppress(queue.Empty):
                    threads.submit(self.advance, self.waiting.get(timeout=HEARTBEAT_S))

    def advance(self, pod: Document) -> None:
        meta, name = pod["metadata"], pod["metadata"]["name"]
        with suppress(ApiError, httpx.HTTPError):
            if "deletionTimestamp" in meta:
                self.client.delete(Pod, name, namespace=NAMESPACE, grace_period=0)
            elif not pod["spec"].get("nodeName"):
                self.faker.bind(name)
            elif not (pod.get("status") or {}).get("podIP") and meta["uid"] not in self.begun:
                self.begun.add(meta["uid"])
                threading.Timer(self.start_s, self.be_up, (name,)).start()

    def be_up(self, name: str) -> None:
        with suppress(ApiError, httpx.HTTPError):
            self.faker.report(name, ready_status(next(self.addresses)))


def main() -> None:
    client = Client(KubeConfig.from_env())
    FakeNode(client, int(os.environ[BLOCK]), float(os.environ.get(START_S, "0"))).run()


if __name__ == "__main__":
    main()
