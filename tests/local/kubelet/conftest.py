"""One kubelet for most tests of this package, a namespace for each of them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.kube_api import KubeApi
from tests.local.kubelet.cluster import TAINT, Cluster, connected
from tests.local.kubelet.kubelet_process import KubeletProcess

NUMBERS = itertools.count()
NewKubelet = Callable[..., tuple[KubeletProcess, Cluster]]


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
def new_kubelet(kube_api: KubeApi, tmp_path: Path) -> Iterator[NewKubelet]:
    """Starts kubelets that a test may stop and kill; each comes with a namespace for its pods."""
    with kubelets(kube_api, tmp_path) as start:
        yield start


@pytest.fixture(scope="module")
def module_kubelet(
    kube_api: KubeApi, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[NewKubelet]:
    """Starts kubelets for all tests of a module."""
    with kubelets(kube_api, tmp_path_factory.mktemp("kubelets")) as start:
        yield start


@contextmanager
def kubelets(api: KubeApi, folder: Path) -> Iterator[NewKubelet]:
    with ExitStack() as stack:

        def start(*extra: str, **fields: Any) -> tuple[KubeletProcess, Cluster]:
            number = 2 + next(NUMBERS) % 10
            kubelet = KubeletProcess(
                api=api, folder=folder / f"kubelet-{number}", number=number, extra=extra, **fields
            )
            stack.callback(retire, kubelet)
            kubelet.start()
            cluster = stack.enter_context(connected(api, kubelet.name)).in_new_namespace()
            stack.callback(clean_up, cluster)
            return kubelet, cluster

        yield start


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
            if node["metadata"]["labels"].get(TAINT) == kubelet.name:
                cluster.delete("Node", node["metadata"]["name"])
