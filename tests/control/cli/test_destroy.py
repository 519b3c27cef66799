"""`byoc destroy`: by which role, and what it says of what is left."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from control.cli import extensions
from control.cli.destroy import names_access_role
from tests.control.cli.conftest import Byoc
from tests.control.cli.sample_program import Project, sample_project

ROLE = "arn:aws:iam::111111111111:role/ClickHouseManagementRole-provision"
NAMED: Mapping[str, tuple[dict[str, Any], bool]] = {
    "a mapping": ({"byoc:access": {"roleArn": ROLE}}, True),
    "a mapping without it": ({"byoc:access": {"peering": True}}, False),
    "JSON as text": ({"byoc:access": json.dumps({"roleArn": ROLE})}, True),
    "JSON as text without it": ({"byoc:access": '{"peering": true}'}, False),
    "sealed as a whole, which may hold it": ({"byoc:access": {"secure": "v1:abc"}}, True),
    "sealed inside": ({"byoc:access": {"roleArn": {"secure": "v1:abc"}}}, True),
    "text that is no mapping": ({"byoc:access": "roleArn"}, False),
    "no access at all": ({}, False),
}


@pytest.mark.parametrize(("config", "named"), NAMED.values(), ids=NAMED.keys())
def test_an_access_role_is_seen_however_it_is_written(config: dict[str, Any], named: bool) -> None:
    assert names_access_role(config) is named


LEFT = {"orphans": [{"kind": "volumes", "id": "vol-1"}], "unknown": []}


@pytest.fixture
def project(folder: Path, pulumi_cli: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    made = sample_project(folder, pulumi_cli)
    for name, value in made.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(extensions, "checks", list)
    monkeypatch.setattr(extensions, "guards", list)
    made.init()
    yield made


@pytest.mark.engine
def test_what_is_left_in_the_account_ends_a_destroy_with_1_and_a_second_one_looks_again(
    project: Project, byoc: Byoc, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[Any] = [(False, LEFT, ["aws ec2 delete-volume --volume-id vol-1"])]
    monkeypatch.setattr(extensions, "leftovers", lambda: [lambda file: found[0]])
    left = byoc("destroy", "--yes")
    assert left.code == 1
    assert "aws ec2 delete-volume --volume-id vol-1" in left.out
    as_document = byoc("destroy", "--yes", "--json")
    assert as_document.code == 1
    assert json.loads(as_document.out)["orphans"] == LEFT["orphans"]
    found[0] = (True, {"orphans": [], "unknown": []}, ["test: nothing is left in the account"])
    assert "nothing is left" in byoc("destroy", "--yes").ok().out


@pytest.mark.engine
def test_what_is_fixed_is_refused_before_anything_is_planned(
    project: Project, byoc: Byoc, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []

    def guard(file: Path, resources: Any) -> str:
        seen.append(len(resources))
        return "byoc:network.cidr: cannot be changed"

    monkeypatch.setattr(extensions, "guards", lambda: [guard])
    refused = byoc("up", "--yes")
    assert refused.code == 2
    assert "byoc:network.cidr: cannot be changed" in refused.err
    assert "created" not in refused.err
    assert seen == [0]
