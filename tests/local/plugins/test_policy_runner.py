"""Policy packs applied by the genuine engine through the stand-in for the policy runner."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path

import pytest
import yaml

from local.plugins.policy_runner import load_pack
from tests.local.plugins.project import Project

PROGRAM = """
    import pulumi
    class Book(pulumi.CustomResource):
        def __init__(self, name, props):
            super().__init__("shelf:index/book:Book", name, props)
    Book("good", {"title": "Metamorphoses"})
    Book("bad", {"title": pulumi.Output.secret("forbidden fruit")})
"""

PACK = """
    import pulumi
    from pulumi_policy import (
        EnforcementLevel, PolicyPack, ReportViolation, ResourceValidationPolicy,
        StackValidationPolicy,
    )
    word = pulumi.Config("plugins").require("word")
    loaded_for = f"{pulumi.get_project()}/{pulumi.get_stack()}"

    def titles(args, report):
        if args.resource_type == "shelf:index/book:Book" and word in args.props["title"]:
            report(f"{args.name} has the word {word}, in {pulumi.get_stack()}")

    def count(args, report):
        books = [r for r in args.resources if r.resource_type == "shelf:index/book:Book"]
        report(f"{loaded_for} has {len(books)} books")

    PolicyPack("library", [
        ResourceValidationPolicy("titles", "No forbidden words.", titles,
                                 enforcement_level=EnforcementLevel.MANDATORY),
        StackValidationPolicy("count", "Counts.", count),
    ])
"""


def write_pack(project: Project, program: str = PACK) -> None:
    pack = project.folder / "policies"
    pack.mkdir(exist_ok=True)
    runtime = {"name": "python", "options": {"virtualenv": sys.prefix}}
    document = {"runtime": runtime, "version": "1.2.3"}
    (pack / "PulumiPolicy.yaml").write_text(yaml.safe_dump(document))
    (pack / "__main__.py").write_text(textwrap.dedent(program))


@pytest.mark.engine
def test_pack_checks_resources_and_stack_and_a_mandatory_violation_fails(project: Project) -> None:
    project.write(PROGRAM)
    write_pack(project)
    (project.folder / "books").mkdir()
    project.configure({"plugins:word": "forbidden", "shelf:folder": str(project.folder / "books")})
    text = project.preview("--policy-pack", "policies").failed(
        "bad has the word forbidden, in test", "plugins/test has 2 books", "mandatory", "1.2.3"
    )
    assert "good has the word" not in text
    project.run("config", "set", "plugins:word", "nowhere").check()
    assert "plugins/test has 2 books" in project.up("--policy-pack", "policies").check()


@pytest.mark.engine
def test_pack_that_cannot_be_loaded_shows_why(project: Project) -> None:
    project.write("")
    write_pack(project, "from nowhere_at_all import rules")
    project.preview("--policy-pack", "policies").failed("No module named 'nowhere_at_all'")


def test_program_without_a_pack_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "__main__.py").write_text("x = 1")
    with pytest.raises(RuntimeError, match="makes no PolicyPack"):
        load_pack(tmp_path)
