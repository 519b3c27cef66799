"""Breaks what the running stack stands on: servers, memory, Keeper, S3, nodes, the API server."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any

import psutil
from lightkube.resources.core_v1 import Node, Pod

from control.scaling.replica_seen import Limits
from control.warehouses.names import REPLICA_LABEL, SERVICE_LABEL, WAREHOUSE_LABEL
from tests.stack.checkout import Checkout
from tests.stack.sql import NAMESPACE, WAREHOUSE, cell, connect, replica_addresses, service_address
from tests.stack.traffic import TABLE
from tests.waiting import wait_for

TINY = "64Mi"


def made_pods(stack: Checkout, service: str, old: set[str]) -> list[Pod]:
    pods = stack.kube().list(Pod, namespace=NAMESPACE, labels={SERVICE_LABEL: service})
    return [pod for pod in pods if rid_of(pod) not in old]


def rid_of(pod: Pod) -> str:
    labels = (pod.metadata and pod.metadata.labels) or {}
    return labels[REPLICA_LABEL]


def uid_of(pod: Pod) -> str:
    assert pod.metadata and pod.metadata.uid
    return pod.metadata.uid


def processes_of(uid: str) -> list[psutil.Process]:
    """What runs in a pod's containers."""
    found: list[psutil.Process] = []
    for process in psutil.process_iter(["cmdline"]):
        words = process.info["cmdline"] or []
        if words and words[0].endswith("bwrap") and any(uid in word for word in words):
            with suppress(psutil.NoSuchProcess):
                found += process.children(recursive=True)
    return found


def kill_servers(uid: str) -> None:
    for process in processes_of(uid):
        with suppress(psutil.NoSuchProcess):
            process.kill()


Harm = Callable[[Checkout, set[str]], AbstractContextManager[None]]
"""Given the replicas of before; it is over when the context is left."""


@contextmanager
def no_harm(_: Checkout, __: set[str]) -> Iterator[None]:
    yield


@contextmanager
def frozen(stack: Checkout, old: set[str]) -> Iterator[None]:
    """The made servers run and never answer."""
    servers = made_servers(stack, old)
    for process in servers:
        process.suspend()
    try:
        yield
    finally:
        for process in servers:
            with suppress(psutil.NoSuchProcess):
                process.kill()


def made_servers(stack: Checkout, old: set[str]) -> list[psutil.Process]:
    """As soon as each of the made pods has one."""

    def look() -> list[psutil.Process]:
        found = [processes_of(uid_of(pod)) for pod in made_pods(stack, "primary", old)]
        return [process for each in found for process in each] if found and all(found) else []

    return wait_for(look, within_s=60, what="servers of made pods")


@contextmanager
def starved(stack: Checkout, old: set[str]) -> Iterator[None]:
    """The limit of the made pods falls below what a server needs to start."""
    made_servers(stack, old)
    for pod in made_pods(stack, "primary", old):
        assert pod.metadata and pod.metadata.name and pod.spec
        memory = {"requests": {"memory": TINY}, "limits": {"memory": TINY}}
        containers = [{"name": each.name, "resources": memory} for each in pod.spec.containers]
        change = {"spec": {"containers": containers}}
        stack.kube().patch(Pod.Resize, pod.metadata.name, change, namespace=NAMESPACE)
    yield


@contextmanager
def unsent(stack: Checkout, _: set[str]) -> Iterator[None]:
    """The replicas of before hand out no parts, and have more than a new one may lack."""
    clients = [connect(stack, address) for address in replica_addresses(stack, "primary")]
    for client in clients:
        client.command(f"SYSTEM STOP MERGES {TABLE}")
        client.command(f"SYSTEM STOP REPLICATED SENDS {TABLE}")
    parts = f"SELECT count() FROM system.parts WHERE active AND table = '{TABLE}'"
    enough = Limits().synced_queue * 2
    try:
        # Both writers may have come to the same replica.
        wait_for(
            lambda: max(cell(client, parts) for client in clients) > enough,
            within_s=60,
            what=f"{enough} parts",
        )
        yield
    finally:
        for client in clients:
            client.command(f"SYSTEM START REPLICATED SENDS {TABLE}")
            client.command(f"SYSTEM START MERGES {TABLE}")


@contextmanager
def storage_away(stack: Checkout) -> Iterator[None]:
    """S3 answers 503, and an insert waits for it."""
    primary = connect(stack, service_address(stack, "primary"))
    primary.command("CREATE TABLE outlived (n UInt8) ORDER BY n")
    primary.command("INSERT INTO outlived VALUES (1)")
    outages(stack, {"s3": {"status": 503, "code": "SlowDown"}})
    try:
        with ThreadPoolExecutor(1) as pool:
            patient = connect(stack, service_address(stack, "primary"))
            inserted = pool.submit(patient.command, "INSERT INTO outlived VALUES (2)")
            try:
                yield
                wait_for(lambda: outages(stack)["s3"]["refused"], within_s=60, what="S3 was asked")
            finally:
                outages(stack, {})
            inserted.result()
        assert cell(primary, "SELECT groupArray(n) FROM (SELECT n FROM outlived ORDER BY n)") == [
            1,
            2,
        ]
    finally:
        primary.command("DROP TABLE outlived SYNC")


def outages(stack: Checkout, asked: dict[str, Any] | None = None) -> dict[str, Any]:
    url = f"{stack.stack_env()['AWS_ENDPOINT_URL']}/local/outages"
    body = None if asked is None else json.dumps(asked).encode()
    request = urllib.request.Request(url, body, method="GET" if body is None else "PUT")
    with urllib.request.urlopen(request, timeout=60) as answer:
        found: dict[str, Any] = json.load(answer)
    return found


def kill_keeper(stack: Checkout) -> None:
    """Its only member, and with it the leader."""
    labels = {"app.kubernetes.io/name": "clickhouse-keeper", WAREHOUSE_LABEL: WAREHOUSE}
    [pod] = stack.kube().list(Pod, namespace=NAMESPACE, labels=labels)
    kill_servers(uid_of(pod))


def restart_api(stack: Checkout) -> None:
    """Killed, and brought back as a machine's supervisor would."""
    record = json.loads((stack.state_dir / "run" / "kubernetes.json").read_text())
    killed = psutil.Process(record["pid"])
    killed.kill()
    wait_for(lambda: not killed.is_running(), within_s=10, what="the API server gone")
    stack.byoc("local", "up").ok()


def kill_replica(stack: Checkout, rid: str) -> None:
    [pod] = stack.kube().list(Pod, namespace=NAMESPACE, labels={REPLICA_LABEL: rid})
    kill_servers(uid_of(pod))


def node_away(stack: Checkout) -> None:
    """The group of the servers' nodes is one smaller, until that node is gone."""
    eks = stack.aws("eks")
    [cluster] = eks.list_clusters()["clusters"]
    known = {"clusterName": cluster, "nodegroupName": f"{cluster}-workload"}
    sizes = eks.describe_nodegroup(**known)["nodegroup"]["scalingConfig"]
    before = workload_nodes(stack)
    fewer = sizes | {"minSize": len(before) - 1, "desiredSize": len(before) - 1}
    eks.update_nodegroup_config(**known, scalingConfig=fewer)
    try:
        wait_for(lambda: workload_nodes(stack) < before, within_s=120, what="a node gone")
    finally:
        eks.update_nodegroup_config(**known, scalingConfig=sizes)
    wait_for(lambda: workload_nodes(stack) == before, within_s=60, what="the node back")


def workload_nodes(stack: Checkout) -> set[str]:
    names = {node.metadata.name or "" for node in stack.kube().list(Node) if node.metadata}
    return {name for name in names if "-workload-" in name}
