"""What an engine was making that was killed, or that got no answer, is settled by the record."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from control.cli import extensions
from control.cli.pending_plan import Fate, Pending, Sight
from tests.control.cli.conftest import Byoc
from tests.control.cli.sample_program import Project, sample_project, set_step

pytestmark = pytest.mark.engine


@pytest.fixture
def project(folder: Path, pulumi_cli: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    made = sample_project(folder, pulumi_cli)
    for name, value in made.environment().items():
        monkeypatch.setenv(name, value)
    for hooks in ("checks", "account_checks", "guards", "leftovers", "finders"):
        monkeypatch.setattr(extensions, hooks, list)
    made.init()
    yield made


def forget(project: Project, name: str) -> str:
    """As an engine leaves the record that is killed while it makes something; returns its id."""
    document = json.loads(project.state_file.read_text())
    latest = document["checkpoint"]["latest"]
    [made] = [each for each in latest["resources"] if each["urn"].endswith(f"::{name}")]
    latest["resources"].remove(made)
    id_ = str(made.pop("id"))
    made.pop("outputs")
    latest["pending_operations"] = [{"resource": made, "type": "creating"}]
    project.state_file.write_text(json.dumps(document))
    return id_


THERE = Sight(fate=Fate.THERE, id="lost-1")


def sees(monkeypatch: pytest.MonkeyPatch, *sights: Sight) -> None:
    """One after the other, each time that is looked; the last of them from then on."""
    left = list(sights)

    def find(file: Path, creates: Sequence[Pending], *, leaving: bool) -> Mapping[str, Sight]:
        sight = left.pop(0) if len(left) > 1 else left[0]
        return {each.urn: sight for each in creates}

    monkeypatch.setattr(extensions, "finders", lambda: [find])


def test_what_was_made_is_taken_in_and_not_made_twice(
    project: Project, byoc: Byoc, terminal: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    byoc("up", "--yes").ok()
    id_ = forget(project, "network-vpc")
    shelf = sorted((project.folder / "shelf").iterdir())
    before = project.state_file.read_text()

    unknown = byoc("up", "--yes")
    assert unknown.code == 1
    assert "shelf:index:Book network-vpc: it could not be looked for" in unknown.err
    assert "pulumi refresh --clear-pending-creates --stack test" in unknown.err

    sees(monkeypatch, Sight(fate=Fate.THERE, id=id_))
    declined = byoc("up", typed="n\n")
    assert declined.code == 1
    assert f"shelf:index:Book network-vpc: it was made, as {id_}" in declined.err
    assert project.state_file.read_text() == before

    taken = byoc("up", "--yes").ok()
    assert "test: 5 unchanged in " in taken.out
    assert sorted((project.folder / "shelf").iterdir()) == shelf
    assert "killed" not in byoc("up", "--yes").ok().err


def test_a_destroy_takes_with_it_what_was_made(
    project: Project, byoc: Byoc, monkeypatch: pytest.MonkeyPatch
) -> None:
    byoc("up", "--yes").ok()
    sees(monkeypatch, Sight(fate=Fate.THERE, id=forget(project, "network-vpc")))
    byoc("destroy", "--yes").ok()
    assert list((project.folder / "shelf").iterdir()) == []


def test_what_was_made_and_never_answered_is_taken_in_and_gone_on_with(
    project: Project, byoc: Byoc, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_step(project, "lost")
    project.up().failed("the shelf did not answer")
    sees(monkeypatch, Sight(fate=Fate.SEVERAL, why="lost-1, lost-2: delete all but one"))
    refused = byoc("up", "--yes")
    assert refused.code == 1
    assert "more than one could be it (lost-1, lost-2: delete all but one)" in refused.err
    assert "stands on the shelf already" not in refused.err

    why = "lost-1 is of deployment other"
    sees(monkeypatch, Sight(fate=Fate.FOREIGN, id="lost-1", why=why), THERE)
    told = byoc("up", "--yes").ok().err
    before, _, after = told.partition("shelf:index:Book cluster-nodes: it was made, as lost-1")
    assert "The last attempt did not go through." in before
    assert f"its name is taken by somebody else's ({why})" in before
    assert "lost-1 stands on the shelf already" in after
    assert "It was made all the same: going on with what is left." in after
    byoc("destroy", "--yes").ok()
    assert list((project.folder / "shelf").iterdir()) == []
