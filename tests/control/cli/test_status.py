"""`byoc status`: what is recorded, what runs, and what is unknown."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from control.cli import stack
from control.cli.cluster import DEPLOYMENT, SERVICE
from control.cli.cluster_state import first_reason, node_view, workload_view
from control.cli.deployment_state import SECRET_MARK, state_of
from control.warehouses.names import POOL_LABEL
from tests.control.cli.conftest import Byoc
from tests.control.cli.play import play_on
from tests.kube_api import KubeApi

URN = "urn:pulumi:local::clickhouse-byoc::"
SEALED = {SECRET_MARK: "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:abc"}


def recorded(**outputs: Any) -> dict[str, Any]:
    return {
        "resources": [
            {"urn": f"{URN}pulumi:pulumi:Stack::s", "outputs": outputs},
            {"urn": f"{URN}pulumi:providers:aws::aws"},
            {"urn": f"{URN}byoc:aws:Network::n", "modified": "2026-01-01T00:00:00Z"},
            {
                "urn": f"{URN}byoc:aws:Network$aws:ec2/vpc:Vpc::n",
                "modified": "2026-01-02T00:00:00.123456789Z",
            },
            {"urn": f"{URN}byoc:aws:Access::a"},
        ],
        "pending_operations": [
            {"type": "creating", "resource": {"urn": f"{URN}aws:s3/bucket:Bucket::b"}}
        ],
    }


def test_layers_are_counted_in_the_order_in_which_they_are_built() -> None:
    state = state_of("local", recorded())
    assert list(state.layers.items()) == [("access", 1), ("network", 2)]
    assert state.resources == 3
    assert state.changed_at is not None
    assert state.changed_at.day == 2
    assert state.pending == ("creating aws:s3:Bucket b",)


def test_secret_outputs_stay_sealed() -> None:
    state = state_of("local", recorded(a=SEALED, b={"deep": [SEALED]}, c="plain"))
    assert state.outputs == {"a": "[secret]", "b": {"deep": ["[secret]"]}, "c": "plain"}


def test_an_empty_stack() -> None:
    state = state_of("local", {})
    assert (state.resources, state.layers, state.changed_at) == (0, {}, None)


def test_a_node_without_labels_is_told_as_unknown() -> None:
    node = node_view({"metadata": {"name": "n"}})
    assert (node.ready, node.pool, node.zone, node.version) == ("unknown",) * 4
    conditions = [{"type": "Ready", "status": "False"}]
    labels = {POOL_LABEL: "system"}
    node = node_view(
        {"metadata": {"name": "n", "labels": labels}, "status": {"conditions": conditions}}
    )
    assert (node.ready, node.pool) == ("not ready", "system")


def pod(**status: Any) -> dict[str, Any]:
    return {"metadata": {"namespace": "byoc-system", "labels": {"app": "x"}}, "status": status}


def waiting(reason: str) -> dict[str, Any]:
    return {"name": "main", "state": {"waiting": {"reason": reason}}}


REASONS = {
    "no pods": ([], "no pods"),
    "an image": ([pod(containerStatuses=[waiting("ImagePullBackOff")])], "main: ImagePullBackOff"),
    "an init container": (
        [pod(initContainerStatuses=[waiting("CrashLoopBackOff")])],
        "main: CrashLoopBackOff",
    ),
    "no node": (
        [pod(conditions=[{"type": "PodScheduled", "status": "False", "message": "no room"}])],
        "no room",
    ),
    "the second pod tells": ([pod(), pod(containerStatuses=[waiting("X")])], "main: X"),
}


@pytest.mark.parametrize(("pods", "reason"), REASONS.values(), ids=REASONS.keys())
def test_why_a_workload_is_not_ready(pods: list[Any], reason: str) -> None:
    assert first_reason(pods) == reason


def test_a_workload_has_the_pods_that_its_selector_finds() -> None:
    document = {
        "metadata": {"namespace": "byoc-system", "name": "controller"},
        "spec": {"replicas": 2, "selector": {"matchLabels": {"app": "x"}}},
        "status": {"readyReplicas": 1},
    }
    stranger = pod(containerStatuses=[waiting("Wrong")])
    stranger["metadata"]["labels"] = {"app": "y"}
    view = workload_view(
        DEPLOYMENT, document, [stranger, pod(containerStatuses=[waiting("Right")])]
    )
    assert (view.ready, view.wanted, view.is_ready, view.reason) == (1, 2, False, "main: Right")


@pytest.fixture
def opened(folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The recorded state of the stack; tests set its outputs."""
    deployment = recorded()
    exported = SimpleNamespace(export_stack=lambda: SimpleNamespace(deployment=deployment))
    fake = SimpleNamespace(name="local", stack=exported, project=folder)
    monkeypatch.setattr(stack, "choose", lambda name: (folder, name))
    monkeypatch.setattr(stack, "open_stack", lambda _project, _name: fake)
    return deployment


def set_kubeconfig(deployment: dict[str, Any], text: str) -> None:
    deployment["resources"][0]["outputs"]["kubeconfig"] = text


def test_a_stack_without_a_cluster_is_told_alone(opened: dict[str, Any], byoc: Byoc) -> None:
    document = json.loads(byoc("status", "--stack", "local", "--json").ok().out)
    assert document["layers"] == {"access": 1, "network": 2}
    assert (document["cluster"], document["services"]) == (None, None)
    text = byoc("status", "--stack", "local").ok().out
    assert "access 1, network 2" in text
    assert "creating aws:s3:Bucket b" in text


def test_a_cluster_that_does_not_answer_is_unknown(opened: dict[str, Any], byoc: Byoc) -> None:
    set_kubeconfig(
        opened,
        json.dumps(
            {
                "current-context": "c",
                "clusters": [{"name": "c", "cluster": {"server": "https://127.0.0.1:1"}}],
                "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
                "users": [{"name": "u", "user": {"token": "t"}}],
            }
        ),
    )
    document = json.loads(byoc("status", "--stack", "local", "--json").ok().out)
    assert document["cluster"]["reachable"] is False
    assert document["cluster"]["version"] == "unknown"
    assert document["nodes"] is None
    assert "https://127.0.0.1:1: unknown." in byoc("status", "--stack", "local").ok().out


@pytest.mark.cluster
def test_the_whole_of_it(opened: dict[str, Any], byoc: Byoc, kube_api: KubeApi) -> None:
    set_kubeconfig(opened, kube_api.kubeconfig.read_text())
    play = play_on(kube_api)
    spec = {
        "warehouse": "main",
        "role": "primary",
        "replicas": 2,
        "memory": {"minGib": 8, "maxGib": 8},
    }
    play.make(SERVICE, "whole", spec)
    play.reach("whole")
    document = json.loads(byoc("status", "--stack", "local", "--json").ok().out)
    assert document["cluster"]["reachable"] is True
    assert document["nodes"] == []
    services = {each["name"]: each for each in document["services"]}
    assert services["whole"]["phase"] == "Running"
    assert [each["name"] for each in document["warehouses"]] == ["main"]
    text = byoc("status", "--stack", "local").ok().out
    for title in ("Cluster", "Nodes", "Workloads", "Warehouses", "Services"):
        assert f"\n{title}\n" in text
    assert f"{kube_api.server}, Kubernetes v1." in text
    play.client.delete(SERVICE.resource(), "whole", namespace="clickhouse")
