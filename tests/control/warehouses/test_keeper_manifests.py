"""What Keeper's objects look like while its members come and go, and the guard of their volumes."""

import os
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from control.warehouses.keeper_config import ROOT
from control.warehouses.keeper_ensemble import Ensemble, Member, Standing, first_members
from control.warehouses.keeper_manifests import (
    CONFIG_FOLDER,
    EMPTY_VOLUME,
    GUARD,
    keeper_manifests,
)
from control.warehouses.model import Warehouse
from control.warehouses.replica_manifests import spec_hash
from tests.control.warehouses.samples import DEPLOYMENT, LAKE, MAIN

THREE = first_members(3, Standing.MEMBER)
NEVER_RECORDED = Ensemble()


def lake(ensemble: Ensemble) -> Warehouse:
    return replace(LAKE, recorded=ensemble)


def with_fourth(standing: Standing) -> Ensemble:
    return THREE.with_one(Member(number=4, standing=standing))


def made(warehouse: Warehouse, kind: str) -> Any:
    manifests = keeper_manifests(DEPLOYMENT, warehouse)
    return next(each for each in manifests if each["kind"] == kind)


def lists(warehouse: Warehouse, member: int) -> list[str]:
    """The servers that a member's file lists; those that call for no election end in a plus."""
    text = made(warehouse, "ConfigMap")["data"][f"lake-keeper-{member}.xml"]
    servers = ElementTree.fromstring(text).findall("keeper_server/raft_configuration/server")
    return [
        f"{server.findtext('id')}{'+' if server.findtext('start_as_follower') else ''}"
        for server in servers
    ]


STAGES = {
    "nobody yet": (NEVER_RECORDED, ["1", "2", "3"], None, "1 2 3", 3),
    "settled": (THREE, ["1", "2", "3"], None, "", 3),
    "it alone knows": (
        with_fourth(Standing.PREPARING),
        ["1", "2", "3"],
        ["1", "2", "3", "4+"],
        "4",
        4,
    ),
    "all are told": (
        with_fourth(Standing.JOINING),
        ["1", "2", "3", "4+"],
        ["1", "2", "3", "4+"],
        "",
        4,
    ),
    "it counts": (
        with_fourth(Standing.MEMBER),
        ["1", "2", "3", "4"],
        ["1", "2", "3", "4"],
        "",
        4,
    ),
    "it is let go": (with_fourth(Standing.LEAVING), ["1", "2", "3"], ["1", "2", "3"], "", 4),
    "it goes": (with_fourth(Standing.DISMISSED), ["1", "2", "3"], None, "", 3),
}


@pytest.mark.parametrize(
    ("ensemble", "others", "fourth", "newcomers", "pods"), STAGES.values(), ids=STAGES.keys()
)
def test_who_is_listed_and_who_may_be_empty(
    ensemble: Ensemble, others: list[str], fourth: list[str] | None, newcomers: str, pods: int
) -> None:
    warehouse = lake(ensemble)
    assert [lists(warehouse, member) for member in (1, 2, 3)] == [others] * 3
    files = made(warehouse, "ConfigMap")["data"]
    assert ("lake-keeper-4.xml" in files) is (fourth is not None)
    if fourth is not None:
        assert lists(warehouse, 4) == fourth
    assert files["newcomers"].split() == newcomers.split()
    assert made(warehouse, "StatefulSet")["spec"]["replicas"] == pods


def test_no_pod_is_rolled_for_a_member() -> None:
    templates = {
        str(made(lake(ensemble), "StatefulSet")["spec"]["template"])
        for ensemble, *_ in STAGES.values()
    }
    assert len(templates) == 1


def test_no_replica_of_a_service_is_replaced_for_a_member() -> None:
    counts = [replace(LAKE, keeper=replace(LAKE.keeper, replicas=count)) for count in (1, 3, 5)]
    every = [*counts, *(lake(ensemble) for ensemble, *_ in STAGES.values())]
    assert len({spec_hash(DEPLOYMENT, warehouse, MAIN) for warehouse in every}) == 1


def test_what_is_told_again_is_told_in_other_words() -> None:
    again = THREE.with_one(Member(number=3, standing=Standing.LEAVING, tellings=2))
    once = THREE.with_one(Member(number=3, standing=Standing.LEAVING))
    files = [made(lake(each), "ConfigMap")["data"]["lake-keeper-1.xml"] for each in (once, again)]
    assert files[0] != files[1]


BUDGETS = {"one": (1, 1), "two, on the way": (2, 0), "three": (3, 1), "four": (4, 1)}


@pytest.mark.parametrize(("members", "most"), BUDGETS.values(), ids=BUDGETS.keys())
def test_a_drained_node_leaves_a_majority(members: int, most: int) -> None:
    warehouse = lake(first_members(members, Standing.MEMBER))
    assert made(warehouse, "PodDisruptionBudget")["spec"]["maxUnavailable"] == most


def test_a_roll_goes_on_when_a_member_has_its_leader() -> None:
    spec = made(lake(THREE), "StatefulSet")["spec"]
    [container] = spec["template"]["spec"]["containers"]
    assert container["readinessProbe"]["httpGet"] == {"path": "/ready", "port": "control"}
    assert "tcpSocket" in container["livenessProbe"]
    config = ElementTree.fromstring(made(lake(THREE), "ConfigMap")["data"]["lake-keeper-1.xml"])
    named = {port["name"]: str(port["containerPort"]) for port in container["ports"]}
    assert config.findtext("keeper_server/http_control/port") == named["control"]
    assert config.findtext("keeper_server/http_control/readiness/endpoint") == "/ready"


VOLUMES: dict[str, tuple[list[str], str, int]] = {
    "of a newcomer": ([], "2\n4\n", 0),
    "of one that is none": ([], "2\n", EMPTY_VOLUME),
    "of one whose number only begins like it": ([], "44\n", EMPTY_VOLUME),
    "that a newcomer began with": (["member"], "", 0),
    "with what Keeper keeps": (["coordination"], "", 0),
    "with what every disk has": (["lost+found"], "", EMPTY_VOLUME),
}


@pytest.mark.parametrize(("there", "newcomers", "code"), VOLUMES.values(), ids=VOLUMES.keys())
def test_the_guard_of_a_volume(tmp_path: Path, there: list[str], newcomers: str, code: int) -> None:
    data, config = tmp_path / "data", tmp_path / "config"
    data.mkdir()
    config.mkdir()
    for name in there:
        (data / name).mkdir()
    (config / "newcomers").write_text(newcomers)
    script = GUARD.replace(ROOT, str(data)).replace(CONFIG_FOLDER, str(config))
    ended = guard(script)
    assert ended.returncode == code, ended.stderr
    assert ("volume of member 4 is empty" in ended.stderr) is (code != 0)
    (config / "newcomers").write_text("")
    assert guard(script).returncode == code, "it begins once, and goes on ever after"


def guard(script: str) -> subprocess.CompletedProcess[str]:
    env = {"PATH": os.environ["PATH"], "KEEPER_SERVER_ID": "4"}
    return subprocess.run(
        ["sh", "-c", script], env=env, capture_output=True, text=True, timeout=10, check=False
    )
