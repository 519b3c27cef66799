"""The pack as a whole: that it is complete, and what it does when a rule or an exemption fails."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from pulumi_policy import (
    PolicyResource,
    PolicyResourceOptions,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.policy import PolicyCustomTimeouts
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE, UnknownValueError, unknown_checking_proxy

from policies import rules
from policies.catalog import all_rules, rules_of
from policies.cel import Cel
from policies.errors import SettingsError
from policies.pack import Adapter, RuleCrashedError, stack_of
from policies.reference import AREAS, explanation, markdown, section
from policies.rule import Finding, Props, Rule, Severity, Stack, StackRule
from policies.settings import FILE, Exemption, Level, Settings, load

ROOT = Path(__file__).resolve().parents[2]
TODAY = date(2026, 6, 1)
OPTIONS = PolicyResourceOptions(True, [], None, [], PolicyCustomTimeouts(0, 0, 0), [])
EXEMPTION = Exemption(
    rule="books-have-titles",
    stack="test",
    resource="old-*",
    owner="library",
    reason="Nobody remembers them.",
    until=TODAY,
)


def untitled(props: Props) -> Iterator[str]:
    if not props["title"]:
        yield "It has no title."


RULE = Rule(
    name="books-have-titles",
    severity=Severity.HIGH,
    summary="Books have titles.",
    remedy="Write one.",
    resource_types=("shelf:index/book:Book",),
    check=untitled,
)


def test_every_file_of_rules_is_in_the_pack_under_its_own_name() -> None:
    files = {file.stem for folder in rules.__path__ for file in Path(folder).glob("*.py")}
    names = [rule.name for rule in all_rules()]
    assert {name.replace("-", "_") for name in names} == files - {"__init__"}
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.name)
def test_a_rule_says_what_it_is(rule: Rule | StackRule) -> None:
    assert rule.name.partition("-")[0] in AREAS
    assert rule.resource_types
    assert rule.summary.endswith(".")
    assert rule.remedy.endswith(".")
    assert rule.summary != rule.remedy
    for type_ in rule.resource_types:
        assert re.fullmatch(r"[\w-]+:[\w./-]+:\w+", type_), type_
    for control in rule.frameworks:
        assert re.match(r"(NIST 800-53|PCI DSS|SOC 2|CIS|AWS Well-Architected) ", control)


def test_the_reference_is_current() -> None:
    assert (ROOT / "docs" / "policies.md").read_text() == markdown(), "run: byoc policy docs"


def test_the_settings_of_the_pack_are_sound_and_every_exemption_says_why() -> None:
    settings = load(FILE, {rule.name: rule for rule in all_rules()})
    for exemption in settings.exemptions:
        assert len(exemption.reason) > 20


def validated(rule: Rule, props: Props, settings: Settings, *, name: str = "old-book") -> list[str]:
    adapter = Adapter(settings=settings, stack=lambda: "test", today=TODAY)
    policy = adapter.for_resource(rule)
    assert isinstance(policy, ResourceValidationPolicy)
    said: list[str] = []
    args = ResourceValidationArgs(
        "shelf:index/book:Book", unknown_checking_proxy(dict(props)), f"urn:{name}", name, OPTIONS,
        None,
    )  # fmt: skip
    policy.validate(args, lambda message, urn=None: said.append(message))
    return said


def test_a_violation_carries_its_remedy() -> None:
    assert validated(RULE, {"title": ""}, Settings()) == ["It has no title.\nRemedy: Write one."]
    assert validated(RULE, {"title": "Metamorphoses"}, Settings()) == []


def test_a_rule_that_crashes_is_a_violation() -> None:
    (said,) = validated(RULE, {}, Settings())
    assert "books-have-titles crashed on urn:old-book: KeyError" in said


def test_a_rule_that_crashes_ends_the_update_where_it_would_only_advise() -> None:
    advisory = Settings(levels={RULE.name: Level.ADVISORY})
    with pytest.raises(RuleCrashedError, match="KeyError"):
        validated(RULE, {}, advisory)


def test_an_unknown_value_is_left_to_the_sdk() -> None:
    with pytest.raises(UnknownValueError):
        validated(RULE, {"title": UNKNOWN_STRING_VALUE}, Settings())


def test_an_exemption_holds_through_its_last_day_and_for_its_resources_only() -> None:
    settings = Settings(exemptions=(EXEMPTION,))
    assert validated(RULE, {"title": ""}, settings) == []
    assert validated(RULE, {"title": ""}, settings, name="new-book")
    ended = Settings(exemptions=(replace(EXEMPTION, until=date(2026, 5, 31)),))
    assert validated(RULE, {"title": ""}, ended)
    elsewhere = Settings(exemptions=(replace(EXEMPTION, stack="production"),))
    assert validated(RULE, {"title": ""}, elsewhere)


def over_stack(settings: Settings, policy: Callable[[Adapter], object]) -> list[tuple[str, str]]:
    adapter = Adapter(settings=settings, stack=lambda: "test", today=TODAY)
    made = policy(adapter)
    assert isinstance(made, StackValidationPolicy)
    book = PolicyResource(
        "shelf:index/book:Book", unknown_checking_proxy({"id": "b-1", "title": ""}),
        "urn:old-book", "old-book", OPTIONS, None, None, [], {},
    )  # fmt: skip
    said: list[tuple[str, str]] = []
    made.validate(
        StackValidationArgs([book]), lambda message, urn=None: said.append((message, urn or ""))
    )
    return said


def test_an_exemption_past_its_end_fails_by_itself() -> None:
    ended = Settings(exemptions=(replace(EXEMPTION, until=date(2026, 5, 31)),))
    ((said, _),) = over_stack(ended, Adapter.exemptions)
    assert "old-* from books-have-titles ended on 2026-05-31" in said
    assert "library" in said
    assert over_stack(Settings(exemptions=(EXEMPTION,)), Adapter.exemptions) == []


def closed_books(stack: Stack) -> Iterator[Finding]:
    for book in stack.all("shelf:index/book:Book"):
        if book.id == "b-1" and book.protect:
            yield book, "It is closed."


def test_a_rule_over_the_stack_blames_a_resource() -> None:
    rule = StackRule(
        name="open", severity=Severity.LOW, summary="Open.", remedy="Open it.",
        resource_types=RULE.resource_types, check=closed_books,
    )  # fmt: skip
    said = over_stack(Settings(), lambda adapter: adapter.for_stack(rule))
    assert said == [("It is closed.\nRemedy: Open it.", "urn:old-book")]
    exempt = Settings(exemptions=(replace(EXEMPTION, rule="open"),))
    assert over_stack(exempt, lambda adapter: adapter.for_stack(rule)) == []


def test_a_resource_of_which_nothing_is_known_yet_is_left_out_of_the_stack() -> None:
    planned = PolicyResource(
        "kubernetes:core/v1:Namespace", unknown_checking_proxy({}), "urn:space", "space", OPTIONS,
        None, None, [], {},
    )  # fmt: skip
    assert stack_of([planned]).resources == ()


def test_a_resource_whose_id_is_not_told_has_none() -> None:
    for id_ in ({}, {"id": None}, {"id": UNKNOWN_STRING_VALUE}):
        book = PolicyResource(
            "shelf:index/book:Book", unknown_checking_proxy({"title": "", **id_}), "urn:b", "b",
            OPTIONS, None, None, [], {},
        )  # fmt: skip
        assert stack_of([book]).resources[0].id == ""


def test_rules_of_one_family_are_read_without_the_others() -> None:
    names = [rule.name for rule in rules_of("kubernetes_")]
    assert names == [r.name for r in all_rules() if r.name.startswith("kubernetes-")]


BARE = replace(RULE, frameworks=(), parameters={}, cel=None)
OVER_THE_STACK = StackRule(
    name="open", severity=Severity.LOW, summary="Open.", remedy="Open it.",
    resource_types=RULE.resource_types, check=closed_books,
)  # fmt: skip


def test_people_are_told_of_a_rule_what_there_is_to_tell() -> None:
    lines = explanation(BARE, Settings()).splitlines()
    assert [line.split()[0] for line in lines if line] == [
        "books-have-titles:", "severity", "remedy", "looks",
    ]  # fmt: skip
    assert "together with the rest of the stack" in explanation(OVER_THE_STACK, Settings())
    full = replace(BARE, frameworks=("SOC 2 CC6.1",), cel=Cel(holds="ok"), parameters={"most": 7})
    text = explanation(full, Settings())
    for part in ("in the cluster too", "serves      SOC 2 CC6.1", "parameter   most = 7"):
        assert part in text
    assert section(BARE, Settings()).endswith("- Remedy: Write one.\n")
    written = section(full, Settings())
    assert written.endswith("- Parameters: `most` = `7`\n- SOC 2 CC6.1\n")
    assert "; in the cluster too\n" in written


def test_a_rule_over_the_stack_that_crashes_is_a_violation() -> None:
    def crash(stack: Stack) -> Iterator[Finding]:
        yield stack.resources[7], "never said"

    rule = StackRule(
        name="crash", severity=Severity.LOW, summary="Crash.", remedy="Mend it.",
        resource_types=RULE.resource_types, check=crash,
    )  # fmt: skip
    ((said, _),) = over_stack(Settings(), lambda adapter: adapter.for_stack(rule))
    assert "crashed on the stack: IndexError" in said


def test_a_disabled_rule_is_not_in_the_pack() -> None:
    adapter = Adapter(
        settings=Settings(levels={RULE.name: Level.DISABLED}), stack=lambda: "", today=TODAY
    )
    assert [policy.name for policy in adapter.policies([RULE])] == ["exemptions"]


def test_everything_that_is_wrong_in_the_settings_comes_at_once(tmp_path: Path) -> None:
    file = tmp_path / "config.json"
    document = {
        "colour": "red",
        "severities": {"low": "loud", "grave": "mandatory"},
        "rules": {
            "no-such-rule": {},
            RULE.name: {"level": "x", "shape": 1, "parameters": {"size": 1}},
        },
        "exemptions": [{"rule": "no-such-rule", "until": "soon", "why": "x"}],
    }
    file.write_text(json.dumps(document))
    with pytest.raises(SettingsError, match="problems") as refused:
        load(file, {RULE.name: RULE})
    text = str(refused.value)
    for part in (
        "colour: not known", "severities.low: 'loud' is no level", "severities.grave: no severity",
        "rules.no-such-rule: there is no such rule", f"rules.{RULE.name}.level: 'x' is no level",
        f"rules.{RULE.name}.shape: not known", f"rules.{RULE.name}.parameters.size: not known",
        "exemptions[0].owner: missing", "exemptions[0].reason: missing",
        "exemptions[0].why: not known", "exemptions[0].rule: there is no rule no-such-rule",
        "exemptions[0].until: 'soon' is no date",
    ):  # fmt: skip
        assert part in text
