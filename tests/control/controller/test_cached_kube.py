"""The memory of the API, against a genuine API server."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from lightkube import Client
from prometheus_client import CollectorRegistry

from control.controller.__main__ import now
from control.controller.cached_kube import TRUSTED_FOR, CachedKube, scopes
from control.controller.informer import hang_up
from control.controller.kube_client import KubeClient, KubeConflictError, KubeError
from control.controller.object_store import Change, ObjectStore
from control.controller.watch_metrics import WatchMetrics
from control.warehouses.names import SERVICE_LABEL, WAREHOUSE_LABEL
from tests.waiting import wait_for

pytestmark = pytest.mark.cluster

OF_LAKE = {WAREHOUSE_LABEL: "cache", SERVICE_LABEL: "main"}


def config_map(name: str, **data: str) -> dict[str, Any]:
    meta = {"name": name, "namespace": "clickhouse", "labels": OF_LAKE}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, "data": data}


@pytest.fixture
def cached(kube_client: Client, kube: KubeClient) -> Iterator[CachedKube]:
    made = CachedKube(kube_client, scopes("clickhouse"), now)
    made.start()
    assert made.wait_until_synced(timedelta(seconds=60))
    yield made
    made.stop()
    for document in kube.list("ConfigMap", "clickhouse", OF_LAKE):
        kube.delete("ConfigMap", "clickhouse", document["metadata"]["name"])


def no_reads(cached: CachedKube, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("this read went to the API server")

    monkeypatch.setattr(cached.client, "get", refuse)
    monkeypatch.setattr(cached.client, "list", refuse)


def test_writes_are_read_back_at_once_and_without_asking(
    cached: CachedKube, monkeypatch: pytest.MonkeyPatch
) -> None:
    cached.apply(config_map("cache-a", x="1"))
    with monkeypatch.context() as patched:
        no_reads(cached, patched)
        assert cached.find("ConfigMap", "clickhouse", "cache-a")["data"] == {"x": "1"}
        cached.patch("ConfigMap", "clickhouse", "cache-a", {"data": {"x": "2"}})
        found = cached.list("ConfigMap", "clickhouse", OF_LAKE)
        assert [document["data"] for document in found] == [{"x": "2"}]
        assert cached.find("ConfigMap", "byoc-system", "deployment")["data"]["deployment"] == "test"
    cached.delete("ConfigMap", "clickhouse", "cache-a")
    assert cached.find("ConfigMap", "clickhouse", "cache-a") is None


def test_what_others_write_is_heard_and_told(cached: CachedKube, kube: KubeClient) -> None:
    told: list[Change] = []
    cached.listen(told.append)
    cached.apply(config_map("cache-b", x="1"))
    kube.patch("ConfigMap", "clickhouse", "cache-b", {"data": {"x": "2"}})
    wait_for(
        lambda: cached.find("ConfigMap", "clickhouse", "cache-b")["data"] == {"x": "2"},
        within_s=20,
        what="the change is heard",
    )
    assert [c.document["data"] for c in told if c.kind == "ConfigMap"][-1] == {"x": "2"}


def test_a_broken_watch_goes_on_where_it_was(cached: CachedKube, kube: KubeClient) -> None:
    [informer] = [
        i for i in cached.watched.values() if i.scope.kind == "ConfigMap" and i.scope.labels
    ]
    stream = wait_for(lambda: informer.stream, within_s=20, what="a watch")
    hang_up(stream)
    kube.apply(config_map("cache-c", x="1"))
    wait_for(
        lambda: cached.find("ConfigMap", "clickhouse", "cache-c"), within_s=20, what="heard of it"
    )


def test_a_version_that_is_too_old_leads_to_a_new_list(
    cached: CachedKube, kube: KubeClient
) -> None:
    [informer] = [
        i for i in cached.watched.values() if i.scope.kind == "ConfigMap" and i.scope.labels
    ]
    informer.version = "1"
    hang_up(wait_for(lambda: informer.stream, within_s=20, what="a watch"))
    kube.apply(config_map("cache-d", x="1"))
    wait_for(
        lambda: cached.find("ConfigMap", "clickhouse", "cache-d"), within_s=30, what="heard of it"
    )
    wait_for(lambda: int(informer.version or 0) > 1, within_s=30, what="a version of today")


def test_a_conflict_leads_to_the_present_state_at_once(
    cached: CachedKube, kube: KubeClient
) -> None:
    old = cached.apply(config_map("cache-e", x="1"))["metadata"]["resourceVersion"]
    store = cached.stores["ConfigMap", "clickhouse"]
    deaf = ObjectStore(kind="ConfigMap", keep=store.keep)
    cached.watched["ConfigMap", "clickhouse"].store = deaf  # news come later than the next pass
    kube.patch("ConfigMap", "clickhouse", "cache-e", {"data": {"x": "2"}})
    change = {"metadata": {"resourceVersion": old}, "data": {"x": "3"}}
    with pytest.raises(KubeConflictError):
        cached.patch("ConfigMap", "clickhouse", "cache-e", change)
    found = cached.find("ConfigMap", "clickhouse", "cache-e")
    assert found is not None
    assert found["data"] == {"x": "2"}


def test_a_fresh_look_sees_what_the_watch_has_yet_to_tell(
    cached: CachedKube, kube: KubeClient
) -> None:
    for name in ("cache-f", "cache-g"):
        cached.apply(config_map(name, x="1"))
    place = "ConfigMap", "clickhouse"
    deaf = ObjectStore(kind="ConfigMap", keep=cached.stores[place].keep)
    cached.watched[place].store = deaf
    kube.patch(*place, "cache-f", {"data": {"x": "2"}})
    kube.delete(*place, "cache-g")
    told: list[Change] = []
    cached.listen(told.append)
    assert cached.freshen(*place, OF_LAKE)
    assert [document["data"] for document in cached.list(*place, OF_LAKE)] == [{"x": "2"}]
    events = {(c.event, c.document["metadata"]["name"]) for c in told if c.kind == "ConfigMap"}
    assert events >= {("MODIFIED", "cache-f"), ("DELETED", "cache-g")}


def test_who_has_heard_nothing_for_long_is_not_answered(cached: CachedKube) -> None:
    informer = cached.watched["ConfigMap", "clickhouse"]
    late_s = (TRUSTED_FOR + timedelta(seconds=1)).total_seconds()
    informer.seconds = lambda: informer.heard_at_s + late_s
    with pytest.raises(KubeError, match="nothing was heard of ConfigMap in clickhouse for 181 s"):
        cached.find("ConfigMap", "clickhouse", "any")
    with pytest.raises(KubeError, match="nothing was heard"):
        cached.list("ConfigMap", "clickhouse", {})
    assert cached.list("Pod", "clickhouse", {"app": "nobody"}) == []


def test_it_tells_what_it_remembers_and_how_old_that_is(cached: CachedKube) -> None:
    registry = CollectorRegistry()
    registry.register(WatchMetrics(cached))
    about = {"kind": "ConfigMap", "of_namespace": "byoc-system"}
    assert registry.get_sample_value("byoc_controller_objects", about) == 1
    assert registry.get_sample_value("byoc_controller_lists_total", about) == 1
    assert registry.get_sample_value("byoc_controller_watch_breaks_total", about) == 0
    assert registry.get_sample_value("byoc_controller_watch_silent_seconds", about) is not None


def test_without_the_right_to_list_it_says_that_it_knows_nothing(kube_client: Client) -> None:
    made = CachedKube(kube_client, scopes("clickhouse"), now)
    made.http.close()
    made.http = httpx.Client(base_url=made.http.base_url, verify=False)
    for informer in made.watched.values():
        informer.http = made.http
    made.start()
    try:
        assert not made.wait_until_synced(timedelta(seconds=1))
    finally:
        made.stop()
