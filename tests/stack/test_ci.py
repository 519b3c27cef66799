"""What pipelines run, on the local cloud: the scripts' steps, with a bad and a good change."""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.stack.checkout import Answer, Checkout

STACK_FILE = "Pulumi.local.yaml"
OUT = ".byoc/ci"
METRICS_DAYS = 396


@pytest.fixture(scope="module")
def clone(stack: Checkout) -> Iterator[Checkout]:
    """The checkout as a repository with one commit, and its stack file as it was at the end."""
    before = (stack.folder / STACK_FILE).read_text()
    git(stack, "init", "--quiet", "--initial-branch=main")
    commit(stack, "as it is")
    yield stack
    (stack.folder / STACK_FILE).write_text(before)
    shutil.rmtree(stack.folder / ".git")
    shutil.rmtree(stack.folder / OUT)


def git(stack: Checkout, *arguments: str) -> str:
    settings = ("-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "gc.auto=0")
    return stack.run("git", *settings, *arguments).ok().out.strip()


def commit(stack: Checkout, message: str) -> None:
    git(stack, "add", "--all")
    git(stack, "commit", "--quiet", "--message", message)


def configure(stack: Checkout, section: str, **values: Any) -> None:
    file = stack.folder / STACK_FILE
    document = yaml.safe_load(file.read_text())
    document["config"].setdefault(f"byoc:{section}", {}).update(values)
    file.write_text(yaml.safe_dump(document, sort_keys=False))


def script(stack: Checkout, name: str, **variables: str) -> Answer:
    env = {**stack.env, "BYOC_STACK": "local", "GITHUB_ACTOR": "ada", **variables}
    return stack.run(f"ci/{name}.sh", env=env)


def result(stack: Checkout, name: str) -> str:
    return (stack.folder / OUT / name).read_text()


def secrets(stack: Checkout) -> list[str]:
    folder = stack.state_dir / "secrets"
    found = [(folder / name).read_text().strip() for name in ("passphrase", "tailscale-auth-key")]
    found.append(json.loads((folder / "aws.json").read_text())["AWS_SECRET_ACCESS_KEY"])
    return [*found, *(base64.b64encode(value.encode()).decode() for value in found)]


def test_a_bad_change_is_stopped_and_its_danger_told(clone: Checkout) -> None:
    good = (clone.folder / STACK_FILE).read_text()
    configure(clone, "storage", versioning=False)
    configure(clone, "cluster", apiAllowedCidrs=["203.0.113.0/24"])
    commit(clone, "a bad change")
    answer = script(clone, "preview", BYOC_BASE="HEAD^1")
    assert answer.code == 1, answer.err
    text = result(clone, "summary.md")
    assert "**This cannot be applied**" in text
    assert "overwritten and deleted objects are no longer kept (versioning Suspended)" in text
    assert "the Kubernetes API server is open from `203.0.113.0/24`" in text
    assert "`byoc-backup-bucket-versioned`" in text
    [run] = json.loads(result(clone, "results.sarif"))["runs"]
    assert "byoc-backup-bucket-versioned" in {
        each["ruleId"] for each in run["results"] if each["level"] == "error"
    }
    assert '<testcase classname="policies.' in result(clone, "results.xml")
    assert script(clone, "apply", BYOC_DIGEST="0").code == 1
    (clone.folder / STACK_FILE).write_text(good)
    commit(clone, "back")


def test_a_good_change_is_applied_as_it_was_approved(clone: Checkout, tmp_path: Path) -> None:
    good = (clone.folder / STACK_FILE).read_text()
    configure(clone, "retention", metricsDays=METRICS_DAYS)
    commit(clone, "a good change")
    output = tmp_path / "output"
    script(clone, "preview", BYOC_BASE="HEAD^1", GITHUB_OUTPUT=str(output)).ok()
    digest = output.read_text().strip().removeprefix("digest=")
    text = result(clone, "summary.md")
    assert "## `local`: 1 to update" in text
    assert "No data is lost, no right or reach is widened, nothing stops." in text
    assert f"`rules[1].expiration.days`: `395` → `{METRICS_DAYS}`" in text

    moved = script(clone, "apply", BYOC_DIGEST=digest, BYOC_BASE="HEAD")
    assert (moved.code, "of the target branch" in moved.err) == (1, True)
    script(clone, "apply", BYOC_DIGEST=digest, BYOC_BASE="HEAD^1").ok()
    record = json.loads(result(clone, "record.json"))
    assert (record["by"], record["digest"], record["changes"]["update"]) == ("ada", digest, 1)
    [bucket] = [name for name in clone.outputs()["buckets"].values() if "monitoring" in name]
    rules = clone.aws("s3").get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    assert METRICS_DAYS in [rule.get("Expiration", {}).get("Days") for rule in rules]

    again = script(clone, "apply", BYOC_DIGEST=digest, BYOC_BASE="HEAD^1")
    assert (again.code, "recorded state has changed since" in again.err) == (1, True)
    (clone.folder / STACK_FILE).write_text(good)
    commit(clone, "back")
    clone.byoc("up", "--stack", "local", "--yes").ok()


def test_no_result_holds_a_secret(clone: Checkout) -> None:
    files = [file for file in (clone.folder / OUT).iterdir() if file.is_file()]
    assert {"summary.md", "plan.json", "preview.json", "result.md"} <= {f.name for f in files}
    for file in files:
        content = file.read_text()
        assert [value for value in secrets(clone) if value in content] == [], file


def test_drift_is_found_at_night(clone: Checkout) -> None:
    assert script(clone, "drift").ok().out == "local: no drift\n"
