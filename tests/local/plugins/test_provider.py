"""The shared base of resource plugins, by a small plugin (`shelf.py`) under the genuine engine."""

from __future__ import annotations

import json
import re
import signal
from pathlib import Path
from typing import Any

import pytest

from local.plugins.provider import (
    Call,
    InvalidInputsError,
    PluginError,
    UnsupportedTypeError,
)
from tests.local.plugins.project import Project
from tests.local.plugins.shelf import Book, ShelfProvider
from tests.waiting import wait_for

HEAD = """
    import pulumi
    class Book(pulumi.CustomResource):
        location: pulumi.Output[str]
        link: pulumi.Output[str]
        def __init__(self, name, props, opts=None):
            computed = {"location": None, "link": None, "isbn": None, "labelsAll": None}
            super().__init__("shelf:index/book:Book", name, computed | props, opts)
"""
TWO_BOOKS = """
    first = Book("first", {
        "title": "Metamorphoses",
        "rules": '{"a": 1, "b": [2]}',
        "authors": ["Ovid", "Golding"],
        "pages": [{"number": 1, "text": "In nova"}, {"number": 2}],
        "labels": {"genre": pulumi.Output.secret("epic poetry"), "a.b/c": "x"},
        "key": "iron key",
    })
    Book("second", {"title": first.link.apply(lambda link: f"about {link}")})
    pulumi.export("location", first.location)
"""


@pytest.fixture
def books(project: Project) -> Path:
    folder = project.folder / "books"
    folder.mkdir()
    project.configure({"shelf:folder": str(folder), "shelf:limits": '{"books": 9}'})
    return folder


def write(project: Project, *programs: str) -> None:
    project.write(HEAD + "".join(programs))


def book(folder: Path, state: dict[str, Any]) -> Path:
    return folder / f"{state['id']}.json"


def change(file: Path, **changes: Any) -> None:
    file.write_text(json.dumps(json.loads(file.read_text()) | changes))


@pytest.mark.engine
def test_life_of_a_resource(project: Project, books: Path) -> None:
    write(project, TWO_BOOKS)
    text = project.preview().check()
    assert "title: [unknown]" in text
    assert "location: [unknown]" in text

    project.up().check()
    first, second = project.resources()["first"], project.resources()["second"]
    assert first["outputs"]["link"] == f"shelf://{first['id']}"
    assert first["id"].startswith("first-")
    assert second["inputs"]["title"] == f"about shelf://{first['id']}"
    assert first["inputs"]["price"] == 10

    assert "3 unchanged" in project.up().check()

    stored = json.loads(book(books, first).read_text())
    rewritten = {"rules": '{"b":[2],"a":1}', "authors": ["Golding", "Ovid"]}
    change(book(books, first), **rewritten, extra="set by the cloud")
    assert "3 unchanged" in project.refresh().check(), "the same meaning is no drift"

    change(book(books, first), title="Amores", pages=[{"number": 1, "text": "Arma"}, {"number": 2}])
    book(books, second).unlink()
    text = project.refresh().check()
    assert 'title: "Metamorphoses" => "Amores"' in text
    assert "- 1 deleted" in text
    text = project.up().check()
    assert 'text: "Arma" => "In nova"' in text
    repaired = json.loads(book(books, first).read_text())
    assert (repaired["title"], repaired["pages"]) == (stored["title"], stored["pages"])
    assert project.resources()["first"]["id"] == first["id"], "the automatic name stays"

    book(books, first).unlink()
    project.destroy().check()
    assert list(books.iterdir()) == []


@pytest.mark.engine
def test_secrets_are_in_no_plain_text(project: Project, books: Path) -> None:
    write(
        project,
        """
    password = pulumi.Output.secret("correct horse battery")
    first = Book("first", {
        "title": password.apply(lambda p: f"a book on {p}"),
        "labels": {"owner": password, "colour": "green"},
        "key": "iron key",
    })
    pulumi.export("all", first.labelsAll)
""",
    )
    text = project.up().check() + project.refresh().check() + project.preview().check()
    state = project.state_file.read_text()
    for secret in ("correct horse battery", "iron key"):
        assert secret not in text
        assert secret not in state
        assert any(secret in file.read_text() for file in books.iterdir())
    outputs = project.resources()["first"]["outputs"]
    assert "ciphertext" in outputs["labelsAll"], "derived from a secret"
    assert outputs["location"] == "room 1"


@pytest.mark.engine
def test_replacement_takes_a_new_name_and_deletes_the_old_one(
    project: Project, books: Path
) -> None:
    write(project, '\n    Book("first", {"title": "one", "isbn": "978-1"})\n')
    project.up().check()
    write(project, '\n    Book("first", {"title": "one", "isbn": "978-2"})\n')
    text = project.up().check()
    assert "+-" in text
    assert [file.name for file in books.iterdir()] == ["978-2.json"]


@pytest.mark.engine
def test_import_takes_over_what_exists(project: Project, books: Path) -> None:
    existing = {"title": "found", "price": 12, "isbn": "978-7", "neverReady": False}
    made = {"location": "room 3", "revision": 4, "link": "shelf://978-7"}
    (books / "978-7.json").write_text(json.dumps(existing | made))
    program = """
    Book("kept", {"title": "%s", "price": 12, "isbn": "978-7"},
         pulumi.ResourceOptions(import_="978-7"))
"""
    write(project, program % "other")
    text = project.preview().check()
    assert 'title: "found" => "other"' in text
    assert "price" not in text.partition("(update)")[2]
    write(project, program % "found")
    assert "update" not in project.up().check()
    assert project.resources()["kept"]["outputs"]["location"] == "room 3"


REFUSED = {
    "unknown property": (
        {"title": "x", "titel": "x"},
        "titel: this stand-in does not support the property 'titel'; did you mean 'title'?",
    ),
    "unknown nested property": (
        {"title": "x", "pages": [{"number": 1}, {"number": 2, "colour": "red"}]},
        "pages[1].colour: this stand-in does not support the property 'colour'; supported are "
        "number, text",
    ),
    "text instead of objects": ({"title": "x", "pages": ["a"]}, "pages[0]: must be an object"),
    "output that is set": (
        {"title": "x", "revision": 3},
        "revision: is an output and cannot be set",
    ),
    "missing": ({"price": 3}, "title: is required but missing"),
    "missing below": ({"title": "x", "pages": [{}]}, "pages[0].number: is required but missing"),
    "own rule": ({"title": "forbidden"}, "title: may not be 'forbidden'"),
}


@pytest.mark.parametrize(("inputs", "expected"), REFUSED.values(), ids=REFUSED.keys())
def test_wrong_inputs_are_refused_by_name(inputs: dict[str, Any], expected: str) -> None:
    call = Call(urn="urn", type="shelf:index/book:Book", name="book")
    with pytest.raises(InvalidInputsError, match=re.escape(expected)):
        Book(Path()).check(call, inputs, None)


@pytest.mark.engine
def test_all_wrong_inputs_of_a_resource_are_shown_at_once(project: Project, books: Path) -> None:
    write(project, '\n    Book("first", {"titel": "x", "pages": [{"number": 1, "colour": 2}]})\n')
    project.preview().failed("'titel'", "pages[0].colour", "title", "is required but missing")


@pytest.mark.engine
def test_type_that_the_plugin_does_not_have_is_named(project: Project, books: Path) -> None:
    write(project, '\n    pulumi.CustomResource("shelf:index/book:Boook", "b", {})\n')
    project.preview().failed(
        "the local shelf plugin does not support the resource type shelf:index/book:Boook",
        "did you mean shelf:index/book:Book?",
    )


def test_function_or_setting_that_the_plugin_does_not_have_is_named() -> None:
    provider = ShelfProvider()
    with pytest.raises(UnsupportedTypeError, match="the function shelf:index/find:find"):
        provider.invoke("shelf:index/find:find", {})
    (failure,) = provider.check_config({"colour": "red", "folder": "x"})
    assert failure.reason == ("the local shelf plugin has no setting 'colour', only folder, limits")
    with pytest.raises(PluginError, match="shelf:limits must be a JSON value"):
        provider.decoded_config({"limits": "{"})


@pytest.mark.engine
def test_failure_after_creation_keeps_the_resource(project: Project, books: Path) -> None:
    program = """
    Book("late", {"title": "late", "isbn": "1", "neverReady": %s},
         pulumi.ResourceOptions(custom_timeouts=pulumi.CustomTimeouts(create="1s")))
    Book("refused", {"title": "refused"})
"""
    write(project, program % "True")
    project.up().failed("the book is still at the printer's", "the shelf does not take refused")
    assert set(project.resources()) >= {"late"}
    assert "refused" not in project.resources()
    write(project, (program % "False").replace('"refused"}', '"taken"}'))
    assert "1 updated" in project.up().check()
    assert "3 unchanged" in project.up().check()


@pytest.mark.engine
def test_interrupt_ends_the_wait_and_keeps_the_resource(project: Project, books: Path) -> None:
    write(project, '\n    Book("late", {"title": "late", "isbn": "1", "neverReady": True})\n')
    project.init()
    process = project.start("up", "--yes", "--skip-preview")
    wait_for(lambda: (books / "1.json").exists(), within_s=30, what="the book to be written")
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=120)
    assert "interrupted while waiting for late" in output
    assert project.resources()["late"]["id"] == "1"


@pytest.mark.engine
def test_function_call_answers_and_keeps_secrets(project: Project, books: Path) -> None:
    write(
        project,
        """
    def shout(text):
        return pulumi.runtime.invoke_output("shelf:index/shout:shout", {"text": text})
    pulumi.export("plain", shout("some words"))
    pulumi.export("hidden", shout(pulumi.Output.secret("quiet words")))
""",
    )
    project.up().check()
    outputs = project.resources()["plugins-test"]["outputs"]
    assert outputs["plain"] == {"text": "SOME WORDS", "spoken": "some words"}
    assert "quiet words" not in project.state_file.read_text()
