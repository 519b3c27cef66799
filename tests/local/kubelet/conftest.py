"""One kubelet for most tests of this package, a namespace for each of them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.kube_api import KubeApi
from tests.local.kubelet.cluster import Cluster, connected
from tests.local.kubelet.kubelet_process import KubeletProcess

NUMBERS = itertools.count(2)


@pytest.fixture(scope="package")
def kubelet(
    kube_api: KubeApi, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[KubeletProcess]:
    kubelet = KubeletProcess(api=kube_api, folder=tmp_path_factory.mktemp("kubelet"), number=1)
    kubelet.start()
    yield kubelet
    retire(kubelet)


@pytest.fixture
def cluster(kube_api: KubeApi, kubelet: KubeletProcess) -> Iterator[Cluster]:
    """A namespace of its own, whose pods run on the shared kubelet."""
    with connected(kube_api, kubelet.name) as connection:
        fresh = connection.in_new_namespace()
        yield fresh
        clean_up(fresh)


@pytest.fixture
def new_kubelet(
    kube_api: KubeApi, tmp_path: Path
) -> Iterator[Callable[..., tuple[KubeletProcess, Cluster]]]:
    """Starts kubelets that a test may stop and kill; each comes with a namespace for its pods."""
    made: list[tuple[KubeletProcess, Cluster]] = []
    connections = []

    def start(*extra: str, **fields: Any) -> tuple[KubeletProcess, Cluster]:
        number = 2 + next(NUMBERS) % 10
        kubelet = KubeletProcess(
            api=kube_api,
            folder=tmp_path / f"kubelet-{number}",
            number=number,
            extra=extra,
            **fields,
        )
        kubelet.start()
        connection = connected(kube_api, kubelet.name)
        cluster = connection.__enter__().in_new_namespace()
        connections.append(connection)
        made.append((kubelet, cluster))
        return kubelet, cluster

    yield start
    for kubelet, cluster in made:
        clean_up(cluster)
        retire(kubelet)
    for connection in connections:
        connection.__exit__(None, None, None)


def clean_up(cluster: Cluster) -> None:
    for kind in ("StatefulSet", "Deployment", "Service"):
        for one in cluster.list(kind):
            cluster.delete(kind, one["metadata"]["name"])
    for pod in cluster.list("Pod"):
        cluster.delete("Pod", pod["metadata"]["name"], grace_s=0)
    cluster.delete("Namespace", cluster.namespace)


def retire(kubelet: KubeletProcess) -> None:
    """Stop the kubelet and take its nodes away: other tests want an API server without nodes."""
    kubelet.stop()
    kubelet.end_leftovers()
    with connected(kubelet.api, kubelet.name) as cluster:
        for node in cluster.list("Node"):
            if node["metadata"]["labels"].get("byoc.clickhouse.dev/kubelet-test") == kubelet.name:
                cluster.delete("Node", node["metadata"]["name"])
