"""How the pack answers the engine: as the SDK would, having read each resource once."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from google.protobuf import struct_pb2
from pulumi.runtime.proto import analyzer_pb2
from pulumi_policy import EnforcementLevel, Policy, ResourceValidationPolicy
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE

from local.plugins.policy_runner import load_pack
from policies import serving
from policies.catalog import all_rules
from policies.pack import Adapter
from policies.rule import Finding, Props, Rule, Severity, Stack, StackRule
from policies.serving import PackServicer
from policies.settings import FILE, Level, Settings, load

TODAY = date(2026, 6, 1)
BOOK = "shelf:index/book:Book"
SHELF = "shelf:index/shelf:Shelf"
THE_SDKS: Any = PackServicer.__mro__[1]


def untitled(props: Props) -> Iterator[str]:
    if not props["title"]:
        yield "It has no title."


def unread(props: Props) -> Iterator[str]:
    if props["title"] == "Ulysses":
        yield "Nobody has read it."


def lost(stack: Stack) -> Iterator[Finding]:
    for book in stack.all(BOOK):
        if not stack.referred(book, "shelf", SHELF):
            yield book, f"It stands nowhere: {book.props['title']}."


def row(name: str, severity: Severity) -> dict[str, Any]:
    return {
        "name": name,
        "severity": severity,
        "summary": f"{name} holds.",
        "remedy": "Ask the librarian.",
        "resource_types": (BOOK,),
    }


RULES = (
    Rule(**row("books-have-titles", Severity.HIGH), check=untitled),
    Rule(**row("books-are-read", Severity.LOW), check=unread),
    StackRule(**row("books-have-shelves", Severity.MEDIUM), check=lost),
    StackRule(**row("books-are-not-lost", Severity.MEDIUM), check=lost),
)


def policies(settings: Settings) -> list[Policy]:
    return Adapter(settings=settings, stack=lambda: "test", today=TODAY).policies(RULES)


def servicer(kind: Any = PackServicer, settings: Settings | None = None) -> Any:
    advisory = Settings(severities={Severity.LOW: Level.ADVISORY})
    return kind("library", "1.0.0", policies(settings or advisory), EnforcementLevel.MANDATORY)


def properties(**props: Any) -> Any:
    struct = struct_pb2.Struct()
    struct.update(props)
    return struct


def asked(title: str, *, type_: str = BOOK) -> Any:
    props = properties(title=title, tags={"n": [1, "a"]})
    return analyzer_pb2.AnalyzeRequest(type=type_, urn="urn:b", name="b", properties=props)


def asked_all(*titles: str, shelf: str = "") -> Any:
    shelves = {"shelf": analyzer_pb2.AnalyzerPropertyDependencies(urns=[shelf])}
    rows = [
        analyzer_pb2.AnalyzerResource(
            type=BOOK,
            urn=f"urn:{title}",
            name=title,
            properties=properties(title=title),
            propertyDependencies=shelves,
        )
        for title in titles
    ]
    shelf_row = analyzer_pb2.AnalyzerResource(
        type=SHELF, urn="urn:shelf", name="shelf", properties=properties(width=3)
    )
    return analyzer_pb2.AnalyzeStackRequest(resources=[*rows, shelf_row])


@pytest.mark.parametrize("title", ["", "Ulysses", "Dubliners", UNKNOWN_STRING_VALUE])
def test_a_resource_gets_the_answer_that_the_sdk_gives(title: str) -> None:
    ours, the_sdks = (
        servicer(kind).Analyze(asked(title), None) for kind in (PackServicer, THE_SDKS)
    )
    assert ours == the_sdks
    assert len(ours.diagnostics) == {"": 1, "Ulysses": 1, "Dubliners": 0}.get(title, 2)


@pytest.mark.parametrize("shelf", ["", "urn:shelf", "urn:gone"])
def test_a_stack_gets_the_answer_that_the_sdk_gives(shelf: str) -> None:
    request = asked_all("Dubliners", "Ulysses", shelf=shelf)
    ours, the_sdks = (
        servicer(kind).AnalyzeStack(request, None) for kind in (PackServicer, THE_SDKS)
    )
    assert ours == the_sdks
    assert len(ours.diagnostics) == (0 if shelf == "urn:shelf" else 4)


def test_the_engine_is_told_of_each_rule_as_the_sdk_tells_it() -> None:
    ours = servicer().GetAnalyzerInfo(None, None)
    assert ours == servicer(THE_SDKS).GetAnalyzerInfo(None, None)
    assert [policy.name for policy in ours.policies][1:] == [rule.name for rule in RULES]
    assert {policy.remediation_steps for policy in ours.policies} == {"", "Ask the librarian."}


def test_the_level_that_the_engine_sets_holds() -> None:
    served = servicer()
    levels = {
        "books-have-titles": analyzer_pb2.DISABLED,
        "books-are-read": analyzer_pb2.REMEDIATE,
    }
    config = {
        name: analyzer_pb2.PolicyConfig(enforcementLevel=level) for name, level in levels.items()
    }
    served.Configure(analyzer_pb2.ConfigureAnalyzerRequest(policyConfig=config), None)
    assert not served.Analyze(asked(""), None).diagnostics
    (said,) = served.Analyze(asked("Ulysses"), None).diagnostics
    assert said.enforcementLevel == analyzer_pb2.MANDATORY


def test_a_resource_is_read_once_and_one_that_no_rule_looks_at_not_at_all() -> None:
    with mock.patch.object(serving, "read", wraps=serving.read) as read:
        servicer().Analyze(asked("", type_=SHELF), None)
        assert read.call_count == 0
        servicer().Analyze(asked(""), None)
        assert read.call_count == 1
        servicer().AnalyzeStack(asked_all("Dubliners", "Ulysses"), None)
        assert read.call_count == 1 + 3
        servicer().Remediate(asked(""), None)
        assert read.call_count == 1 + 3


def test_a_policy_that_names_no_type_is_refused() -> None:
    untyped = ResourceValidationPolicy(name="x", description="x", validate=lambda args, say: None)
    with pytest.raises(TypeError, match="x must say for which types"):
        PackServicer("library", "1.0.0", [untyped], EnforcementLevel.MANDATORY)


def test_the_pack_is_served_this_way_with_every_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Path(serving.__file__).parent
    monkeypatch.chdir(folder)
    monkeypatch.setattr("pulumi_policy.policy._PolicyAnalyzerServicer", THE_SDKS)
    pack = load_pack(folder)
    assert type(pack).__name__ == PackServicer.__name__
    settings = load(FILE, {rule.name: rule for rule in all_rules()})
    enabled = [rule.name for rule in all_rules() if settings.level(rule) is not Level.DISABLED]
    info = pack.GetAnalyzerInfo(None, None)
    assert [policy.name for policy in info.policies] == ["exemptions", *enabled]
