"""The plugin plans and looks for drift as one who only reads, against a genuine API server."""

import threading
from dataclasses import dataclass
from typing import Any, cast

import pytest
import urllib3

from components.kubernetes.platform.readers import READER_RIGHTS
from local.plugins.kubernetes.client import ApiError, Client
from local.plugins.kubernetes.cluster import Cluster, Settings
from local.plugins.kubernetes.credentials import Credential
from local.plugins.kubernetes.identity import ObjectName, kind_of_type
from local.plugins.kubernetes.kubeconfig import parse_kubeconfig
from local.plugins.kubernetes.objects import ClusterObject
from local.plugins.provider import Call, Props, State
from tests.components.kubernetes.baseline import everything
from tests.components.kubernetes.conftest import FOREIGN, WORKLOADS
from tests.engine import Registered
from tests.kube_api import KubeApi

pytestmark = pytest.mark.cluster

READER = {"Impersonate-User": "a-pipeline", "Impersonate-Group": "byoc:readers"}
SECRET = "kubernetes:core/v1:Secret"


@dataclass(frozen=True)
class AsReader:
    """The administrator's connections, on each of which somebody asks who is in that group only."""

    manager: urllib3.PoolManager

    def request(self, method: str, url: str, *, headers: dict[str, str], **more: Any) -> Any:
        return self.manager.request(method, url, headers={**headers, **READER}, **more)


class ReadersClient(Client):
    def _connections(self, credential: Credential) -> urllib3.PoolManager:
        return cast("urllib3.PoolManager", AsReader(super()._connections(credential)))


OBJECTS = sorted(
    (item for item in everything().resources if item.type.startswith("kubernetes:")),
    key=lambda item: (item.type, item.name),
)
FIRST_OF_KIND = {item.type: item for item in reversed(OBJECTS)}
"""The rights are those of a kind; one object of each asks for them."""
KINDS = sorted(FIRST_OF_KIND)


@pytest.fixture(scope="module")
def readers(cluster: Any, kube_api: KubeApi) -> Cluster:
    """`cluster` has put everything there."""
    access = parse_kubeconfig(str(kube_api.kubeconfig))
    return Cluster(ReadersClient(access), Settings(force=True))


@pytest.fixture(scope="module")
def administrator(kube_api: KubeApi) -> Cluster:
    return Cluster(Client(parse_kubeconfig(str(kube_api.kubeconfig))), Settings())


def call(item: Registered) -> Call:
    return Call(
        urn=item.urn,
        type=item.type,
        name=item.name,
        preview=True,
        seed=b"seed",
        timeout=None,
        ignore_changes=(),
        cancelled=threading.Event(),
        progress=lambda _: None,
        warn=lambda _: None,
    )


def named(item: Registered) -> ObjectName:
    metadata = item.inputs["metadata"]
    return ObjectName(namespace=metadata.get("namespace"), name=metadata["name"])


def recorded(item: Registered) -> State:
    """As the stack's state has it."""
    return State(id=str(named(item)), outputs=item.inputs, inputs=item.inputs)


def changed(item: Registered) -> Props:
    metadata = item.inputs["metadata"]
    labels = {**metadata.get("labels", {}), "changed-by": "a-pull-request"}
    return {**item.inputs, "metadata": {**metadata, "labels": labels}}


@pytest.mark.parametrize("type_", [kind for kind in KINDS if kind != SECRET])
def test_drift_of_every_kind_is_looked_for(type_: str, readers: Cluster) -> None:
    item = FIRST_OF_KIND[type_]
    seen = ClusterObject(lambda: readers).read(call(item), recorded(item).id, recorded(item))
    assert (seen is None) == (item.inputs["kind"] in FOREIGN | WORKLOADS), "not in this cluster"


@pytest.mark.parametrize("type_", KINDS)
def test_a_change_of_every_kind_is_planned_and_not_made(
    type_: str, readers: Cluster, administrator: Cluster
) -> None:
    item, resource = FIRST_OF_KIND[type_], ClusterObject(lambda: readers)
    for before in (None, recorded(item)):
        planned = resource.plan(call(item), changed(item), before)
        assert planned["metadata"]["labels"]["changed-by"] == "a-pull-request"
    live = administrator.find(kind_of_type(type_), named(item))
    assert "changed-by" not in ((live or {}).get("metadata", {}).get("labels") or {})


SERVED = [kind for kind in KINDS if FIRST_OF_KIND[kind].inputs["kind"] not in FOREIGN]


@pytest.mark.parametrize("type_", SERVED)
def test_no_write_goes_through(type_: str, readers: Cluster, administrator: Cluster) -> None:
    item, resource = FIRST_OF_KIND[type_], ClusterObject(lambda: readers)
    for deed in (
        lambda: resource.create(call(item), changed(item)),
        lambda: resource.update(call(item), recorded(item), changed(item)),
        lambda: resource.delete(call(item), recorded(item)),
    ):
        with pytest.raises(ApiError) as refused:
            deed()
        assert refused.value.code == 403
    there = administrator.find(kind_of_type(type_), named(item)) is not None
    assert there == (item.inputs["kind"] not in WORKLOADS)


def test_what_a_secret_holds_is_not_shown(readers: Cluster) -> None:
    item = FIRST_OF_KIND[SECRET]
    with pytest.raises(ApiError) as refused:
        ClusterObject(lambda: readers).read(call(item), recorded(item).id, recorded(item))
    assert refused.value.code == 403
    assert SECRET.rpartition(":")[2].lower() + "s" not in {r.resource for r in READER_RIGHTS}
