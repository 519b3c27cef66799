"""`byoc replica show | logs | events` against the genuine API server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from lightkube.models.core_v1 import (
    Capabilities,
    Container,
    ObjectReference,
    PodSpec,
    SeccompProfile,
    SecurityContext,
)
from lightkube.models.meta_v1 import ObjectMeta
from lightkube.resources.core_v1 import Event, Pod

from control.cli.cluster import SERVICE
from control.warehouses.names import REPLICA_LABEL, SERVICE_LABEL, WAREHOUSE_LABEL
from tests.control.cli.conftest import Byoc
from tests.control.cli.play import Play, play_on
from tests.kube_api import KubeApi

pytestmark = [pytest.mark.cluster]
SPACE = "clickhouse"
SPEC = {"warehouse": "main", "replicas": 2, "memory": {"minGib": 8, "maxGib": 8}}
SERVICES = {"writer": ("primary", ("a1b2", "c3d4")), "reader": ("secondary", ("a1b2",))}


@pytest.fixture(scope="module")
def play(kube_api: KubeApi) -> Iterator[Play]:
    """Two services; a replica of each has the same id."""
    made = play_on(kube_api)
    for name, (role, rids) in SERVICES.items():
        made.make(SERVICE, name, SPEC | {"role": role})
        made.reach(name, replicas=[replica(name, rid) for rid in rids])
    made.client.create(pod("writer", "c3d4"))
    yield made
    made.client.delete(Pod, "main-writer-c3d4-0", namespace=SPACE, grace_period=0)
    for name in SERVICES:
        made.client.delete(SERVICE.resource(), name, namespace=SPACE)


@pytest.fixture(autouse=True)
def of_the_server(kube_api: KubeApi, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBECONFIG", str(kube_api.kubeconfig))


def replica(service: str, rid: str) -> dict[str, object]:
    return {"rid": rid, "phase": "Serving", "serving": True, "pod": f"main-{service}-{rid}-0"}


def pod(service: str, rid: str) -> Pod:
    labels = {SERVICE_LABEL: service, WAREHOUSE_LABEL: "main", REPLICA_LABEL: rid}
    restricted = SecurityContext(
        allowPrivilegeEscalation=False,
        capabilities=Capabilities(drop=["ALL"]),
        runAsNonRoot=True,
        seccompProfile=SeccompProfile(type="RuntimeDefault"),
    )
    server = Container(name="server", image="none", securityContext=restricted)
    return Pod(
        metadata=ObjectMeta(name=f"main-{service}-{rid}-0", namespace=SPACE, labels=labels),
        spec=PodSpec(containers=[server], nodeName="nowhere"),
    )


@pytest.mark.parametrize("called", ["c3d4", "main-writer-c3d4-0"])
def test_a_replica_is_shown_by_its_id_or_its_pod(play: Play, byoc: Byoc, called: str) -> None:
    shown = byoc("replica", "show", called).ok().out
    for text in ("c3d4", "writer", "Serving", "main-writer-c3d4-0", "nowhere"):
        assert text in shown
    found = json.loads(byoc("replica", "show", called, "--json").ok().out)
    assert (found["service"], found["node"]) == ("writer", "nowhere")


def test_one_without_a_pod_is_on_no_known_node(play: Play, byoc: Byoc) -> None:
    found = json.loads(byoc("replica", "show", "main-writer-a1b2-0", "--json").ok().out)
    assert found["node"] == "unknown"


@pytest.mark.parametrize("command", ["show", "logs", "events"])
def test_what_is_not_one_replica_is_refused(play: Play, byoc: Byoc, command: str) -> None:
    twice = byoc("replica", command, "a1b2")
    assert twice.code == 1
    assert "main-reader-a1b2-0 or main-writer-a1b2-0" in twice.err
    missing = byoc("replica", command, "ffff")
    assert missing.code == 1
    assert "There are: a1b2, a1b2, c3d4." in missing.err


def test_logs_are_of_its_pod(play: Play, byoc: Byoc) -> None:
    gone = byoc("replica", "logs", "main-reader-a1b2-0")
    assert gone.code == 1
    assert "has no pod now" in gone.err
    there = byoc("replica", "logs", "c3d4")
    assert there.code == 1
    assert "Could not read the log of main-writer-c3d4-0: " in there.err


def test_events_are_of_it_alone(play: Play, byoc: Byoc) -> None:
    about = {
        "main-writer-c3d4-0": "Pod",
        "main-writer-c3d4": "StatefulSet",
        "data-main-writer-c3d4-0": "PersistentVolumeClaim",
        "main-writer-a1b2-0": "Pod",
        "main-writer-c3d40-0": "Pod",
    }
    for name, kind in about.items():
        play.client.create(
            Event(
                metadata=ObjectMeta(generateName="e-", namespace=SPACE),
                involvedObject=ObjectReference(kind=kind, name=name, namespace=SPACE),
                reason="Tested",
                message=f"of {name}",
                type="Normal",
            )
        )
    found = json.loads(byoc("replica", "events", "c3d4", "--json").ok().out)
    assert {each["object"] for each in found} == {
        f"{kind} {name}" for name, kind in list(about.items())[:3]
    }
