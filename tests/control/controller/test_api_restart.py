"""The API server ends like a killed process while the controller remembers what it said."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from lightkube import Client, KubeConfig
from lightkube.models.meta_v1 import ObjectMeta
from lightkube.resources.core_v1 import Namespace

from control.controller.__main__ import now
from control.controller.cached_kube import CachedKube
from control.controller.informer import Scope
from control.controller.kube_client import KubeClient, KubeError
from local.cache import cache_dir
from local.go_tools import KUBERNETES, ensure_built
from tests.kube_api import KubeApi, started_kube_api
from tests.waiting import wait_for

pytestmark = pytest.mark.cluster

NAMESPACE = "restart"


@pytest.fixture
def own_api(tmp_path: Path, worker_id: str) -> Iterator[KubeApi]:
    binary = ensure_built(KUBERNETES, cache_dir(os.environ), os.environ, print)
    with started_kube_api(binary, tmp_path, worker_id) as api:
        yield api


def config_map(name: str) -> dict[str, Any]:
    meta = {"name": name, "namespace": NAMESPACE, "labels": {"ours": "yes"}}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, "data": {}}


def test_it_remembers_meanwhile_and_goes_on_afterwards(own_api: KubeApi) -> None:
    client = Client(KubeConfig.from_file(own_api.kubeconfig))
    client.apply(Namespace(metadata=ObjectMeta(name=NAMESPACE)), field_manager="tests")
    other = KubeClient(Client(KubeConfig.from_file(own_api.kubeconfig)))
    scope = Scope(kind="ConfigMap", namespace=NAMESPACE, labels="ours")
    cached = CachedKube(client, [scope], now)
    informer = cached.watched["ConfigMap", NAMESPACE]
    cached.start()
    try:
        assert cached.wait_until_synced(timedelta(seconds=60))
        cached.apply(config_map("before"))
        own_api.process.kill()
        wait_for(lambda: informer.breaks, within_s=30, what="the end is noticed")
        assert cached.find("ConfigMap", NAMESPACE, "before") is not None
        with pytest.raises(KubeError):
            cached.apply(config_map("lost"))
        assert cached.alive
        own_api.start()
        wait_for(lambda: applied(other), within_s=60, what="writes are taken again")
        wait_for(
            lambda: cached.find("ConfigMap", NAMESPACE, "after"), within_s=60, what="it hears again"
        )
        assert cached.find("ConfigMap", NAMESPACE, "lost") is None
        assert len(cached.list("ConfigMap", NAMESPACE, {"ours": "yes"})) == 2
    finally:
        cached.stop()


def applied(other: KubeClient) -> bool:
    try:
        other.apply(config_map("after"))
    except KubeError:
        return False
    return True
