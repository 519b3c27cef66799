"""A stack's resources as rules see them, and the report of a check without an engine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from pulumi_policy.proxy import UnknownValueError

from policies.checking import Report, check_stack
from policies.errors import PolicyError
from policies.rule import Finding, Parameters, Props, Resource, Rule, Severity, Stack, StackRule
from policies.settings import Exemption, Level, Settings
from policies.world import SECRET, SIGNATURE, guarded, stack_name, stack_of

TODAY = date(2026, 6, 1)
BOOK, SHELF = "shelf:index/book:Book", "shelf:index/shelf:Shelf"
ROW: dict[str, Any] = {
    "urn": f"urn:pulumi:prod::library::{BOOK}::ulysses",
    "type": BOOK,
    "custom": True,
    "id": "b-1",
    "protect": True,
    "inputs": {"title": "Ulysses", "pages": [1, {"n": 2}]},
    "propertyDependencies": {"shelf": ["urn:s"], "empty": None},
}


def exported(*rows: dict[str, Any]) -> Stack:
    return stack_of({"deployment": {"resources": list(rows)}})


def test_a_resource_of_the_state_is_read_whole() -> None:
    [book] = exported(ROW).resources
    assert (book.type, book.name, book.urn) == (BOOK, "ulysses", ROW["urn"])
    assert (book.id, book.protect) == ("b-1", True)
    assert book.links == {"shelf": ("urn:s",), "empty": ()}
    assert (book.props["title"], book.props["pages"][1]["n"]) == ("Ulysses", 2)


def test_a_resource_that_has_little_is_read_too() -> None:
    [book] = exported({"urn": ROW["urn"], "type": BOOK, "custom": True}).resources
    assert (book.id, book.protect, dict(book.links), len(book.props)) == ("", False, {}, 0)


LEFT_OUT = {"a component": {"custom": False}, "what is to be deleted": {"delete": True}}


@pytest.mark.parametrize("change", LEFT_OUT.values(), ids=LEFT_OUT.keys())
def test_what_is_no_resource_of_the_cloud_is_left_out(change: dict[str, Any]) -> None:
    assert exported({**ROW, **change}).resources == ()


@pytest.mark.parametrize("export", [{}, {"deployment": None}, {"deployment": []}])
def test_what_is_no_state_says_how_to_make_one(export: dict[str, Any]) -> None:
    with pytest.raises(PolicyError, match="pulumi stack export"):
        stack_of(export)


def test_a_state_without_resources_is_one() -> None:
    for deployment in ({}, {"resources": None}):
        empty = stack_of({"deployment": deployment})
        assert (empty.resources, stack_name(empty)) == ((), "")
    assert stack_name(exported(ROW)) == "prod"


def test_a_secret_is_closed_unless_the_state_tells_it() -> None:
    closed = guarded({"key": {SIGNATURE: SECRET, "ciphertext": "v1:x"}})
    with pytest.raises(UnknownValueError):
        closed["key"]
    opened = guarded({"key": {SIGNATURE: SECRET, "plaintext": '["a"]'}})
    assert list(opened["key"]) == ["a"]
    among = guarded({"keys": ["a", {SIGNATURE: SECRET, "plaintext": '"b"'}]})
    assert list(among["keys"]) == ["a", "b"]
    another = guarded({"key": {SIGNATURE: "an asset", "plaintext": '"x"'}})
    assert another["key"]["plaintext"] == '"x"'


def resource(name: str, type_: str = BOOK, **more: Any) -> Resource:
    props = more.pop("props", {})
    return Resource(type=type_, name=name, urn=f"urn:{name}", props=props, **more)


LINKED = resource("linked", props={"shelf": "?"}, links={"shelf": ("urn:north",)})
BY_ID = resource("by-id", props={"shelf": "s-2"})
BY_IDS = resource("by-ids", props={"shelf": ["s-1", "s-2"]})
LOOSE = resource("loose", id="s-1")
NORTH, SOUTH = resource("north", SHELF, id="s-1"), resource("south", SHELF, id="s-2")
LIBRARY = Stack(resources=(LINKED, BY_ID, BY_IDS, LOOSE, NORTH, SOUTH))


def test_a_reference_is_followed_by_link_or_by_id() -> None:
    found = {
        book.name: [shelf.name for shelf in LIBRARY.referred(book, "shelf", SHELF)]
        for book in LIBRARY.all(BOOK)
    }
    assert found == {
        "linked": ["north"], "by-id": ["south"], "by-ids": ["north", "south"], "loose": [],
    }  # fmt: skip
    assert [book.name for book in LIBRARY.referring(SOUTH, "shelf", BOOK)] == ["by-id", "by-ids"]
    assert [book.name for book in LIBRARY.referring(NORTH, "shelf", BOOK)] == ["linked", "by-ids"]
    assert [one.name for one in LIBRARY.all(SHELF, BOOK)] == [r.name for r in LIBRARY.resources]


def untitled(props: Props) -> Iterator[str]:
    if not props["title"]:
        yield "It has no title."


def long_titled(props: Props, parameters: Parameters) -> Iterator[str]:
    if len(props["title"]) > parameters["most"]:
        yield f"More than {parameters['most']}."


def lonely(stack: Stack) -> Iterator[Finding]:
    for book in stack.all(BOOK):
        if not stack.referred(book, "shelf", SHELF):
            yield book, "It stands nowhere."


def crowded(stack: Stack, parameters: Parameters) -> Iterator[Finding]:
    if len(stack.all(BOOK)) > parameters["most"]:
        yield stack.all(BOOK)[0], f"More than {parameters['most']}."


def facts(name: str, severity: Severity = Severity.HIGH) -> dict[str, Any]:
    return {
        "name": name,
        "severity": severity,
        "summary": "It holds.",
        "remedy": "Mend it.",
        "resource_types": (BOOK,),
    }


RULES = (
    Rule(**facts("titled"), check=untitled),
    Rule(**facts("short"), check=long_titled, parameters={"most": 7}),
    StackRule(**facts("shelved", Severity.LOW), check=lonely),
    StackRule(**facts("roomy"), check=crowded, parameters={"most": 5}),
)


def report(*books: dict[str, Any], settings: Settings | None = None) -> Report:
    rows = [
        {**ROW, "urn": f"urn:pulumi:prod::library::{BOOK}::book-{n}", "inputs": book}
        for n, book in enumerate(books)
    ]
    return check_stack(
        RULES, exported(*rows), settings or Settings(), stack_name="prod", today=TODAY
    )


def told(found: Report) -> set[tuple[str, str]]:
    return {(v.rule, v.resource.rpartition("::")[2]) for v in found.violations}


def test_each_violation_names_rule_resource_and_remedy() -> None:
    found = report({"title": ""}, {"title": "Dubliners"}, {"title": "Ulysses"})
    assert told(found) == {
        ("titled", "book-0"), ("short", "book-1"),
        *(("shelved", f"book-{n}") for n in range(3)),
    }  # fmt: skip
    assert {(v.message, v.remedy, v.level) for v in found.violations if v.rule == "short"} == {
        ("More than 7.", "Mend it.", Level.MANDATORY)
    }
    assert found.fails
    assert found.unseen == ()


def test_parameters_of_the_settings_stand_before_the_rules_own() -> None:
    settings = Settings(parameters={"short": {"most": 9}, "roomy": {"most": 0}})
    found = report({"title": "Dubliners"}, settings=settings)
    assert told(found) == {("roomy", "book-0"), ("shelved", "book-0")}
    assert "More than 0." in {v.message for v in found.violations}


def test_a_disabled_rule_is_not_asked_and_an_advisory_one_does_not_fail() -> None:
    settings = Settings(severities={Severity.LOW: Level.ADVISORY}, levels={"short": Level.DISABLED})
    found = report({"title": "Dubliners"}, settings=settings)
    assert told(found) == {("shelved", "book-0")}
    assert not found.fails


def test_a_secret_that_a_rule_would_read_is_told_as_unseen() -> None:
    found = report({"title": {SIGNATURE: SECRET, "ciphertext": "v1:x"}})
    assert [row.rule for row in found.unseen] == ["titled", "short"]
    assert all("book-0: " in row.reason for row in found.unseen)


def test_a_rule_that_crashes_fails_whatever_its_level() -> None:
    settings = Settings(levels={"titled": Level.ADVISORY})
    found = report({}, settings=settings)
    [crash] = [v for v in found.violations if v.rule == "titled"]
    assert "KeyError" in crash.message
    assert crash.level is Level.MANDATORY


EXEMPTION = Exemption(
    rule="titled", stack="prod", resource="book-0", owner="o", reason="r", until=TODAY
)


def test_an_exemption_holds_for_what_it_names_and_ends() -> None:
    books = ({"title": ""}, {"title": ""})
    held = report(*books, settings=Settings(exemptions=(EXEMPTION,)))
    assert {("titled", "book-1")} == {pair for pair in told(held) if pair[0] == "titled"}
    ended = replace(EXEMPTION, until=date(2026, 5, 31))
    late = report(*books, settings=Settings(exemptions=(ended,)))
    assert {("titled", "book-0"), ("titled", "book-1"), ("exemptions", "")} <= told(late)
