"""How the activator, with its own rights, learns of the ingress from a genuine API server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from lightkube import AsyncClient, KubeConfig
from lightkube.config.kubeconfig import SingleConfig
from lightkube.config.models import User

from components.kubernetes.platform.load_balancers import Exposure
from control.controller.activator.directory import Directory
from control.controller.activator.kubernetes import INGRESS_SERVICES, Kubernetes
from tests.components.kubernetes.baseline import everything, found, pod_spec
from tests.components.kubernetes.cluster import Cluster
from tests.kube_api import KubeApi

pytestmark = pytest.mark.cluster

SLICES = "/apis/discovery.k8s.io/v1/namespaces/byoc-ingress/endpointslices"
WITHIN_S = 60


def endpoint_slice(name: str, service: str, *addresses: str) -> dict[str, Any]:
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {
            "name": name,
            "namespace": "byoc-ingress",
            "labels": {"kubernetes.io/service-name": service},
        },
        "addressType": "IPv4",
        "endpoints": [
            {"addresses": [address], "conditions": {"ready": number == 0}}
            for number, address in enumerate(addresses)
        ],
        "ports": [],
    }


def test_both_services_of_the_ingress_are_looked_at() -> None:
    container = pod_spec(found(everything(), "Deployment", "activator"))["containers"][0]
    told = {each["name"]: each.get("value") for each in container["env"]}
    for exposure in Exposure:
        made = found(everything(), "Service", f"ingress-{exposure}")["metadata"]
        assert made["name"] in INGRESS_SERVICES
        assert made["namespace"] == told["INGRESS_NAMESPACE"]


def test_pods_of_the_ingress_are_known_while_they_are_there(
    cluster: Cluster, kube_api: KubeApi
) -> None:
    asyncio.run(scenario(cluster, as_activator(cluster, kube_api)))


def test_without_an_ingress_nobody_is_taken_for_it(cluster: Cluster, kube_api: KubeApi) -> None:
    cluster.create(SLICES, endpoint_slice("public-2", "ingress-public", "10.3.0.7"))
    try:
        asyncio.run(alone(as_activator(cluster, kube_api)))
    finally:
        cluster.http.delete(f"{SLICES}/public-2")


async def alone(config: SingleConfig) -> None:
    directory = Directory()
    client = AsyncClient(config=config, field_manager="activator")
    following = asyncio.create_task(Kubernetes(client, "clickhouse").follow(directory))
    try:
        await seen(directory, set(), following)
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
        await client.close()


async def scenario(cluster: Cluster, config: SingleConfig) -> None:
    directory = Directory()
    cluster.create(SLICES, endpoint_slice("public-1", "ingress-public", "10.3.0.1", "10.3.0.2"))
    cluster.create(SLICES, endpoint_slice("other-1", "other", "10.3.0.9"))
    client = AsyncClient(config=config, field_manager="activator")
    following = asyncio.create_task(
        Kubernetes(client, "clickhouse", "byoc-ingress").follow(directory)
    )
    try:
        await seen(directory, {"10.3.0.1", "10.3.0.2"}, following)
        assert directory.synced
        cluster.create(SLICES, endpoint_slice("private-1", "ingress-private", "10.3.0.3"))
        await seen(directory, {"10.3.0.1", "10.3.0.2", "10.3.0.3"}, following)
        cluster.http.delete(f"{SLICES}/public-1")
        await seen(directory, {"10.3.0.3"}, following)
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
        await client.close()
        for name in ("public-1", "private-1", "other-1"):
            cluster.http.delete(f"{SLICES}/{name}")


async def seen(directory: Directory, addresses: set[str], following: asyncio.Task[None]) -> None:
    def known() -> bool:
        return directory.ingress == addresses and directory.synced

    async with asyncio.timeout(WITHIN_S):
        await polled(known, following)


async def polled(known: Callable[[], bool], following: asyncio.Task[None]) -> None:
    while not known():
        assert not following.done(), following.exception()
        await asyncio.sleep(0.02)


def as_activator(cluster: Cluster, kube_api: KubeApi) -> SingleConfig:
    config = KubeConfig.from_file(kube_api.kubeconfig).get()
    return config._replace(user=User(token=cluster.token("clickhouse", "activator")))
