"""The one place that knows the policy SDK: from rules to a pack that an engine runs."""

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyResource,
    ReportViolation,
    ResourceValidationArgs,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy import Severity as SdkSeverity
from pulumi_policy.proxy import UnknownValueError

from policies.catalog import AnyRule, all_rules
from policies.errors import PolicyError
from policies.rule import Resource, Row, Rule, Stack, StackRule
from policies.serving import TypedPolicy, serve
from policies.settings import FILE, Level, Settings, load

NAME = "clickhouse-byoc"
EXEMPTIONS = "exemptions"
"""Name of the policy that fails when an exemption has ended."""


class RuleCrashedError(PolicyError):
    """Ends the update: what a broken rule would have said is not known."""


@dataclass(frozen=True, kw_only=True)
class Adapter:
    settings: Settings
    stack: Callable[[], str]
    today: date

    def policies(self, rules: Iterable[AnyRule]) -> list[Policy]:
        policies: list[Policy] = [self.exemptions()]
        for rule in rules:
            if self.settings.level(rule) is not Level.DISABLED:
                policies.append(
                    self.for_resource(rule) if isinstance(rule, Rule) else self.for_stack(rule)
                )
        return policies

    def for_resource(self, rule: Rule) -> Policy:
        def validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
            if self.exempt(rule, args.name):
                return
            try:
                for message in rule.run(args.props, self.settings.parameters.get(rule.name, {})):
                    report(said(rule, message), None)
            except UnknownValueError:
                raise
            except Exception as error:
                self.crashed(rule, args.urn, error, report)

        return TypedPolicy(validate=validate, resource_types=rule.resource_types, **self.row(rule))

    def for_stack(self, rule: StackRule) -> Policy:
        def validate(args: StackValidationArgs, report: ReportViolation) -> None:
            try:
                stack = stack_seen(args)
                for blamed, message in rule.run(stack, self.settings.parameters.get(rule.name, {})):
                    if not self.exempt(rule, blamed.name):
                        report(said(rule, message), blamed.urn)
            except UnknownValueError:
                raise
            except Exception as error:
                self.crashed(rule, "the stack", error, report)

        return StackValidationPolicy(validate=validate, **self.row(rule))

    def exemptions(self) -> Policy:
        def validate(args: StackValidationArgs, report: ReportViolation) -> None:
            for message in self.settings.expired(self.today):
                report(message, None)

        return StackValidationPolicy(
            name=EXEMPTIONS,
            description="No exemption is past its end.",
            enforcement_level=EnforcementLevel.MANDATORY,
            validate=validate,
        )

    def exempt(self, rule: Row, resource: str) -> bool:
        return self.settings.exempt(rule.name, self.stack(), resource, self.today)

    def crashed(self, rule: Row, where: str, error: Exception, report: ReportViolation) -> None:
        """A rule that cannot answer fails the update, also where its violations only advise."""
        message = f"The rule {rule.name} crashed on {where}: {type(error).__name__}: {error}"
        if self.settings.level(rule) is not Level.MANDATORY:
            raise RuleCrashedError(message) from error
        report(message, None)

    def row(self, rule: Row) -> dict[str, Any]:
        return {
            "name": rule.name,
            "description": rule.summary,
            "enforcement_level": EnforcementLevel(self.settings.level(rule).value),
            "severity": SdkSeverity(rule.severity.value),
            "tags": list(dict.fromkeys(rule.frameworks)),
            "remediation_steps": rule.remedy,
        }


def said(rule: Row, message: str) -> str:
    return f"{message}\nRemedy: {rule.remedy}"


@lru_cache(maxsize=1)
def stack_seen(args: StackValidationArgs) -> Stack:
    """All rules of one check look at the same stack."""
    return stack_of(args.resources)


def stack_of(resources: Iterable[PolicyResource]) -> Stack:
    """Without what nothing is known of yet: while a provider's own configuration is unknown, as
    that of a cluster still to be made, the engine plans its resources with empty properties."""
    return Stack(resources=tuple(resource_of(resource) for resource in resources if resource.props))


def resource_of(resource: PolicyResource) -> Resource:
    return Resource(
        type=resource.resource_type,
        name=resource.name,
        urn=resource.urn,
        props=resource.props,
        id=known_id(resource),
        protect=bool(resource.opts.protect),
        links={
            key: tuple(other.urn for other in others)
            for key, others in resource.property_dependencies.items()
        },
    )


def known_id(resource: PolicyResource) -> str:
    try:
        return str(resource.props.get("id") or "")
    except UnknownValueError:
        return ""


def running_stack() -> str:
    """The engine tells it before each check; it is not known while the pack is loaded."""
    return os.environ.get("PULUMI_STACK", "")


def run(file: Path = FILE) -> None:
    """Serve the pack; never returns."""
    rules = all_rules()
    adapter = Adapter(
        settings=load(file, {rule.name: rule for rule in rules}),
        stack=running_stack,
        today=datetime.now(UTC).date(),
    )
    serve(NAME, adapter.policies(rules))
