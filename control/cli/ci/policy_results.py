"""What the policy packs said of a plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from control.cli.events import ANSI
from control.cli.layers import Resource, resource_of
from control.cli.redaction import redacted

if TYPE_CHECKING:
    from pulumi.automation.events import EngineEvent

NOT_RUN = "can't run policy"
DURING = "during preview: "
REMEDY = "Remedy: "


class Level(StrEnum):
    """The worst first."""

    MANDATORY = "mandatory"
    ADVISORY = "advisory"
    UNKNOWN = "not known yet"
    """The rule needs a value that the preview does not have; the update checks it."""


@dataclass(frozen=True, kw_only=True)
class PolicyResult:
    rule: str
    level: Level
    message: str
    remedy: str = ""
    resource: Resource | None = None

    @property
    def order(self) -> tuple[int, str, str]:
        where = self.resource.urn if self.resource else ""
        return list(Level).index(self.level), self.rule, where


@dataclass(frozen=True, kw_only=True)
class RuleFacts:
    name: str
    severity: str = ""
    summary: str = ""
    remedy: str = ""
    level: str = Level.MANDATORY.value
    frameworks: tuple[str, ...] = ()


def result_of(event: EngineEvent) -> PolicyResult | None:
    policy = event.policy_event
    if not policy:
        return None
    message = redacted(ANSI.sub("", policy.message)).strip()
    text, _, remedy = message.rpartition(REMEDY) if REMEDY in message else (message, "", "")
    if NOT_RUN in text:  # only the reason: rule and resource are named beside it
        text = text.rpartition(DURING)[2]
    level = Level.MANDATORY if policy.enforcement_level == "mandatory" else Level.ADVISORY
    if NOT_RUN in message and level is Level.ADVISORY:
        level = Level.UNKNOWN
    return PolicyResult(
        rule=policy.policy_name,
        level=level,
        message=" ".join(text.split()),
        remedy=" ".join(remedy.split()),
        resource=resource_of(policy.resource_urn) if policy.resource_urn else None,
    )


def rule_facts(row: Mapping[str, Any]) -> RuleFacts:
    return RuleFacts(
        name=row["name"],
        severity=str(row["severity"]),
        summary=row["summary"],
        remedy=row["remedy"],
        level=str(row["level"]),
        frameworks=tuple(row["frameworks"]),
    )


def known_rules(
    rows: Iterable[Mapping[str, Any]], results: Iterable[PolicyResult]
) -> list[RuleFacts]:
    """All rules that ran, those of foreign packs by their results alone."""
    found = {row["name"]: rule_facts(row) for row in rows if str(row["level"]) != "disabled"}
    for result in results:
        found.setdefault(result.rule, RuleFacts(name=result.rule, level=result.level.value))
    return [found[name] for name in sorted(found)]
