"""Levels, parameters and exemptions as policies/config.json says them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from policies.errors import SettingsError
from policies.rule import Props, Rule, Severity
from policies.settings import Exemption, Level, Settings, load

TODAY = date(2026, 6, 1)
EXEMPTION = Exemption(
    rule="titled", stack="prod-*", resource="old-*", owner="o", reason="r", until=TODAY
)


def untitled(props: Props) -> Iterator[str]:
    yield "It has no title."


TITLED = Rule(
    name="titled",
    severity=Severity.HIGH,
    summary="Books have titles.",
    remedy="Write one.",
    resource_types=("shelf:index/book:Book",),
    parameters={"most": 7, "least": 1},
    check=untitled,
)
PLAIN = replace(TITLED, name="plain", severity=Severity.LOW, parameters={})
RULES = {rule.name: rule for rule in (TITLED, PLAIN)}


def test_a_rules_own_level_stands_before_that_of_its_severity() -> None:
    settings = Settings(
        severities={Severity.HIGH: Level.ADVISORY}, levels={"titled": Level.DISABLED}
    )
    assert settings.level(TITLED) is Level.DISABLED
    assert settings.level(replace(TITLED, name="other")) is Level.ADVISORY
    assert settings.level(PLAIN) is Level.MANDATORY


@pytest.mark.parametrize(
    ("rule", "stack", "resource", "day", "exempt"),
    [
        ("titled", "prod-1", "old-book", date(2026, 6, 1), True),
        ("titled", "prod-1", "old-book", date(2026, 5, 1), True),
        ("titled", "prod-1", "old-book", date(2026, 6, 2), False),
        ("plain", "prod-1", "old-book", date(2026, 6, 1), False),
        ("titled", "test", "old-book", date(2026, 6, 1), False),
        ("titled", "prod-1", "new-book", date(2026, 6, 1), False),
    ],
)
def test_an_exemption_covers_its_rule_stack_and_resource_through_its_last_day(
    rule: str, stack: str, resource: str, day: date, *, exempt: bool
) -> None:
    settings = Settings(exemptions=(EXEMPTION,))
    assert settings.exempt(rule, stack, resource, day) is exempt
    assert bool(list(settings.expired(day))) is (day > TODAY)


def read(folder: Path, document: Any) -> Settings:
    file = folder / "config.json"
    file.write_text(document if isinstance(document, str) else json.dumps(document))
    return load(file, RULES)


ROW = {
    "rule": "titled", "stack": "*", "resource": "*", "owner": "o", "reason": "r",
    "until": "2026-06-01",
}  # fmt: skip


def test_what_is_said_is_read_and_nothing_more(tmp_path: Path) -> None:
    settings = read(
        tmp_path,
        {
            "severities": {"low": "advisory"},
            "rules": {"titled": {"parameters": {"most": 9}}, "plain": {"level": "disabled"}},
            "exemptions": [ROW],
        },
    )
    assert settings.severities == {Severity.LOW: Level.ADVISORY}
    assert settings.levels == {"plain": Level.DISABLED}
    assert settings.parameters == {"titled": {"most": 9}}
    assert [(e.rule, e.until) for e in settings.exemptions] == [("titled", TODAY)]
    assert read(tmp_path, {}) == Settings()


WRONG: dict[str, tuple[Any, list[str]]] = {
    "no JSON": ("{", ["is no JSON"]),
    "a section": ({"colour": 1}, ["colour: not known; there are exemptions, rules, severities"]),
    "a severity": ({"severities": {"grave": "mandatory"}}, ["severities.grave: no severity"]),
    "a level": (
        {"severities": {"low": "loud"}},
        ["severities.low: 'loud' is no level; there are mandatory, advisory, disabled"],
    ),
    "a rule": ({"rules": {"none": {"level": "x"}}}, ["rules.none: there is no such rule"]),
    "a field of a rule": (
        {"rules": {"plain": {"shape": 1}}},
        ["rules.plain.shape: not known; there are level and parameters"],
    ),
    "a level of a rule": ({"rules": {"plain": {"level": "x"}}}, ["rules.plain.level: 'x'"]),
    "a parameter": (
        {"rules": {"titled": {"parameters": {"size": 1, "most": 2}}}},
        ["rules.titled.parameters.size: not known; there are most, least"],
    ),
    "a parameter of none": (
        {"rules": {"plain": {"parameters": {"size": 1}}}},
        ["rules.plain.parameters.size: not known; there are none"],
    ),
    "an exemption's rule": (
        {"exemptions": [ROW | {"rule": "none"}]}, ["exemptions[0].rule: there is no rule none"],
    ),
    "an exemption's end": (
        {"exemptions": [ROW, ROW | {"until": "soon"}]},
        ["exemptions[1].until: 'soon' is no date such as 2027-03-31"],
    ),
    "an exemption's other field": (
        {"exemptions": [ROW | {"why": "x"}]}, ["exemptions[0].why: not known"],
    ),
    **{
        f"an exemption without {key}": (
            {"exemptions": [ROW | {key: " "}]},
            [f"exemptions[0].{key}: missing; an exemption says owner, reason, resource, rule,"
             " stack, until"],
        )
        for key in ("owner", "reason", "resource", "stack")
    },
    "an exemption without a rule": (
        {"exemptions": [{k: v for k, v in ROW.items() if k != "rule"}]},
        ["exemptions[0].rule: missing"],
    ),
    "an exemption without an end": (
        {"exemptions": [{k: v for k, v in ROW.items() if k != "until"}]},
        ["exemptions[0].until: missing"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("document", "says"), WRONG.values(), ids=WRONG.keys())
def test_what_is_wrong_is_named_and_only_that(
    document: Any, says: list[str], tmp_path: Path
) -> None:
    with pytest.raises(SettingsError) as refused:
        read(tmp_path, document)
    text = str(refused.value)
    for part in says:
        assert part in text
    if isinstance(document, dict):
        assert f"holds {len(says)} problems:" in text
        assert len(text.splitlines()) == len(says) + 1
