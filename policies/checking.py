"""All rules over one stack, without an engine."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from pulumi_policy.proxy import UnknownValueError

from policies.catalog import AnyRule
from policies.rule import Finding, Row, Rule, Severity, Stack
from policies.settings import Level, Settings


@dataclass(frozen=True, kw_only=True)
class Violation:
    rule: str
    severity: Severity
    level: Level
    resource: str
    """Its URN; empty for the pack itself."""
    message: str
    remedy: str


@dataclass(frozen=True, kw_only=True)
class Unseen:
    """A value that a rule would have had to read: secret, or not known yet."""

    rule: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Report:
    violations: tuple[Violation, ...]
    unseen: tuple[Unseen, ...]

    @property
    def fails(self) -> bool:
        return any(violation.level is Level.MANDATORY for violation in self.violations)


def check_stack(
    rules: Iterable[AnyRule], stack: Stack, settings: Settings, *, stack_name: str, today: date
) -> Report:
    violations: list[Violation] = []
    unseen: list[Unseen] = []
    for rule in rules:
        level = settings.level(rule)
        if level is Level.DISABLED:
            continue
        for outcome in _outcomes(rule, stack, settings):
            if isinstance(outcome, Unseen):
                unseen.append(outcome)
            elif isinstance(outcome, Violation):
                violations.append(outcome)
            elif not settings.exempt(rule.name, stack_name, outcome[0].name, today):
                violations.append(_violation(rule, level, outcome))
    violations += _expired(settings, today)
    return Report(violations=tuple(violations), unseen=tuple(unseen))


def _outcomes(
    rule: AnyRule, stack: Stack, settings: Settings
) -> Iterator[Finding | Unseen | Violation]:
    parameters = settings.parameters.get(rule.name, {})
    if not isinstance(rule, Rule):
        yield from _guarded(rule, "the stack", lambda: rule.run(stack, parameters))
        return
    for resource in stack.all(*rule.resource_types):
        yield from _guarded(
            rule,
            resource.urn,
            lambda resource=resource: (
                (resource, message) for message in rule.run(resource.props, parameters)
            ),
        )


def _guarded(rule: Row, where: str, run: object) -> Iterator[Finding | Unseen | Violation]:
    try:
        yield from run()  # type: ignore[operator]
    except UnknownValueError as error:
        yield Unseen(rule=rule.name, reason=f"{where}: {error.message}")
    except Exception as error:
        yield Violation(
            rule=rule.name,
            severity=rule.severity,
            level=Level.MANDATORY,
            resource=where,
            message=f"The rule crashed: {type(error).__name__}: {error}",
            remedy="Correct the rule; until then nobody knows what it would have said.",
        )


def _violation(rule: Row, level: Level, finding: Finding) -> Violation:
    resource, message = finding
    return Violation(
        rule=rule.name,
        severity=rule.severity,
        level=level,
        resource=resource.urn,
        message=message,
        remedy=rule.remedy,
    )


def _expired(settings: Settings, today: date) -> list[Violation]:
    return [
        Violation(
            rule="exemptions",
            severity=Severity.HIGH,
            level=Level.MANDATORY,
            resource="",
            message=message,
            remedy="Take the row out of policies/config.json, or give it a new end.",
        )
        for message in settings.expired(today)
    ]
