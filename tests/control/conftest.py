"""A genuine API server with our kinds, and namespaces to work in."""

from collections.abc import Iterator

import pytest
from lightkube import Client, KubeConfig
from lightkube.generic_resource import create_global_resource
from lightkube.models.meta_v1 import ObjectMeta
from lightkube.resources.core_v1 import ConfigMap, Namespace
from lightkube.resources.scheduling_v1 import PriorityClass

from control.controller.kube_client import KubeClient
from control.warehouses.crds import crd_documents
from tests.kube_api import KubeApi
from tests.waiting import wait_for

Definition = create_global_resource(
    "apiextensions.k8s.io", "v1", "CustomResourceDefinition", "customresourcedefinitions"
)


@pytest.fixture(scope="session")
def kube_client(kube_api: KubeApi) -> Iterator[Client]:
    client = Client(KubeConfig.from_file(kube_api.kubeconfig))
    for document in crd_documents():
        client.apply(Definition.from_dict(document), field_manager="tests", force=True)
    for name in ("clickhouse", "byoc-system"):
        client.apply(Namespace(metadata=ObjectMeta(name=name)), field_manager="tests")
    # As the platform makes it: other tests of this process may have done so on the same server.
    priority = PriorityClass(metadata=ObjectMeta(name="byoc-data"), value=1_000_000)
    client.apply(priority, field_manager="tests", force=True)
    meta = ObjectMeta(name="deployment", namespace="byoc-system")
    facts = {"deployment": "test", "region": "eu-central-1", "data_bucket": "data"}
    client.apply(ConfigMap(metadata=meta, data=facts), field_manager="tests", force=True)
    for document in crd_documents():
        name = document["metadata"]["name"]
        wait_for(lambda name=name: established(client, name), within_s=20, what=f"{name} served")
    yield client
    client.close()


def established(client: Client, name: str) -> bool:
    conditions = (client.get(Definition, name).get("status") or {}).get("conditions") or ()
    return any(c["type"] == "Established" and c["status"] == "True" for c in conditions)


@pytest.fixture
def kube(kube_client: Client) -> KubeClient:
    return KubeClient(kube_client)
