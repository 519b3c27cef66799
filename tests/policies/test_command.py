"""`byoc policy` as people type it."""

import contextlib
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from policies.catalog import all_rules
from policies.checking import Report, Violation
from policies.command import app, show
from policies.rule import Severity
from policies.settings import Level
from policies.world import SECRET, SIGNATURE


def typed(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def exported(folder: Path, **props: Any) -> str:
    row = {
        "urn": "urn:pulumi:prod::byoc::aws:s3/bucket:Bucket::storage-data",
        "custom": True,
        "id": "acme-data",
        "type": "aws:s3/bucket:Bucket",
        "protect": True,
        "inputs": {"bucket": "acme-data", "tags": {"clickhouse-byoc": "true"}, **props},
    }
    file = folder / "state.json"
    file.write_text(json.dumps({"version": 3, "deployment": {"resources": [row]}}))
    return str(file)


def test_the_list_names_every_rule() -> None:
    lines = typed("list").stdout.splitlines()
    assert [line.split()[0] for line in lines] == [rule.name for rule in all_rules()]
    rows = json.loads(typed("list", "--json").stdout)
    assert {"name", "severity", "level", "remedy", "frameworks", "parameters"} <= set(rows[0])


def test_a_rule_is_explained_with_what_to_type() -> None:
    text = typed("explain", "byoc-role-boundary").stdout
    assert "permissions_boundary=boundary.arn" in text
    assert 'unbounded = ["ClickHouseManagementRole"]' in text


def test_an_unknown_rule_is_answered_with_those_near_it() -> None:
    answer = typed("explain", "boundary")
    assert answer.exit_code == 2
    assert "byoc-role-boundary" in answer.output
    assert "aws-kms-rotation" not in answer.output
    assert "see byoc policy list" not in answer.output
    assert "see byoc policy list" in typed("explain", "zzz").output


def test_a_state_that_breaks_a_rule_fails_and_says_where(tmp_path: Path) -> None:
    answer = typed("check", exported(tmp_path, forceDestroy=True))
    assert answer.exit_code == 1
    assert "byoc-bucket-force-destroy" in answer.stdout
    assert "storage-data" in answer.stdout
    assert "  Remedy: " in answer.stdout
    rows = json.loads(typed("check", "--json", exported(tmp_path, forceDestroy=True)).stdout)
    assert "byoc-bucket-force-destroy" in {row["rule"] for row in rows["violations"]}
    quiet = json.loads(typed("check", "--json", exported(tmp_path)).stdout)
    assert "byoc-bucket-force-destroy" not in {row["rule"] for row in quiet["violations"]}


def test_a_state_that_keeps_the_rules_is_told_so(tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    file.write_text(json.dumps({"version": 3, "deployment": {"resources": []}}))
    answer = typed("check", str(file))
    assert (answer.exit_code, answer.stdout) == (0, "")


def test_what_no_resource_is_to_blame_for_is_the_packs() -> None:
    found = Violation(
        rule="exemptions", severity=Severity.HIGH, level=Level.MANDATORY, resource="",
        message="One ended.", remedy="Renew it.",
    )  # fmt: skip
    violations = (found, replace(found, resource="urn:b"))
    with contextlib.redirect_stdout(io.StringIO()) as out:
        show(Report(violations=violations, unseen=()), as_json=False)
    said = out.getvalue()
    assert "  the pack\n  One ended." in said
    assert "  urn:b\n  One ended." in said


def test_a_secret_stays_closed_and_the_rule_that_needs_it_says_so(tmp_path: Path) -> None:
    secret = {SIGNATURE: SECRET, "ciphertext": "v1:abc"}
    document = json.loads(typed("check", "--json", exported(tmp_path, acl=secret)).stdout)
    assert [row["rule"] for row in document["unseen"]] == ["aws-s3-no-public-list"]


def test_a_secret_that_was_exported_in_plain_text_is_read(tmp_path: Path) -> None:
    secret = {SIGNATURE: SECRET, "plaintext": '"public-read"'}
    document = json.loads(typed("check", "--json", exported(tmp_path, acl=secret)).stdout)
    assert document["unseen"] == []
    assert "aws-s3-no-public-list" in {row["rule"] for row in document["violations"]}


def test_what_is_no_state_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    for text in ("{}", "no JSON"):
        file.write_text(text)
        assert typed("check", str(file)).exit_code == 2
