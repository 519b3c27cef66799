"""Objects against a genuine API server with controllers and scheduler, and no node."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from local.plugins.kubernetes import objects
from local.plugins.kubernetes.client import APPLY, ApiError, Client
from local.plugins.kubernetes.cluster import Cluster, FieldConflictError, Settings
from local.plugins.kubernetes.discovery import UnknownKindError
from local.plugins.kubernetes.identity import ObjectName, kind_of_type
from local.plugins.kubernetes.kubeconfig import parse_kubeconfig
from local.plugins.kubernetes.objects import ClusterObject
from local.plugins.provider import (
    UNKNOWN,
    Call,
    CancelledError,
    InvalidInputsError,
    PluginError,
    Props,
    State,
)
from local.plugins.resource import Diff
from tests.kube_api import KubeApi
from tests.waiting import wait_for

pytestmark = pytest.mark.cluster

CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
SECRET = "kubernetes:core/v1:Secret"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"
DEFINITION = "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition"
NUMBERS = itertools.count(1)


@dataclass(kw_only=True)
class Kube:
    """One namespace of its own, and the plugin's resource for it."""

    cluster: Cluster
    namespace: str
    messages: list[str] = field(default_factory=list)
    cancelled: threading.Event = field(default_factory=threading.Event)
    timeout: timedelta | None = None
    ignore_changes: tuple[str, ...] = ()

    @property
    def resource(self) -> ClusterObject:
        return ClusterObject(lambda: self.cluster)

    def call(self, type_: str, name: str, *, preview: bool = False) -> Call:
        return Call(
            urn=f"urn:pulumi:s::p::{type_}::{name}",
            type=type_,
            name=name,
            preview=preview,
            seed=b"seed",
            timeout=self.timeout,
            ignore_changes=self.ignore_changes,
            cancelled=self.cancelled,
            progress=self.messages.append,
            warn=self.messages.append,
        )

    def checked(self, type_: str, name: str, inputs: Props, old: Props | None = None) -> Props:
        metadata = {"namespace": self.namespace} | inputs.get("metadata", {})
        return self.resource.check(self.call(type_, name), inputs | {"metadata": metadata}, old)

    def create(self, type_: str, name: str, inputs: Props) -> State:
        checked = self.checked(type_, name, inputs)
        made = self.resource.create(self.call(type_, name), checked)
        return replace(made, inputs=checked)

    def settle(self, type_: str, name: str, state: State) -> Props:
        return self.resource.settle(self.call(type_, name), state)

    def update(self, type_: str, name: str, before: State, inputs: Props) -> State:
        checked = self.checked(type_, name, inputs, before.inputs)
        outputs = self.resource.update(self.call(type_, name), before, checked)
        return State(id=before.id, outputs=outputs, inputs=checked)

    def diff(self, type_: str, name: str, before: State, inputs: Props) -> Diff:
        checked = self.checked(type_, name, inputs, before.inputs)
        return self.resource.diff(self.call(type_, name), before, checked)

    def refresh(self, type_: str, name: str, before: State) -> State | None:
        return self.resource.read(self.call(type_, name), before.id, before)

    def live(self, type_: str, name: str) -> Props | None:
        return self.cluster.find(
            kind_of_type(type_), ObjectName(namespace=self.namespace, name=name)
        )

    def behind_our_back(self, type_: str, name: str, manager: str, **patch: Any) -> None:
        path = self.cluster.path(
            kind_of_type(type_), ObjectName(namespace=self.namespace, name=name)
        )
        self.cluster.client.request(
            "PATCH",
            path,
            body=patch,
            query={"fieldManager": manager},
            content_type="application/merge-patch+json",
        )


@pytest.fixture
def kube(kube_api: KubeApi) -> Iterator[Kube]:
    cluster = Cluster(Client(parse_kubeconfig(str(kube_api.kubeconfig))), Settings())
    namespace = f"objects-{next(NUMBERS)}"
    body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}
    cluster.client.request("POST", "/api/v1/namespaces", body=body)
    yield Kube(cluster=cluster, namespace=namespace)
    cluster.client.delete(f"/api/v1/namespaces/{namespace}", {})


def named(name: str, **annotations: str) -> Props:
    return {"name": name, "annotations": annotations} if annotations else {"name": name}


def web(**spec: Any) -> Props:
    labels = {"app": "web"}
    pod = {
        "metadata": {"labels": labels},
        "spec": {"containers": [{"name": "main", "image": "web:1"}]},
    }
    return {
        "metadata": named("web"),
        "spec": {"replicas": 1, "selector": {"matchLabels": labels}, "template": pod} | spec,
    }


def test_name_is_chosen_once_and_kept(kube: Kube) -> None:
    made = kube.create(CONFIG_MAP, "settings", {"data": {"a": "1"}})
    namespace, _, name = made.id.partition("/")
    assert (namespace, name[:9], len(name)) == (kube.namespace, "settings-", 16)
    again = kube.checked(CONFIG_MAP, "settings", {"data": {"a": "2"}}, made.inputs)
    assert again["metadata"]["name"] == name
    found = kube.diff(CONFIG_MAP, "settings", made, {"data": {"a": "2"}})
    assert [(c.path, c.replaces) for c in found.changes] == [(("data", "a"), True)]
    assert not found.delete_before_replace
    assert kube.diff(CONFIG_MAP, "settings", made, {"data": {"a": "1"}}).changes == ()


def test_default_namespace_written_out_is_no_change(kube: Kube) -> None:
    resource, call = kube.resource, kube.call(CONFIG_MAP, "x")
    state = State(id="default/x", outputs={}, inputs=resource.check(call, {}, None))
    spelled = resource.check(call, {"metadata": {"namespace": "default"}}, state.inputs)
    assert resource.diff(call, state, spelled).changes == ()


def test_preview_asks_the_server_and_leaves_no_trace(kube: Kube) -> None:
    call = kube.call(DEPLOYMENT, "web", preview=True)
    planned = kube.resource.plan(call, kube.checked(DEPLOYMENT, "web", web()), None)
    assert planned["spec"]["strategy"]["type"] == "RollingUpdate"
    assert planned["status"] is UNKNOWN
    assert planned["metadata"]["uid"] is UNKNOWN
    assert kube.live(DEPLOYMENT, "web") is None
    service = {"metadata": named("web"), "spec": {"ports": [{"port": 80}]}}
    call = kube.call("kubernetes:core/v1:Service", "web", preview=True)
    planned = kube.resource.plan(call, kube.checked(call.type, "web", service), None)
    assert planned["spec"]["clusterIP"] is UNKNOWN


def test_preview_does_without_namespace_kind_or_known_values(kube: Kube) -> None:
    for type_, inputs in (
        (CONFIG_MAP, {"metadata": {"name": "a", "namespace": "not-yet"}}),
        ("kubernetes:example.test/v1:Nothing", {"spec": {"n": 1}}),
        (CONFIG_MAP, {"metadata": {"name": "a", "namespace": UNKNOWN}}),
        (CONFIG_MAP, {"metadata": {"name": "a"}, "data": UNKNOWN}),
    ):
        call = kube.call(type_, "a", preview=True)
        planned = kube.resource.plan(call, kube.checked(type_, "a", inputs), None)
        assert planned["kind"] == type_.rpartition(":")[2]
        assert planned["status"] is UNKNOWN


def test_preview_of_a_replacement_looks_past_the_old_object(kube: Kube) -> None:
    kube.create(DEPLOYMENT, "web", web())
    other = {"matchLabels": {"app": "other"}}
    changed = web(selector=other)
    changed["spec"]["template"]["metadata"] = {"labels": {"app": "other"}}
    call = kube.call(DEPLOYMENT, "web", preview=True)
    planned = kube.resource.plan(call, kube.checked(DEPLOYMENT, "web", changed), None)
    assert planned["spec"]["selector"] == other
    assert planned["metadata"]["name"] == "web"


def test_wrong_property_or_type_is_refused_by_name(kube: Kube) -> None:
    with pytest.raises(ApiError, match=r"spec\.replica\b"):
        kube.create(DEPLOYMENT, "web", web(replica=3))
    with pytest.raises(PluginError, match="it has no Patch resources"):
        kube.checked("kubernetes:apps/v1:DeploymentPatch", "web", {"kind": "Deployment"})
    with pytest.raises(PluginError, match="does not support kubernetes:yaml/v2:ConfigFile"):
        kind_of_type("kubernetes:yaml/v2:ConfigFile")
    with pytest.raises(InvalidInputsError, match="is 'Secret', but the type"):
        kube.checked(CONFIG_MAP, "x", {"kind": "Secret"})
    with pytest.raises(InvalidInputsError, match="must be a number of seconds, not 'soon'"):
        annotations = {"pulumi.com/timeoutSeconds": "soon"}
        kube.checked(CONFIG_MAP, "x", {"metadata": {"annotations": annotations}})


def test_missing_namespace_or_kind_is_waited_for_and_named(
    kube: Kube, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(objects, "PREREQUISITES_WITHIN", timedelta(seconds=0.3))
    with pytest.raises(ApiError, match='namespaces "not-there" not found'):
        kube.create(CONFIG_MAP, "a", {"metadata": {"name": "a", "namespace": "not-there"}})
    with pytest.raises(UnknownKindError, match=r"no kind Nothing in example\.test/v1"):
        kube.create("kubernetes:example.test/v1:Nothing", "a", {"spec": {}})
    assert 'waiting: namespaces "not-there" not found' in kube.messages


def test_drift_shows_and_is_repaired(kube: Kube) -> None:
    settings = replace(kube.cluster.settings, force=True)
    kube.cluster = Cluster(kube.cluster.client, settings)
    inputs = web(progressDeadlineSeconds=500)
    made = kube.create(DEPLOYMENT, "web", inputs)
    seen = kube.refresh(DEPLOYMENT, "web", made)
    assert seen is not None
    assert seen.inputs == made.inputs
    kube.behind_our_back(
        DEPLOYMENT, "web", "kubectl-edit", spec={"progressDeadlineSeconds": 9, "paused": True}
    )
    seen = kube.refresh(DEPLOYMENT, "web", made)
    assert seen is not None
    assert seen.inputs["spec"]["progressDeadlineSeconds"] == 9
    assert "paused" not in seen.inputs["spec"]
    found = kube.diff(DEPLOYMENT, "web", seen, inputs)
    assert [c.path for c in found.changes] == [("spec", "progressDeadlineSeconds")]
    repaired = kube.update(DEPLOYMENT, "web", seen, inputs)
    assert repaired.outputs["spec"]["progressDeadlineSeconds"] == 500
    assert repaired.outputs["spec"]["paused"] is True, "what others set stays"


def test_fields_of_others_are_taken_only_when_told_to(kube: Kube) -> None:
    made = kube.create(DEPLOYMENT, "web", web())
    kube.behind_our_back(DEPLOYMENT, "web", "autoscaler", spec={"replicas": 4})
    with pytest.raises(FieldConflictError, match=r"\.spec\.replicas \(autoscaler\)\. To take"):
        kube.update(DEPLOYMENT, "web", made, web(replicas=2))
    forced = web(replicas=2) | {"metadata": named("web", **{"pulumi.com/patchForce": "true"})}
    assert kube.update(DEPLOYMENT, "web", made, forced).outputs["spec"]["replicas"] == 2
    kube.behind_our_back(DEPLOYMENT, "web", "kubectl", spec={"replicas": 6})
    assert kube.update(DEPLOYMENT, "web", made, web(replicas=3)).outputs["spec"]["replicas"] == 3


def test_ignored_fields_stay_as_others_have_set_them(kube: Kube) -> None:
    made = kube.create(DEPLOYMENT, "web", web())
    kube.behind_our_back(DEPLOYMENT, "web", "autoscaler", spec={"replicas": 4})
    kube.ignore_changes = ("spec.replicas",)
    changed = web() | {"metadata": {"name": "web", "labels": {"a": "b"}}}
    updated = kube.update(DEPLOYMENT, "web", made, changed)
    assert updated.outputs["spec"]["replicas"] == 4
    assert updated.outputs["metadata"]["labels"] == {"a": "b"}


def test_field_that_leaves_the_program_leaves_the_object(kube: Kube) -> None:
    two = {"metadata": named("a"), "data": {"x": "1", "y": "2"}}
    made = kube.create(CONFIG_MAP, "a", two)
    updated = kube.update(CONFIG_MAP, "a", made, two | {"data": {"x": "1"}})
    assert updated.outputs["data"] == {"x": "1"}
    secret = {"metadata": named("s"), "stringData": {"x": "one", "y": "two"}}
    made = kube.create(SECRET, "s", secret)
    updated = kube.update(SECRET, "s", made, secret | {"stringData": {"x": "one"}})
    assert updated.outputs["data"] == {"x": "b25l"}


def test_import_reads_what_exists(kube: Kube) -> None:
    path = f"/api/v1/namespaces/{kube.namespace}/configmaps/found"
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": named("found"), "data": {"a": "1"}}
    query = {"fieldManager": "someone"}
    kube.cluster.client.request("PATCH", path, body=body, query=query, content_type=APPLY)
    call = kube.call(CONFIG_MAP, "found")
    found = kube.resource.read(call, f"{kube.namespace}/found", None)
    assert found is not None
    assert found.inputs["data"] == {"a": "1"}
    same = {"metadata": named("found"), "data": {"a": "1"}}
    assert kube.diff(CONFIG_MAP, "found", found, same).changes == ()
    assert kube.resource.read(call, f"{kube.namespace}/missing", None) is None


def test_wait_ends_when_the_pods_are_there(kube: Kube) -> None:
    made = kube.create(DEPLOYMENT, "web", web())
    status = {
        "observedGeneration": 1,
        "replicas": 1,
        "updatedReplicas": 1,
        "readyReplicas": 1,
        "availableReplicas": 1,
    }
    kube.cluster = replace_reads(kube.cluster, DEPLOYMENT, status)
    assert kube.settle(DEPLOYMENT, "web", made)["status"]["availableReplicas"] == 1


def replace_reads(cluster: Cluster, type_: str, status: Props) -> Cluster:
    """There is no node to make pods ready: the second look at the object sees this status."""
    looked = itertools.count()

    class Seeing(Cluster):
        def find(self, kind: Any, name: ObjectName) -> Props | None:
            found = super().find(kind, name)
            if found and kind == kind_of_type(type_) and next(looked):
                return found | {"status": status}
            return found

    return Seeing(cluster.client, cluster.settings)


def test_time_out_says_which_pod_is_stuck_and_why(kube: Kube) -> None:
    made = kube.create(DEPLOYMENT, "web", web())
    wait_for(
        lambda: event_seen(kube, "FailedScheduling") and unscheduled(kube) and counted(kube),
        within_s=30,
        what="scheduler and controller to tell of the pod",
    )
    kube.timeout = timedelta(seconds=0.2)
    with pytest.raises(PluginError) as raised:
        kube.settle(DEPLOYMENT, "web", made)
    text = str(raised.value)
    assert f"Deployment {kube.namespace}/web is not ready after 0.2 s" in text
    assert "0 of 1 replicas are available" in text
    assert "pod web-" in text
    assert "is not scheduled: no nodes available to schedule pods" in text
    assert "last event: FailedScheduling" in text


def unscheduled(kube: Kube) -> bool:
    pods = kube.cluster.client.get(f"/api/v1/namespaces/{kube.namespace}/pods")["items"]
    return any(
        condition["type"] == "PodScheduled" and condition["status"] == "False"
        for pod in pods
        for condition in pod["status"].get("conditions", ())
    )


def counted(kube: Kube) -> bool:
    """Its controller writes this after it made the pod."""
    path = f"/apis/apps/v1/namespaces/{kube.namespace}/deployments/web"
    return bool(kube.cluster.client.get(path)["status"].get("unavailableReplicas"))


def event_seen(kube: Kube, reason: str) -> bool:
    events = kube.cluster.client.get(f"/api/v1/namespaces/{kube.namespace}/events")["items"]
    return any(event["reason"] == reason for event in events)


def test_quota_that_admits_no_pod_is_the_reason(kube: Kube) -> None:
    quota = {"metadata": named("none"), "spec": {"hard": {"pods": "0"}}}
    kube.create("kubernetes:core/v1:ResourceQuota", "none", quota)
    made = kube.create("kubernetes:apps/v1:StatefulSet", "web", web(serviceName="web"))
    wait_for(lambda: event_seen(kube, "FailedCreate"), within_s=30, what="the quota to be met")
    kube.timeout = timedelta(seconds=0.2)
    with pytest.raises(PluginError, match=r"FailedCreate: .*exceeded quota: none"):
        kube.settle("kubernetes:apps/v1:StatefulSet", "web", made)


def test_skipped_wait_returns_at_once(kube: Kube) -> None:
    inputs = web() | {"metadata": named("web", **{"pulumi.com/skipAwait": "true"})}
    made = kube.create(DEPLOYMENT, "web", inputs)
    assert kube.settle(DEPLOYMENT, "web", made)["metadata"]["name"] == "web"


def test_interrupt_ends_the_wait(kube: Kube) -> None:
    made = kube.create(DEPLOYMENT, "web", web())
    threading.Timer(0.3, kube.cancelled.set).start()
    with pytest.raises(CancelledError, match="interrupted while waiting for web"):
        kube.settle(DEPLOYMENT, "web", made)


def test_deletion_waits_for_finalizers_and_names_them(kube: Kube) -> None:
    inputs = {"metadata": named("held") | {"finalizers": ["example.test/hold"]}}
    made = kube.create(CONFIG_MAP, "held", inputs)
    kube.timeout = timedelta(seconds=0.2)
    with pytest.raises(PluginError, match=r"not gone after 0\.2 s: its finalizers are example"):
        kube.resource.delete(kube.call(CONFIG_MAP, "held"), made)
    kube.timeout = None
    release = threading.Timer(
        0.3,
        kube.behind_our_back,
        (CONFIG_MAP, "held", "holder"),
        {"metadata": {"finalizers": None}},
    )
    release.start()
    kube.resource.delete(kube.call(CONFIG_MAP, "held"), made)
    assert kube.live(CONFIG_MAP, "held") is None
    kube.resource.delete(kube.call(CONFIG_MAP, "held"), made)


def test_creation_waits_for_a_dying_object_of_the_same_name(kube: Kube) -> None:
    metadata = named("again") | {"finalizers": ["example.test/hold"]}
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata}
    path = f"/api/v1/namespaces/{kube.namespace}/configmaps"
    old = kube.cluster.client.request("POST", path, body=body).body
    kube.cluster.client.delete(f"{path}/again", {})
    threading.Timer(
        0.3,
        kube.behind_our_back,
        (CONFIG_MAP, "again", "holder"),
        {"metadata": {"finalizers": None}},
    ).start()
    new = kube.create(CONFIG_MAP, "again", {"metadata": named("again"), "data": {"a": "1"}})
    assert new.outputs["metadata"]["uid"] != old["metadata"]["uid"]
    assert new.outputs["data"] == {"a": "1"}


THING = {
    "metadata": {"name": "things.example.test"},
    "spec": {
        "group": "example.test",
        "scope": "Namespaced",
        "names": {"plural": "things", "singular": "thing", "kind": "Thing"},
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "schema": {
                    "openAPIV3Schema": {
                        "type": "object",
                        "properties": {
                            "spec": {"type": "object", "properties": {"n": {"type": "integer"}}}
                        },
                    }
                },
            }
        ],
    },
}
THINGS = "kubernetes:example.test/v1:Thing"


def test_definition_is_established_before_its_objects_come(kube: Kube) -> None:
    resource, call = kube.resource, kube.call(DEFINITION, "crd")
    inputs = resource.check(call, THING, None)
    definition = replace(resource.create(call, inputs), inputs=inputs)
    assert definition.id == "things.example.test"
    resource.settle(call, definition)
    thing = kube.create(THINGS, "one", {"metadata": named("one"), "spec": {"n": 3}})
    assert thing.outputs["spec"] == {"n": 3}
    with pytest.raises(ApiError, match=r"unknown field \"spec\.m\"|\.spec\.m: field not declared"):
        kube.create(THINGS, "two", {"metadata": named("two"), "spec": {"m": 3}})
    resource.delete(call, definition)
    assert kube.refresh(THINGS, "one", thing) is None
    resource.delete(kube.call(THINGS, "one"), thing)
