"""`byoc config` as it is typed."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from infra.command import app

GOOD = """config:
  byoc:name: acme
  byoc:region: us-east-1
  byoc:account: "111111111111"
  byoc:network: {zones: [us-east-1a, us-east-1b, us-east-1c]}
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "Pulumi.yaml").write_text("name: clickhouse-byoc\n")
    (tmp_path / "Pulumi.good.yaml").write_text(GOOD)
    (tmp_path / "deeper").mkdir()
    monkeypatch.chdir(tmp_path / "deeper")
    return tmp_path


def test_a_good_stack_is_accepted(project: Path) -> None:
    result = CliRunner().invoke(app, ["check", "good"])
    assert (result.exit_code, result.stdout) == (0, "Pulumi.good.yaml: ok\n")


def test_a_bad_stack_ends_with_2_and_all_its_problems_on_stderr(project: Path) -> None:
    bad = GOOD.replace("us-east-1\n", "us-east-1\n  byoc:tag: x\n").replace("us-east-1c", "x")
    (project / "Pulumi.bad.yaml").write_text(bad)
    result = CliRunner().invoke(app, ["check"])
    assert result.exit_code == 2
    assert result.stdout == "Pulumi.good.yaml: ok\n"
    assert "Pulumi.bad.yaml: 2 problems" in result.stderr
    assert "byoc:network.zones[2]" in result.stderr


def test_a_file_can_be_named(project: Path) -> None:
    result = CliRunner().invoke(app, ["check", str(project / "Pulumi.good.yaml")])
    assert result.exit_code == 0


def test_a_stack_that_does_not_exist_ends_with_2(project: Path) -> None:
    result = CliRunner().invoke(app, ["check", "none"])
    assert (result.exit_code, "Pulumi.none.yaml" in result.stderr) == (2, True)


def test_outside_of_a_project_it_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, ["check"])
    assert (result.exit_code, "Pulumi.yaml" in result.stderr) == (2, True)


def test_schema_and_table_are_printed() -> None:
    assert json.loads(CliRunner().invoke(app, ["schema"]).stdout)["type"] == "object"
    assert CliRunner().invoke(app, ["docs"]).stdout.startswith("| key |")


def test_a_word_of_older_stacks_is_taken_and_the_newer_one_told(project: Path) -> None:
    (project / "Pulumi.good.yaml").write_text(GOOD + "  byoc:cluster: {autoscaling: true}\n")
    result = CliRunner().invoke(app, ["check", "good"])
    assert (result.exit_code, result.stdout) == (0, "Pulumi.good.yaml: ok\n")
    assert "cluster.autoscaling is true" in result.stderr
