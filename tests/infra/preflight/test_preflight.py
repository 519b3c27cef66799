"""All checks together, and the command."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from infra.config import parse
from infra.preflight import run
from infra.preflight.command import app
from infra.preflight.finding import Outcome
from infra.preflight.run import look
from tests.infra.config.documents import GOOD, Document, changed
from tests.infra.preflight.account import Quotas, client_of, refusal
from tests.infra.preflight.test_quotas import PLENTY

MINE = changed("account", "123456789012")


def stack_file(folder: Path, document: Document) -> str:
    file = folder / "Pulumi.acme.yaml"
    config = {f"byoc:{key}": value for key, value in document.items()}
    file.write_text(yaml.safe_dump({"config": config}))
    return str(file)


def test_a_check_that_is_refused_is_unknown_and_stops_no_other() -> None:
    class Refusing:
        def __getattr__(self, name: str) -> Any:
            def call(*_: Any, **__: Any) -> Any:
                raise refusal("DescribeAvailabilityZones", "UnauthorizedOperation")

            return call

    quotas = Quotas(own=PLENTY)
    results = look(parse(MINE), client_of(ec2=Refusing(), **{"service-quotas": quotas}))
    by_area: dict[str, set[Outcome]] = {}
    for result in results:
        by_area.setdefault(result.area, set()).add(result.outcome)
    assert by_area["credentials"] == {Outcome.OK}
    assert by_area["zones"] == {Outcome.UNKNOWN}
    told = next(result for result in results if result.area == "zones")
    assert told.found == "DescribeAvailabilityZones was refused: UnauthorizedOperation"


def test_the_command_ends_with_1_where_there_is_a_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quotas = Quotas(own=PLENTY)
    monkeypatch.setattr(run, "clients", lambda region: client_of(**{"service-quotas": quotas}))
    right = CliRunner().invoke(app, ["--stack", stack_file(tmp_path, MINE), "--json"])
    assert right.exit_code == 0
    outcomes = {row["outcome"] for row in json.loads(right.stdout)}
    assert outcomes == {"ok", "unknown"}  # the rights: there is no role to simulate yet
    other = CliRunner().invoke(app, ["--stack", stack_file(tmp_path, GOOD)])
    assert other.exit_code == 1
    assert "problem" in other.stdout and "123456789012" in other.stdout


def test_a_bad_configuration_ends_with_2(tmp_path: Path) -> None:
    bad = CliRunner().invoke(app, ["--stack", stack_file(tmp_path, changed("region", "moon-1"))])
    assert bad.exit_code == 2
    assert "moon-1" in bad.stderr
