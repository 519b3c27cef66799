"""`byoc up`, `preview`, `refresh` and `destroy` with the genuine engine."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from control.cli import extensions
from tests.control.cli.conftest import Byoc
from tests.control.cli.sample_program import STACK, Project, sample_project, set_step
from tests.waiting import wait_for

pytestmark = pytest.mark.engine


@pytest.fixture
def project(folder: Path, pulumi_cli: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    made = sample_project(folder, pulumi_cli)
    for name, value in made.environment().items():
        monkeypatch.setenv(name, value)
    for hooks in ("checks", "account_checks", "guards", "leftovers"):
        monkeypatch.setattr(extensions, hooks, list)
    made.init()
    yield made


def books(project: Project) -> set[str]:
    return {file.name.rpartition("-")[0] for file in (project.folder / "shelf").glob("*.json")}


def test_the_life_of_a_deployment(project: Project, byoc: Byoc, terminal: None) -> None:
    declined = byoc("up", typed="n\n")
    assert (declined.code, books(project)) == (1, set())
    assert "  + network     shelf:index:Book network-vpc" in declined.out
    assert "Apply this to test? [y/N]" in declined.err
    assert "nothing was changed" in declined.err

    built = byoc("up", "--yes", "--json").ok()
    assert books(project) == {"access-role", "network-vpc", "network-subnet"}
    assert "network: 3 created in " in built.err
    summary = json.loads(built.out)
    assert summary["result"] == "succeeded"
    assert summary["changes"] == {"create": 5, "update": 0, "replace": 0, "delete": 0, "same": 0}
    assert summary["outputs"] == {"bucket": "acme-data", "kubeconfig": "[secret]"}

    set_step(project, "second")
    changed = byoc("up", typed="y\n").ok()
    assert "  ~ access      shelf:index:Book access-role  (labels)" in changed.out
    assert "test: 1 updated, 4 unchanged in " in changed.out
    assert "bucket      acme-data\nkubeconfig  [secret]" in changed.out
    assert "byoc status" in changed.err

    [vpc] = (project.folder / "shelf").glob("network-vpc-*.json")
    [subnet] = (project.folder / "shelf").glob("network-subnet-*.json")
    subnet.write_text(json.dumps(json.loads(subnet.read_text()) | {"price": 12}))
    assert "test: no drift" in byoc("drift").ok().out
    vpc.unlink()
    seen = byoc("drift", "--json")
    assert seen.code == 3
    [gone] = json.loads(seen.out)["drift"]
    assert (gone["name"], gone["change"], gone["who"]["name"]) == ("network-vpc", "gone", None)
    drift = byoc("refresh", typed="y\n").ok()
    assert "  - network     shelf:index:Book network-vpc" in drift.out
    assert "test: 1 gone, 4 as recorded in " in drift.out

    refused = byoc("destroy", typed="tset\n")
    assert (refused.code, len(books(project))) == (1, 2)
    assert "'tset' is not 'test'" in refused.err
    gone = byoc("destroy", "--yes").ok()
    assert "test: 4 deleted in " in gone.out
    assert books(project) == set()
    for answer in (declined, built, changed, drift, gone):
        assert "tskey-auth" not in answer.out + answer.err
        assert "apiVersion: v1" not in answer.out + answer.err


def test_a_deployment_under_an_access_role_is_destroyed_by_its_program(
    project: Project, byoc: Byoc
) -> None:
    byoc("up", "--yes").ok()
    project.write(TELLING)
    byoc("destroy", "--yes").ok()
    told = project.folder / "told"
    assert not told.exists(), "without an access role the state alone is asked"
    byoc("up", "--yes").ok()
    told.unlink()
    file = project.folder / f"Pulumi.{STACK}.yaml"
    document = yaml.safe_load(file.read_text())
    document["config"]["byoc:access"] = {"roleArn": "arn"}
    file.write_text(yaml.safe_dump(document))
    byoc("destroy", "--yes").ok()
    assert told.read_text() == "destroy"


TELLING = """
    import os
    from pathlib import Path

    Path("told").write_text(os.environ.get("BYOC_OPERATION", "another"))
"""


def test_a_failure_names_what_failed_and_what_to_do_next(project: Project, byoc: Byoc) -> None:
    set_step(project, "refused")
    answer = byoc("up", "--yes", "--json")
    assert answer.code == 1
    assert "error: up of test failed after" in answer.err
    place = "  cluster: shelf:index:Book cluster-nodes\n    the shelf does not take refused books"
    assert place in answer.err
    assert "`byoc up --stack test` goes on from here" in answer.err
    assert "cluster: 1 created, with failures" in answer.err
    summary = json.loads(answer.out)
    assert summary["result"] == "failed"
    [failure] = summary["failures"]
    assert failure["message"] == "the shelf does not take refused books"
    assert failure["layer"] == "cluster"


def test_an_error_of_the_program_is_shown_and_nothing_changed(project: Project, byoc: Byoc) -> None:
    set_step(project, "broken")
    broken = byoc("preview")
    assert broken.code == 1
    assert "ValueError: no such zone" in broken.err
    assert "Nothing was changed" in broken.err


def test_a_stack_that_is_not_there_ends_with_2(project: Project, byoc: Byoc) -> None:
    (project.folder / "Pulumi.other.yaml").write_text("config: {}\n")
    for command in (("up", "--yes"), ("status",)):
        answer = byoc(*command, "--stack", "other")
        assert answer.code == 2, answer
        assert "There is no stack 'other'" in answer.err
        assert "pulumi stack init other" in answer.err


def test_the_lock_of_a_killed_engine_is_released(project: Project, byoc: Byoc) -> None:
    lock = project.folder / f"state/.pulumi/locks/organization/plugins/{STACK}/dead.json"
    lock.parent.mkdir(parents=True, exist_ok=True)
    held = {
        "pid": dead_pid(),
        "username": "root",
        "hostname": socket.gethostname(),
        "timestamp": "2026-01-01T00:00:00Z",
    }
    lock.write_text(json.dumps(held))
    answer = byoc("up", "--yes").ok()
    assert "was killed" in answer.err
    assert not lock.exists()

    lock.write_text(json.dumps(held | {"hostname": "another-machine"}))
    refused = byoc("up", "--yes")
    assert refused.code == 1
    assert "on another-machine since" in refused.err
    assert "pulumi cancel --stack test" in refused.err
    assert lock.exists()


def dead_pid() -> int:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    return ended.pid


def test_an_interrupt_ends_the_engine_in_order(project: Project) -> None:
    set_step(project, "slow")
    with started(project) as process:
        wait_for(lambda: "cluster: begun" in said(project), within_s=60, what="the slow book")
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 1
    text = said(project)
    assert "Interrupted: asked the engine to stop." in text
    assert "error: up of test was interrupted after" in text
    assert "`byoc up --stack test` goes on from here" in text
    assert lock_files(project) == []
    assert "Traceback" not in text


def test_a_killed_byoc_takes_the_engine_with_it_in_order(project: Project) -> None:
    set_step(project, "slow")
    with started(project) as process:
        wait_for(lambda: "cluster: begun" in said(project), within_s=60, what="the slow book")
        process.kill()
        process.wait(10)
    wait_for(lambda: not lock_files(project), within_s=60, what="the lock released")


def started(project: Project) -> subprocess.Popen[bytes]:
    code = (
        "from control.cli import extensions, main; import sys;"
        " extensions.checks = extensions.account_checks = extensions.guards = list;"
        " sys.argv = ['byoc', 'up', '--yes']; main.main()"
    )
    with (project.folder / "said").open("wb") as out:
        return subprocess.Popen(
            [sys.executable, "-c", code],
            stdout=out,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
        )


def said(project: Project) -> str:
    return (project.folder / "said").read_text()


def lock_files(project: Project) -> list[Path]:
    return list((project.folder / "state/.pulumi/locks").glob("**/*.json"))
