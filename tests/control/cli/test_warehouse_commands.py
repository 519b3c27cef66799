"""`byoc warehouse create | delete | events` against the genuine API server."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from lightkube.core.exceptions import ApiError
from lightkube.models.core_v1 import ObjectReference
from lightkube.models.meta_v1 import ObjectMeta
from lightkube.resources.core_v1 import ConfigMap, Event, Namespace
from lightkube.types import PatchType

from control.cli import waiting
from control.cli.cluster import SERVICE, WAREHOUSE
from tests.control.cli.conftest import Byoc
from tests.control.cli.play import Play, play_on
from tests.kube_api import KubeApi
from tests.waiting import wait_for

pytestmark = [pytest.mark.cluster]
SPACE = "clickhouse"


@pytest.fixture
def play(kube_api: KubeApi, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Play]:
    monkeypatch.setenv("KUBECONFIG", str(kube_api.kubeconfig))
    monkeypatch.setattr(waiting, "LOOK_EVERY_S", 0.05)
    made = play_on(kube_api)
    yield made
    for kind in (SERVICE, WAREHOUSE):
        resource: Any = kind.resource()
        for each in made.client.list(resource, namespace=SPACE):
            if each["metadata"]["name"] != "main":
                made.client.delete(resource, each["metadata"]["name"], namespace=SPACE)


def found(play: Play, name: str) -> dict[str, Any] | None:
    resource: Any = WAREHOUSE.resource()
    try:
        return dict(play.client.get(resource, name, namespace=SPACE))
    except ApiError as error:
        assert error.status.code == 404, error
        return None


@contextmanager
def made_ready(play: Play, name: str) -> Iterator[None]:
    """A hand that plays the controller, once the warehouse is there."""

    def act() -> None:
        wait_for(lambda: found(play, name), within_s=20, what=f"warehouse {name}")
        play.report(WAREHOUSE, name, {"phase": "Creating", "keeper": {"ready": 1, "members": 3}})
        play.report(WAREHOUSE, name, {"phase": "Ready", "keeper": {"ready": 3, "members": 3}})

    hand = threading.Thread(target=act)
    hand.start()
    yield
    hand.join()


def test_create_gives_what_was_asked_and_waits_for_keeper(play: Play, byoc: Byoc) -> None:
    asked = ("--version", "26.9", "--channel", "slow", "--disk", "volume", "--delete-data")
    with made_ready(play, "lake"):
        answer = byoc("warehouse", "create", "lake", *asked).ok()
    document = found(play, "lake")
    assert document is not None
    spec = document["spec"]
    assert (spec["version"], spec["channel"], spec["disk"]) == ("26.9", "slow", "volume")
    assert (spec["dataRetention"], spec["keeper"]["replicas"]) == ("delete", 3)
    assert "Ready" in answer.out
    assert "byoc service create NAME --warehouse lake" in answer.err


def test_what_is_not_given_is_left_to_the_defaults(play: Play, byoc: Byoc) -> None:
    view = json.loads(byoc("warehouse", "create", "lake", "--no-wait", "--json").ok().out)
    assert (view["profile"], view["disk"]) == ("replicated", "objectStorage")
    assert view["dataRetention"] == "retain", "data is kept unless somebody says otherwise"


REFUSED = {
    "an unknown profile": (["--storage-profile", "mine"], "storageProfile"),
    "an experiment that was not accepted": (["--storage-profile", "zero_copy"], "acceptExperim"),
    "an even number of Keepers": (["--keeper", "2"], "keeper.replicas"),
}


@pytest.mark.parametrize(("options", "said"), REFUSED.values(), ids=REFUSED)
def test_the_cluster_refuses(play: Play, byoc: Byoc, options: list[str], said: str) -> None:
    answer = byoc("warehouse", "create", "lake", *options)
    assert answer.code == 2
    assert said in answer.err
    assert found(play, "lake") is None


def test_delete_waits_until_it_is_gone(play: Play, byoc: Byoc) -> None:
    play.make(WAREHOUSE, "lake", {})
    assert "lake is deleted" in byoc("warehouse", "delete", "lake", "--yes").ok().out
    assert found(play, "lake") is None


def test_a_warehouse_with_services_is_not_deleted(play: Play, byoc: Byoc) -> None:
    play.make(WAREHOUSE, "lake", {})
    memory = {"minGib": 8, "maxGib": 8}
    common = {"warehouse": "lake", "memory": memory}
    play.make(SERVICE, "boats", {**common, "role": "primary", "replicas": 2})
    reader = {"role": "secondary", "access": "readOnly", "replicas": 1}
    play.make(SERVICE, "shore", {**common, **reader})
    answer = byoc("warehouse", "delete", "lake", "--yes")
    assert answer.code == 1
    assert "shore, boats" in answer.err
    assert "`byoc service delete shore` comes first" in answer.err
    assert found(play, "lake") is not None


def test_nothing_is_deleted_without_a_terminal_to_ask_on(play: Play, byoc: Byoc) -> None:
    play.make(WAREHOUSE, "lake", {})
    answer = byoc("warehouse", "delete", "lake")
    assert answer.code == 2
    assert "--yes" in answer.err
    assert found(play, "lake") is not None


def test_events_are_those_of_the_warehouse_and_its_keeper(play: Play, byoc: Byoc) -> None:
    objects = [
        ("Warehouse", "lake"),
        ("Warehouse", "lakeside"),
        ("Pod", "lake-keeper-1"),
        ("Pod", "lakeside-keeper-1"),
    ]
    play.make(WAREHOUSE, "lake", {})
    for number, (kind, name) in enumerate(objects):
        play.client.create(
            Event(
                metadata=ObjectMeta(name=f"told-{number}", namespace=SPACE),
                involvedObject=ObjectReference(kind=kind, name=name, namespace=SPACE),
                reason=f"Told{number}",
                message="something happened",
                type="Normal",
            )
        )
    told = json.loads(byoc("warehouse", "events", "lake", "--json").ok().out)
    assert {each["reason"] for each in told} == {"Told0", "Told2"}
    for number in range(len(objects)):
        play.client.delete(Event, f"told-{number}", namespace=SPACE)


def keeper_said(play: Play, conditions: list[dict[str, str]], **keeper: object) -> None:
    document = found(play, "lake")
    assert document is not None
    status = {
        "phase": "Scaling",
        "observedGeneration": document["metadata"]["generation"],
        "keeper": keeper,
        "conditions": conditions,
    }
    play.report(WAREHOUSE, "lake", status)


def sized(status: str, reason: str, message: str = "") -> list[dict[str, str]]:
    moment = "2026-01-05T12:00:00Z"
    named = {"type": "KeeperSized", "status": status, "reason": reason, "message": message}
    return [named | {"lastTransitionTime": moment}]


def test_members_of_keeper_are_asked_for_and_followed(play: Play, byoc: Byoc) -> None:
    play.make(WAREHOUSE, "lake", {})

    def wanted() -> bool:
        document = found(play, "lake")
        return document is not None and document["spec"]["keeper"]["replicas"] == 5

    def act() -> None:
        wait_for(wanted, within_s=20, what="five members are wanted")
        going = sized("False", "MemberCatchingUp", "member 4")
        keeper_said(play, going, members=5, counted=3, ready=3)
        keeper_said(play, sized("True", "AsWanted"), members=5, counted=5, ready=5)

    hand = threading.Thread(target=act)
    hand.start()
    answer = byoc("warehouse", "scale-keeper", "lake", "--members", "5").ok()
    hand.join()
    assert "Keeper 5/5 members ready." in answer.err


def test_an_even_number_of_members_is_refused_before_anything_is_asked(byoc: Byoc) -> None:
    answer = byoc("warehouse", "scale-keeper", "lake", "--members", "4")
    assert answer.code == 2
    assert "1, 3 or 5" in answer.err


def test_members_are_shown_with_what_they_are_up_to(play: Play, byoc: Byoc) -> None:
    play.make(WAREHOUSE, "lake", {})
    rows = [
        {"member": 1, "state": "Member", "ready": True, "since": "2026-01-05T12:00:00Z"},
        {"member": 2, "state": "Joining", "ready": False},
    ]
    keeper_said(play, sized("False", "MemberCatchingUp"), members=3, ready=1, ensemble=rows)
    shown = byoc("warehouse", "show", "lake").ok().out
    table = [line.split()[:3] for line in shown.splitlines()]
    assert ["1", "Member", "yes"] in table
    assert ["2", "Joining", "no"] in table


def test_upgrade_writes_what_was_asked_and_says_that_nobody_has_heard(
    play: Play, byoc: Byoc
) -> None:
    byoc("warehouse", "create", "lake", "--no-wait").ok()
    asked = ("--to", "26.9.4", "--now", "--window", "Sun-6", "--no-wait")
    answer = byoc("warehouse", "upgrade", "lake", *asked).ok()
    assert "has not heard of it yet" in answer.err
    document = found(play, "lake")
    assert document is not None
    spec = document["spec"]
    assert (spec["version"], spec["urgentVersion"]) == ("26.9.4", "26.9.4")
    assert spec["maintenanceWindow"] == {"weekday": "Sun", "startHourUtc": 6}
    byoc("warehouse", "upgrade", "lake", "--follow", "--window", "none", "--no-wait").ok()
    document = found(play, "lake")
    assert document is not None
    assert not {"version", "urgentVersion", "maintenanceWindow"} & set(document["spec"])
    refused = byoc("warehouse", "upgrade", "lake", "--to", "latest", "--no-wait")
    assert refused.code == 2
    assert "spec.version" in refused.err


FACTS = ObjectMeta(name="deployment", namespace="byoc-system")


@contextmanager
def deployment_says(play: Play, key_arn: str | None) -> Iterator[None]:
    """Beside what tests of others on this API server left there."""
    with suppress(ApiError):
        play.client.create(Namespace(metadata=ObjectMeta(name="byoc-system")))
    with suppress(ApiError):
        play.client.create(ConfigMap(metadata=FACTS))
    say_key(play, key_arn)
    yield
    say_key(play, None)


def say_key(play: Play, key_arn: str | None) -> None:
    change = {"data": {"tde_key_arn": key_arn}}
    play.client.patch(
        ConfigMap, "deployment", change, namespace="byoc-system", patch_type=PatchType.MERGE
    )


def encryption_of(play: Play, name: str) -> dict[str, Any]:
    document = found(play, name)
    assert document is not None
    held: dict[str, Any] = document["spec"]["encryption"]
    return held


def test_an_encrypted_warehouse_is_made_where_the_deployment_has_a_key(
    play: Play, byoc: Byoc
) -> None:
    asked = ("warehouse", "create", "lake", "--tde", "--no-wait")
    with deployment_says(play, None):
        answer = byoc(*asked)
        assert answer.code == 1
        assert "byoc:encryption.tde: true" in answer.err
        assert found(play, "lake") is None
    with deployment_says(play, "arn:aws:kms:eu-central-1:1:key/tde"):
        byoc(*asked).ok()
    assert encryption_of(play, "lake") == {"dataKeys": 1}
    assert "by a data key that is not there yet" in byoc("warehouse", "show", "lake").ok().out


def test_a_rotation_asks_for_one_key_more_and_never_for_two_at_once(play: Play, byoc: Byoc) -> None:
    play.make(WAREHOUSE, "lake", {"encryption": {}})
    rotate = ("warehouse", "rotate-key", "lake", "--no-wait")
    byoc(*rotate).ok()
    assert encryption_of(play, "lake") == {"dataKeys": 1}, "the first is not there yet"
    play.report(WAREHOUSE, "lake", {"encryption": {"dataKeys": 1, "kmsKeyArns": ["arn:key"]}})
    for _ in range(2):
        assert "gets data key 2" in byoc(*rotate).ok().out
        assert encryption_of(play, "lake") == {"dataKeys": 2}
    assert "by data key 1, which arn:key wraps" in byoc("warehouse", "show", "lake").ok().out


NOT_ROTATED: dict[str, tuple[dict[str, Any], str]] = {
    "not encrypted": ({}, "is not encrypted, and cannot become so"),
    "shared objects": ({"encryption": {}, "storageProfile": "smt"}, "share objects"),
}


@pytest.mark.parametrize(("spec", "said"), NOT_ROTATED.values(), ids=NOT_ROTATED)
def test_what_cannot_be_rotated_is_said(
    play: Play, byoc: Byoc, spec: dict[str, Any], said: str
) -> None:
    play.make(WAREHOUSE, "lake", spec)
    answer = byoc("warehouse", "rotate-key", "lake")
    assert answer.code == 1
    assert said in answer.err
