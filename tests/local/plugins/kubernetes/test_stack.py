"""A stack with objects of a genuine API server, under the genuine engine."""

from __future__ import annotations

import base64
import signal
from typing import Any

import pytest

from local.plugins.kubernetes.client import ApiError, Client
from local.plugins.kubernetes.kubeconfig import parse_kubeconfig
from tests.kube_api import KubeApi
from tests.local.plugins.project import Project
from tests.waiting import wait_for

pytestmark = [pytest.mark.engine, pytest.mark.cluster]

NAMESPACE = "stack-test"
HEAD = """
    import pathlib, pulumi
    import pulumi_kubernetes as k8s

    class Book(pulumi.CustomResource):
        link: pulumi.Output[str]
        def __init__(self, name):
            super().__init__("shelf:index/book:Book", name, {"title": name, "link": None})

    cluster = Book("cluster")
    kubeconfig = cluster.link.apply(lambda _: pathlib.Path("KUBECONFIG").read_text())
    kube = k8s.Provider("kube", kubeconfig=kubeconfig, enable_patch_force=True)
    opts = pulumi.ResourceOptions(provider=kube)
    space = {"name": pulumi.Config().require("space")}
    namespace = k8s.core.v1.Namespace("space", metadata=space, opts=opts)
    inside = {"namespace": namespace.metadata.name}
"""
OBJECTS = """
    settings = k8s.core.v1.ConfigMap("settings", metadata=inside, data={"a": "1"}, opts=opts)
    password = pulumi.Output.secret("correct horse battery")
    k8s.core.v1.Secret("login", metadata=inside | {"name": "login"},
        string_data={"password": password, "user": "plain but private"}, opts=opts)
    account = k8s.core.v1.ServiceAccount("account", metadata=inside | {
        "name": "account", "annotations": {"note": password}}, opts=opts)
    labels = {"app": settings.metadata.name}
    service = k8s.core.v1.Service("front", metadata=inside | {"name": "front"},
        spec={"ports": [{"port": 80}], "selector": labels}, opts=opts)
    definition = k8s.apiextensions.v1.CustomResourceDefinition("definition",
        metadata={"name": "gears.stack.test"},
        spec={
            "group": "stack.test", "scope": "Namespaced",
            "names": {"plural": "gears", "singular": "gear", "kind": "Gear"},
            "versions": [{"name": "v1", "served": True, "storage": True, "schema": {
                "open_apiv3_schema": {"type": "object",
                                      "x_kubernetes_preserve_unknown_fields": True}}}],
        }, opts=opts)
    background = {"pulumi.com/deletionPropagationPolicy": "background"}
    k8s.apiextensions.CustomResource("gear", api_version="stack.test/v1", kind="Gear",
        metadata=inside | {"name": "gear", "annotations": background},
        spec={"teeth": 12, "ratio": 0.5},
        opts=pulumi.ResourceOptions(provider=kube, depends_on=[definition]))
    pulumi.export("address", service.spec.cluster_ip)
"""
COUNT = 9


@pytest.fixture
def kube(kube_api: KubeApi, project: Project) -> Client:
    books = project.folder / "books"
    books.mkdir()
    project.configure({"shelf:folder": str(books), "plugins:space": NAMESPACE})
    (project.folder / "KUBECONFIG").write_text(kube_api.kubeconfig.read_text())
    return Client(parse_kubeconfig(str(kube_api.kubeconfig)))


def of_kind(plural: str, name: str) -> str:
    return f"/api/v1/namespaces/{NAMESPACE}/{plural}/{name}"


def patch(kube: Client, path: str, body: Any) -> None:
    merge = "application/merge-patch+json"
    kube.request("PATCH", path, body=body, query={"fieldManager": "someone"}, content_type=merge)


def exists(kube: Client, path: str) -> bool:
    try:
        return bool(kube.get(path))
    except ApiError as error:
        assert error.code == 404
        return False


def test_life_of_a_stack(kube: Client, project: Project) -> None:
    project.write(HEAD + OBJECTS)
    kubeconfig = project.folder / "KUBECONFIG"
    hidden = kubeconfig.rename(project.folder / "elsewhere")
    text = project.preview().check()
    assert f"+ {COUNT + 1} to create" in text
    hidden.rename(kubeconfig)

    text = project.up().check()
    state = project.resources()
    settings = state["settings"]["id"].partition("/")[2]
    assert kube.get(of_kind("configmaps", settings))["data"] == {"a": "1"}
    gear = kube.get(f"/apis/stack.test/v1/namespaces/{NAMESPACE}/gears/gear")
    assert gear["spec"] == {"teeth": 12, "ratio": 0.5}
    address = kube.get(of_kind("services", "front"))["spec"]["clusterIP"]
    assert state["plugins-test"]["outputs"]["address"] == address
    assert f"{COUNT + 1} unchanged" in project.up().check()
    assert f"{COUNT + 1} unchanged" in project.refresh().check()

    stored = project.state_file.read_text()
    for secret in ("correct horse battery", "plain but private"):
        encoded = base64.b64encode(secret.encode()).decode()
        assert secret not in text + stored
        assert encoded not in text + stored
    login = kube.get(of_kind("secrets", "login"))
    assert base64.b64decode(login["data"]["password"]) == b"correct horse battery"

    patch(kube, of_kind("services", "front"), {"spec": {"selector": {"app": "other"}}})
    patch(kube, of_kind("secrets", "login"), {"data": {"password": "eA=="}})
    kube.delete(of_kind("serviceaccounts", "account"), {})
    text = project.refresh().check()
    assert "~ 2 updated" in text
    assert "- 1 deleted" in text
    assert f'app: "{settings}" => "other"' in text
    text = project.up().check()
    assert "+-1 replaced" in text
    assert kube.get(of_kind("services", "front"))["spec"]["selector"] == {"app": settings}
    login = kube.get(of_kind("secrets", "login"))
    assert base64.b64decode(login["data"]["password"]) == b"correct horse battery"
    assert exists(kube, of_kind("serviceaccounts", "account"))

    project.destroy().check()
    assert not exists(kube, f"/api/v1/namespaces/{NAMESPACE}")
    assert not exists(
        kube, "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/gears.stack.test"
    )


WAITING = """
    labels = {"app": "web"}
    k8s.apps.v1.Deployment("web", metadata=inside | {"name": "web"},
        spec={
            "selector": {"match_labels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": {"containers": [{"name": "main", "image": "web:1"}]},
            },
        }, opts=opts)
"""


def test_interrupted_wait_keeps_the_object_and_the_next_up_goes_on(
    kube: Client, project: Project
) -> None:
    space = "stack-interrupted"
    project.write(HEAD + WAITING)
    project.init()
    project.run("config", "set", "space", space).check()
    process = project.start("up", "--yes", "--skip-preview")
    path = f"/apis/apps/v1/namespaces/{space}/deployments/web"
    wait_for(lambda: exists(kube, path), within_s=30, what="the deployment to be made")
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=120)
    assert "interrupted while waiting for web" in output
    assert project.resources()["web"]["id"] == f"{space}/web"
    project.write(HEAD + WAITING.replace('"name": "web"}', SKIPPING))
    assert "~ 1 updated" in project.up().check()


SKIPPING = '"name": "web", "annotations": {"pulumi.com/skipAwait": "true"}}'
