"""What `byoc destroy` does before the engine's part, against the genuine API server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from lightkube.core.exceptions import ApiError
from lightkube.models.apps_v1 import DeploymentSpec
from lightkube.models.core_v1 import Container, PodSpec, PodTemplateSpec
from lightkube.models.meta_v1 import LabelSelector, ObjectMeta
from lightkube.resources.apps_v1 import Deployment
from lightkube.resources.core_v1 import Namespace
from lightkube.types import PatchType

from control.cli import connection, service_removal, waiting
from control.cli.cluster import BACKUP, SERVICE, WAREHOUSE, Cluster, Kind
from control.cli.errors import CliError
from control.cli.service_removal import CONTROLLER, SYSTEM, take_down_services
from control.warehouses.names import FINALIZER, KEEP_FILES, NAMESPACE
from tests.control.cli.play import Play, play_on
from tests.kube_api import KubeApi

pytestmark = [pytest.mark.cluster]
MEMORY = {"minGib": 8, "maxGib": 8}
PRIMARY = {"warehouse": "lake", "memory": MEMORY, "role": "primary", "replicas": 2}
SECONDARY = {**PRIMARY, "role": "secondary", "access": "readOnly", "replicas": 1}


class OpenedSample:
    name = "sample"


@pytest.fixture
def play(kube_api: KubeApi, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Play]:
    made = play_on(kube_api)
    monkeypatch.setattr(waiting, "LOOK_EVERY_S", 0.05)
    monkeypatch.setattr(connection, "connect", lambda _stack: Cluster(made.client))
    made.client.delete(WAREHOUSE.resource(), "main", namespace=NAMESPACE)
    for kind, name, spec in (
        (WAREHOUSE, "lake", {}),
        (SERVICE, "boats", PRIMARY),
        (SERVICE, "shore", SECONDARY),
        (BACKUP, "first", {"warehouse": "lake"}),
    ):
        made.make(kind, name, spec)
        finalizers(made, kind, name, [FINALIZER])
    yield made
    for kind in (SERVICE, WAREHOUSE, BACKUP):
        for name in left(made, kind):
            made.client.delete(kind.resource(), name, namespace=NAMESPACE)
        for name in left(made, kind):
            finalizers(made, kind, name, None)


def finalizers(play: Play, kind: Kind, name: str, value: list[str] | None) -> None:
    change = {"metadata": {"finalizers": value}}
    resource: Any = kind.resource()
    play.client.patch(resource, name, change, namespace=NAMESPACE, patch_type=PatchType.MERGE)


def left(play: Play, kind: Kind) -> list[str]:
    resource: Any = kind.resource()
    found = play.client.list(resource, namespace=NAMESPACE)
    return sorted(each["metadata"]["name"] for each in found)


@pytest.fixture
def controller(play: Play) -> Iterator[None]:
    labels = {"app": CONTROLLER}
    container = Container(name=CONTROLLER, image="none")
    template = PodTemplateSpec(
        metadata=ObjectMeta(labels=labels), spec=PodSpec(containers=[container])
    )
    spec = DeploymentSpec(selector=LabelSelector(matchLabels=labels), template=template)
    try:
        play.client.create(Namespace(metadata=ObjectMeta(name=SYSTEM)))
    except ApiError as error:
        assert error.status.code == 409, error
    play.client.create(
        Deployment(metadata=ObjectMeta(name=CONTROLLER, namespace=SYSTEM), spec=spec)
    )
    yield
    play.client.delete(Deployment, CONTROLLER, namespace=SYSTEM)


def acting(play: Play, told: list[tuple[str, bool]]) -> Callable[..., Any]:
    """Plays the controller at every look: it lets go of what is being deleted."""
    real = service_removal.listed

    def look(cluster: Cluster, kind: Kind) -> Any:
        for each in real(cluster, kind):
            meta = each["metadata"]
            if "deletionTimestamp" in meta:
                told.append((meta["name"], KEEP_FILES in (meta.get("annotations") or {})))
                finalizers(play, kind, meta["name"], None)
        return real(cluster, kind)

    return look


def test_all_go_in_their_order_and_backups_keep_their_files(
    play: Play, controller: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[str, bool]] = []
    monkeypatch.setattr(service_removal, "listed", acting(play, told))
    opened: Any = OpenedSample()
    take_down_services(opened)
    assert told == [("shore", False), ("boats", False), ("lake", False), ("first", True)]
    assert [left(play, kind) for kind in (SERVICE, WAREHOUSE, BACKUP)] == [[], [], []]
    take_down_services(opened)


def test_without_a_controller_nothing_is_waited_for(
    play: Play, capsys: pytest.CaptureFixture[str]
) -> None:
    """As after a destroy that was broken off: else its namespace would never go."""
    opened: Any = OpenedSample()
    take_down_services(opened)
    assert [left(play, kind) for kind in (SERVICE, WAREHOUSE, BACKUP)] == [[], [], []]
    assert "let go as they are" in capsys.readouterr().err


def test_a_controller_that_does_not_get_on_is_no_reason_to_drop_services(
    play: Play, controller: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service_removal, "LONGEST_REMOVAL_S", 0.2)
    opened: Any = OpenedSample()
    with pytest.raises(CliError, match="shore") as refused:
        take_down_services(opened)
    assert "byoc service show shore" in refused.value.remedy
    assert left(play, SERVICE) == ["boats", "shore"]
    assert left(play, WAREHOUSE) == ["lake"]


def test_a_deployment_without_a_cluster_is_left_to_the_engine(
    play: Play, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def away(_stack: str) -> Cluster:
        raise CliError("The output 'kubeconfig' of stack sample is no kubeconfig.")

    monkeypatch.setattr(connection, "connect", away)
    opened: Any = OpenedSample()
    take_down_services(opened)
    assert "left to the engine" in capsys.readouterr().err
    assert left(play, SERVICE) == ["boats", "shore"]
