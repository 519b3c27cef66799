"""Levels, parameters and exemptions: what policies/config.json says."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from policies.errors import SettingsError
from policies.rule import Parameters, Row, Severity

FILE = Path(__file__).with_name("config.json")
SECTIONS = {"severities", "rules", "exemptions"}
EXEMPTION_FIELDS = {"rule", "stack", "resource", "owner", "reason", "until"}


class Level(StrEnum):
    """What a violation does."""

    MANDATORY = "mandatory"
    ADVISORY = "advisory"
    DISABLED = "disabled"


@dataclass(frozen=True, kw_only=True)
class Exemption:
    rule: str
    stack: str
    """Pattern of stack names, such as local or prod-*."""
    resource: str
    """Pattern of resource names in the program."""
    owner: str
    reason: str
    until: date
    """The last day on which it holds."""

    def holds(self, today: date) -> bool:
        return today <= self.until

    def covers(self, rule: str, stack: str, resource: str) -> bool:
        return (
            self.rule == rule
            and fnmatchcase(stack, self.stack)
            and fnmatchcase(resource, self.resource)
        )


@dataclass(frozen=True, kw_only=True)
class Settings:
    severities: Mapping[Severity, Level] = field(default_factory=dict)
    levels: Mapping[str, Level] = field(default_factory=dict)
    parameters: Mapping[str, Parameters] = field(default_factory=dict)
    exemptions: tuple[Exemption, ...] = ()

    def level(self, rule: Row) -> Level:
        """A rule's own level, else that of its severity; nothing said: mandatory."""
        return self.levels.get(rule.name) or self.severities.get(rule.severity, Level.MANDATORY)

    def exempt(self, rule: str, stack: str, resource: str, today: date) -> bool:
        return any(e.holds(today) and e.covers(rule, stack, resource) for e in self.exemptions)

    def expired(self, today: date) -> Iterator[str]:
        for exemption in self.exemptions:
            if not exemption.holds(today):
                yield (
                    f"The exemption of {exemption.resource} from {exemption.rule} ended on"
                    f" {exemption.until}. {exemption.owner} mends the resource, or renews it:"
                    f" {exemption.reason}"
                )


def load(file: Path, rules: Mapping[str, Row]) -> Settings:
    """Read the file; whatever is wrong in it comes as one error."""
    try:
        document = json.loads(file.read_text())
    except json.JSONDecodeError as error:
        raise SettingsError(f"{file} is no JSON: {error}") from error
    problems = list(_problems(document, rules))
    if problems:
        raise SettingsError("\n".join([f"{file} holds {len(problems)} problems:", *problems]))
    return parse(document)


def parse(document: Mapping[str, Any]) -> Settings:
    of_rules = document.get("rules", {})
    return Settings(
        severities={Severity(k): Level(v) for k, v in document.get("severities", {}).items()},
        levels={k: Level(v["level"]) for k, v in of_rules.items() if "level" in v},
        parameters={k: v["parameters"] for k, v in of_rules.items() if "parameters" in v},
        exemptions=tuple(
            Exemption(**{**row, "until": date.fromisoformat(row["until"])})
            for row in document.get("exemptions", [])
        ),
    )


def _problems(document: Mapping[str, Any], rules: Mapping[str, Row]) -> Iterator[str]:
    for section in sorted(set(document) - SECTIONS):
        yield f"{section}: not known; there are {', '.join(sorted(SECTIONS))}"
    for severity, level in document.get("severities", {}).items():
        if severity not in set(Severity):
            yield f"severities.{severity}: no severity"
        yield from _level_problems(f"severities.{severity}", level)
    for name, row in document.get("rules", {}).items():
        yield from _rule_problems(name, row, rules)
    for index, row in enumerate(document.get("exemptions", [])):
        yield from _exemption_problems(f"exemptions[{index}]", row, rules)


def _level_problems(place: str, level: object) -> Iterator[str]:
    if level not in set(Level):
        yield f"{place}: {level!r} is no level; there are {', '.join(Level)}"


def _rule_problems(name: str, row: Mapping[str, Any], rules: Mapping[str, Row]) -> Iterator[str]:
    if name not in rules:
        yield f"rules.{name}: there is no such rule; see byoc policy list"
        return
    for key in sorted(set(row) - {"level", "parameters"}):
        yield f"rules.{name}.{key}: not known; there are level and parameters"
    if "level" in row:
        yield from _level_problems(f"rules.{name}.level", row["level"])
    for key in sorted(set(row.get("parameters", {})) - set(rules[name].parameters)):
        known = ", ".join(rules[name].parameters) or "none"
        yield f"rules.{name}.parameters.{key}: not known; there are {known}"


def _exemption_problems(
    place: str, row: Mapping[str, Any], rules: Mapping[str, Row]
) -> Iterator[str]:
    for key in sorted(set(row) - EXEMPTION_FIELDS):
        yield f"{place}.{key}: not known"
    for key in sorted(EXEMPTION_FIELDS):
        if not str(row.get(key, "")).strip():
            yield f"{place}.{key}: missing; an exemption says {', '.join(sorted(EXEMPTION_FIELDS))}"
    if row.get("rule") and row["rule"] not in rules:
        yield f"{place}.rule: there is no rule {row['rule']}"
    try:
        date.fromisoformat(str(row.get("until") or "2000-01-01"))
    except ValueError:
        yield f"{place}.until: {row['until']!r} is no date such as 2027-03-31"
