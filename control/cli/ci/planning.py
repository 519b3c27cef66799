"""The one place that runs the engine for `byoc ci`, and hears its events."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from control.cli.ci.danger import dangers
from control.cli.ci.permission_diff import permission_changes
from control.cli.ci.policy_results import PolicyResult, known_rules, result_of
from control.cli.ci.review import Review
from control.cli.ci.saved_plan import PLAN, Facts, saved, state_digest
from control.cli.ci.source import Source
from control.cli.ci.steps import Step, step_of
from control.cli.redaction import redacted

if TYPE_CHECKING:
    from pulumi.automation import EngineEvent

    from control.cli.operation import Outcome
    from control.cli.stack import Opened

POLICY_NOTE = "policy "
DEFAULT_PACK = "policies"


@dataclass(kw_only=True)
class Seen:
    """What the events told; the engine repeats itself where it plans a replacement."""

    steps: dict[tuple[str, str], Step] = field(default_factory=dict)
    policies: dict[PolicyResult, None] = field(default_factory=dict)

    def take(self, event: EngineEvent) -> None:
        if step := step_of(event):
            self.steps.setdefault((step.resource.urn, step.change.value), step)
        if result := result_of(event):
            self.policies.setdefault(result)


def facts_of(opened: Opened, source: Source, base: str) -> Facts:
    from control.cli.stack import translated

    with translated(opened.name):
        deployment = opened.stack.export_stack().deployment or {}
    return Facts(
        stack=opened.name,
        base=base,
        commit=source.commit,
        tree=source.tree,
        state=state_digest(deployment),
    )


def packs(project: Path, chosen: list[str] | None) -> list[str]:
    """The project's own pack unless others are named."""
    if chosen:
        return chosen
    own = project / DEFAULT_PACK
    return [str(own)] if (own / "PulumiPolicy.yaml").is_file() else []


def preview(
    opened: Opened, source: Source, base: str, out: Path, policy_packs: list[str]
) -> tuple[Review, Outcome]:
    from control.cli import operation
    from control.cli.deploy import run_unlocked
    from control.cli.extensions import rule_rows

    seen = Seen()
    file = out / PLAN
    file.unlink(missing_ok=True)
    facts = facts_of(opened, source, base)
    options = {"policy_packs": policy_packs, "plan": str(file)}
    outcome = run_unlocked(operation.PREVIEW, opened, options, seen.take)
    steps = tuple(seen.steps.values())
    permissions = tuple(permission_changes(steps))
    results = tuple(sorted(seen.policies, key=lambda result: result.order))
    review = Review(
        saved=saved(facts, file if outcome.ok and file.exists() else None),
        steps=steps,
        permissions=permissions,
        dangers=tuple(dangers(steps, permissions)),
        policies=results,
        rules=tuple(known_rules(rule_rows(), results)) if policy_packs else (),
        failures=tuple(failures(outcome, results)),
        warnings=tuple(
            redacted(text) for text in outcome.progress.warnings if POLICY_NOTE not in text
        ),
        edited=source.edited,
    )
    return review, outcome


def failures(outcome: Outcome, results: tuple[PolicyResult, ...]) -> list[str]:
    """Of the engine and the program, redacted; policies speak for themselves."""
    from control.cli.outcome_view import failures as all_failures
    from control.cli.outcome_view import place
    from control.cli.progress import EMPTY_WORDS

    if outcome.ok:
        return []
    found = [
        f"{place(each.resource)}\n{each.message}"
        for each in all_failures(outcome)
        if not each.message.startswith(POLICY_NOTE) and each.message not in EMPTY_WORDS
    ]
    if results and outcome.progress.failures and not found:
        return []
    return [redacted(text) for text in found]
