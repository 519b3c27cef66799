"""For which pods a node autoscaler says that it makes a node."""

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from control.controller.kube_client import KubeClient
from control.controller.replica_documents import waits_for_node
from control.warehouses.moments import moment_from

SCALE_UP = ("Nominated", "TriggeredScaleUp")
"""The events of a pod by Karpenter, and by the cluster autoscaler of every cloud."""

ASKED_ABOUT_AFTER = timedelta(minutes=2)
"""Far below the patience that a node on its way prolongs: until then nobody needs to know."""

ANSWER_COUNTS = timedelta(seconds=15)
"""The API server reads every event of the namespace for an answer, so all passes share one."""

Document = Mapping[str, Any]


class AwaitedNodes:
    def __init__(self, kube: KubeClient, clock: Callable[[], datetime]) -> None:
        self.kube = kube
        self.clock = clock
        self.lock = threading.Lock()
        self.told: dict[str, tuple[datetime, frozenset[str]]] = {}
        """By namespace: when it was asked, and the names of pods."""

    def of(self, namespace: str, pods: Sequence[Document]) -> frozenset[str]:
        """Names of those among `pods`; nobody is asked while none of them waits for long."""
        long_ago = self.clock() - ASKED_ABOUT_AFTER
        waiting = frozenset(
            pod["metadata"]["name"]
            for pod in pods
            if waits_for_node(pod) and moment_from(pod["metadata"]["creationTimestamp"]) <= long_ago
        )
        return waiting & self.all_told(namespace) if waiting else waiting

    def all_told(self, namespace: str) -> frozenset[str]:
        with self.lock:
            asked_at, names = self.told.get(namespace, (None, frozenset()))
            if asked_at is None or self.clock() - asked_at >= ANSWER_COUNTS:
                names = frozenset(self.kube.told_of("Pod", namespace, SCALE_UP))
                self.told[namespace] = self.clock(), names
            return names
