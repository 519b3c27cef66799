"""A genuine API server with our kinds, a node that only writes status, and our controller, as
processes; and the objects that they work on."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lightkube import Client, KubeConfig
from lightkube.generic_resource import create_global_resource
from lightkube.models.meta_v1 import ObjectMeta
from lightkube.resources.core_v1 import ConfigMap, Namespace
from lightkube.resources.scheduling_v1 import PriorityClass
from lightkube.types import PatchType

from benchmarks.simulated_node import BLOCK, START_S
from benchmarks.stack_env import ROOT
from benchmarks.watched import Watched
from control.controller.__main__ import new_rid, now, s3_endpoint
from control.controller.kube_client import RESOURCES, SERVICE, WAREHOUSE, KubeClient
from control.controller.multi_sts import MultiSts
from control.controller.operator import WORKERS
from control.warehouses.crds import crd_documents
from control.warehouses.keeper_manifests import keeper_manifests
from control.warehouses.names import API_VERSION, NAMESPACE
from control.warehouses.objects import service_from, warehouse_from
from control.warehouses.replica_manifests import replica_manifests
from control.warehouses.service_manifests import service_manifests
from local.cache import cache_dir
from local.go_tools import KUBERNETES, ensure_built
from tests.kube_api import KubeApi, started_kube_api
from tests.waiting import wait_for

Documents = Sequence[dict[str, Any]]
Definition = create_global_resource(
    "apiextensions.k8s.io", "v1", "CustomResourceDefinition", "customresourcedefinitions"
)


@contextmanager
def simulated_cluster(*, start_s: float = 0) -> Iterator[tuple[Client, KubeApi]]:
    """`start_s` is how long a pod takes from its node to being ready."""
    binary = ensure_built(KUBERNETES, cache_dir(os.environ), os.environ, print)
    with tempfile.TemporaryDirectory() as name, started_kube_api(binary, Path(name), "gw0") as api:
        client = Client(KubeConfig.from_file(api.kubeconfig))
        prepare(client)
        with process("benchmarks.simulated_node", api, {START_S: str(start_s)}):
            yield client, api


def prepare(client: Client) -> None:
    for document in crd_documents():
        client.apply(Definition.from_dict(document), field_manager="bench", force=True)
    for name in (NAMESPACE, "byoc-system"):
        client.apply(Namespace(metadata=ObjectMeta(name=name)), field_manager="bench")
    priority = PriorityClass(metadata=ObjectMeta(name="byoc-data"), value=1_000_000)
    client.apply(priority, field_manager="bench", force=True)
    meta = ObjectMeta(name="deployment", namespace="byoc-system")
    facts = ConfigMap(metadata=meta, data={"deployment": "bench", "region": "eu-central-1"})
    client.apply(facts, field_manager="bench", force=True)
    wait_for(lambda: served(KubeClient(client)), within_s=60, what="kinds are served")


def served(kube: KubeClient) -> bool:
    try:
        return kube.list(SERVICE, NAMESPACE, {}) == [] == kube.list(WAREHOUSE, NAMESPACE, {})
    except Exception:
        return False


@contextmanager
def process(
    module: str, api: KubeApi, env: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[str]]:
    about = {"KUBECONFIG": str(api.kubeconfig), BLOCK: str(api.block)}
    child = subprocess.Popen(
        [sys.executable, "-m", module],
        cwd=ROOT,
        env={**os.environ, **about, **(env or {})},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield child
    finally:
        assert child.stdin is not None
        child.stdin.close()
        child.terminate()
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def bare_documents(
    client: Client, service: str, *, replicas: int, keeper: bool = False
) -> list[Documents]:
    """What the controller would make for a service, replica by replica, from the same code."""
    kube = KubeClient(client)
    wanted = service_from(kube.find(SERVICE, NAMESPACE, service) or {})
    warehouse = warehouse_from(kube.find(WAREHOUSE, NAMESPACE, wanted.warehouse) or {})
    deployment = MultiSts(kube, clock=now, s3_endpoint=s3_endpoint).deployment()
    made: list[Documents] = [service_manifests(wanted)]
    if keeper:
        made.append(keeper_manifests(deployment, warehouse))
    rids = [new_rid() for _ in range(replicas)]
    return [*made, *(replica_manifests(deployment, warehouse, wanted, rid) for rid in rids)]


def apply_all(client: Client, groups: Sequence[Documents]) -> None:
    """By as many threads as the controller has workers; each group in its order."""
    kube = KubeClient(client)

    def apply(group: Documents) -> None:
        for document in group:
            kube.apply(document)

    with ThreadPoolExecutor(WORKERS) as threads:
        list(threads.map(apply, groups))


def ready_pods(pods: Watched, labels: Mapping[str, str]) -> int:
    return sum(is_ready(pod) for pod in pods.select(labels))


def is_ready(pod: Mapping[str, Any]) -> bool:
    conditions = (pod.get("status") or {}).get("conditions") or ()
    return any(c["type"] == "Ready" and c["status"] == "True" for c in conditions)


def warehouse_document(name: str) -> dict[str, Any]:
    spec = {"version": "26.9", "disk": "volume", "keeper": {"replicas": 1}}
    meta = {"name": name, "namespace": NAMESPACE}
    return {"apiVersion": API_VERSION, "kind": "Warehouse", "metadata": meta, "spec": spec}


def service_document(name: str, warehouse: str, replicas: int, *, primary: bool) -> dict[str, Any]:
    spec = {
        "warehouse": warehouse,
        "role": "primary" if primary else "secondary",
        "replicas": replicas,
        "memory": {"minGib": 8, "maxGib": 8},
    }
    meta = {"name": name, "namespace": NAMESPACE}
    return {"apiVersion": API_VERSION, "kind": "Service", "metadata": meta, "spec": spec}


def edit(client: Client, service: str, spec: Mapping[str, Any]) -> int:
    """As a person does; the generation that this makes."""
    edited = client.patch(
        RESOURCES[SERVICE],
        service,
        {"spec": dict(spec)},
        namespace=NAMESPACE,
        patch_type=PatchType.MERGE,
    )
    return int(dict(edited)["metadata"]["generation"])
