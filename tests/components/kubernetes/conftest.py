"""An API server that holds everything of the deployment but its workloads."""

from collections.abc import Iterator

import pytest

from tests.components.kubernetes.baseline import everything, objects
from tests.components.kubernetes.cluster import Cluster, connected, in_order
from tests.kube_api import KubeApi

FOREIGN = {"Issuer", "Certificate"}
WORKLOADS = {"Deployment", "StatefulSet"}


@pytest.fixture(scope="session")
def cluster(kube_api: KubeApi, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with connected(kube_api, tmp_path_factory.mktemp("admin")) as cluster:
        for document in in_order(objects(everything())):
            if document["kind"] not in FOREIGN | WORKLOADS:
                cluster.apply(document)
        yield cluster
