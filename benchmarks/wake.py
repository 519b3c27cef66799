"""A client's wait at a sleeping service, against the start of the bare pod within that wait."""

from __future__ import annotations

import base64
import http.client
import statistics
import sys
import threading
import time
import uuid
from pathlib import Path
from typing import Any

from lightkube import Client, KubeConfig
from lightkube.resources.apps_v1 import StatefulSet
from lightkube.resources.core_v1 import Pod, Secret, Service
from lightkube.types import PatchType

from benchmarks.measure import Timing, report_ratio
from benchmarks.stack_env import local_env
from control.controller.kube_client import RESOURCES, SERVICE
from control.warehouses.names import NAMESPACE, SERVICE_LABEL, SLEEP

NAME, WAREHOUSE, ROUNDS, GOAL = "reports", "main", 10, 1.5
PATIENCE_S = 300.0
Change = dict[str, Any]


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    kube = Client(config=KubeConfig.from_file(Path(local_env()["KUBECONFIG"])))
    before = kube.get(RESOURCES[SERVICE], NAME, namespace=NAMESPACE)["spec"].get("idle")
    patch(kube, {"spec": {"idle": {"enabled": True, "timeoutMinutes": 10080}}})
    try:
        measured = [one_round(kube) for _ in range(rounds)]
    finally:
        patch(kube, {"spec": {"idle": before or {"enabled": False}}})
    waits, starts = zip(*measured, strict=True)
    report_ratio(
        Timing(name="first answer after sleep", runs_s=waits),
        Timing(name="bare pod, scaled up to ready", runs_s=starts),
        goal=GOAL,
    )
    print(f"p50 {statistics.median(waits):.2f} s, p99 {percentile(waits, 99):.2f} s")


def one_round(kube: Client) -> tuple[float, float]:
    """The wait of a client that comes to the sleeping service, and the pod's part of it."""
    address, password = reached(kube)
    ask(address, password)
    wait_for_phase(kube, "Running")
    patch(kube, {"metadata": {"annotations": {SLEEP: uuid.uuid4().hex}}})
    wait_for_phase(kube, "Idle")
    pod_s: list[float] = []
    watcher = threading.Thread(target=lambda: pod_s.append(pod_start_s(kube)))
    watcher.start()
    started_s = time.perf_counter()
    ask(address, password)
    waited_s = time.perf_counter() - started_s
    watcher.join()
    return waited_s, pod_s[0]


def pod_start_s(kube: Client) -> float:
    """From the StatefulSet's scaling until its pod is ready."""
    labels = {SERVICE_LABEL: NAME}
    scaled_s = when(
        lambda: any(s.spec and s.spec.replicas for s in kube.list(StatefulSet, **of(labels)))
    )
    ready_s = when(lambda: any(is_ready(pod) for pod in kube.list(Pod, **of(labels))))
    return ready_s - scaled_s


def of(labels: dict[str, str]) -> dict[str, Any]:
    return {"namespace": NAMESPACE, "labels": labels}


def is_ready(pod: Pod) -> bool:
    conditions = (pod.status.conditions if pod.status else None) or []
    return any(one.type == "Ready" and one.status == "True" for one in conditions)


def when(holds: Any) -> float:
    deadline_s = time.perf_counter() + PATIENCE_S
    while not holds():
        if time.perf_counter() > deadline_s:
            sys.exit(f"{NAME} does not come up")
        time.sleep(0.02)
    return time.perf_counter()


def wait_for_phase(kube: Client, phase: str) -> None:
    def holds() -> bool:
        found = kube.get(RESOURCES[SERVICE], NAME, namespace=NAMESPACE)
        return bool((found.get("status") or {}).get("phase") == phase)

    when(holds)


def patch(kube: Client, change: Change) -> None:
    kube.patch(RESOURCES[SERVICE], NAME, change, namespace=NAMESPACE, patch_type=PatchType.MERGE)


def reached(kube: Client) -> tuple[str, str]:
    service = kube.get(Service, f"{WAREHOUSE}-{NAME}", namespace=NAMESPACE)
    secret = kube.get(Secret, f"{WAREHOUSE}-credentials", namespace=NAMESPACE)
    assert service.spec and service.spec.clusterIP and secret.data
    return service.spec.clusterIP, base64.b64decode(secret.data["default_password"]).decode()


def ask(address: str, password: str) -> None:
    connection = http.client.HTTPConnection(address, 8123, timeout=PATIENCE_S)
    login = {"X-ClickHouse-User": "default", "X-ClickHouse-Key": password}
    connection.request("POST", "/", b"SELECT 1", login)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    if answer.status != http.client.OK:
        sys.exit(f"{NAME} answers {answer.status}: {body.decode()}")


def percentile(values: tuple[float, ...], percent: int) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


if __name__ == "__main__":
    main()
