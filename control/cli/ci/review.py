"""All that a reviewer is told of one preview."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from control.cli.ci.danger import Danger
from control.cli.ci.permission_diff import PermissionChange
from control.cli.ci.permission_words import sentences
from control.cli.ci.policy_results import Level, PolicyResult, RuleFacts
from control.cli.ci.rights import Right
from control.cli.ci.saved_plan import SavedPlan
from control.cli.ci.saved_plan import document as plan_document
from control.cli.ci.steps import Step
from control.cli.events import Change


@dataclass(frozen=True, kw_only=True)
class Review:
    saved: SavedPlan
    steps: tuple[Step, ...] = ()
    permissions: tuple[PermissionChange, ...] = ()
    dangers: tuple[Danger, ...] = ()
    policies: tuple[PolicyResult, ...] = ()
    rules: tuple[RuleFacts, ...] = ()
    failures: tuple[str, ...] = ()
    """Of the engine and the program; those of policies are results."""
    warnings: tuple[str, ...] = ()
    edited: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        return self.saved.applicable

    @property
    def violations(self) -> tuple[PolicyResult, ...]:
        return self.at(Level.MANDATORY)

    def at(self, level: Level) -> tuple[PolicyResult, ...]:
        return tuple(result for result in self.policies if result.level is level)

    @property
    def changed(self) -> tuple[Step, ...]:
        return tuple(step for step in self.steps if step.change is not Change.SAME)

    @property
    def counts(self) -> Counter[Change]:
        return Counter(step.change for step in self.changed)


def document(review: Review) -> dict[str, Any]:
    """preview.json: the facts that `apply` checks, and the summary for programs."""
    return {
        **plan_document(review.saved),
        "result": "succeeded" if review.ok else "failed",
        "edited": list(review.edited),
        "changes": {change.value: count for change, count in sorted(review.counts.items())},
        "resources": [resource(step) for step in review.changed],
        "dangers": [
            {
                "kind": danger.kind.value,
                "urn": danger.resource.urn,
                "about": danger.about,
                "message": danger.message,
            }
            for danger in review.dangers
        ],
        "policies": [policy(result) for result in review.policies],
        "permissions": [permission(change) for change in review.permissions],
        "failures": list(review.failures),
        "warnings": list(review.warnings),
    }


def resource(step: Step) -> dict[str, Any]:
    return {
        "change": step.change.value,
        "layer": step.resource.layer,
        "urn": step.resource.urn,
        "properties": list(step.properties),
    }


def policy(result: PolicyResult) -> dict[str, Any]:
    return {
        "rule": result.rule,
        "level": result.level.value,
        "urn": result.resource.urn if result.resource else None,
        "message": result.message,
    }


def permission(change: PermissionChange) -> dict[str, Any]:
    return {
        "holder": change.holder,
        "widens": change.widens,
        "changes": [
            {"verb": sentence.verb, "rights": [right(each) for each in sentence.rights]}
            for sentence in sentences(change)
        ],
        "unreadable": list(change.unreadable),
    }


def right(each: Right) -> Mapping[str, Any]:
    conditions = [
        {"operator": condition.operator, "key": condition.key, "values": list(condition.values)}
        for condition in each.conditions
    ]
    facts = {"who": each.who, "action": each.action, "resource": each.resource}
    return {name: value for name, value in facts.items() if value} | (
        {"conditions": conditions} if conditions else {}
    )
