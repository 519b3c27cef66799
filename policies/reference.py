"""What people read about the rules, written from the rules themselves."""

import json
from typing import Any

from policies.catalog import AnyRule, all_rules
from policies.rule import Rule, StackRule
from policies.settings import FILE, Settings, load

AREAS = {
    "byoc": "A deployment of ClickHouse in the customer's account",
    "aws": "AWS",
    "kubernetes": "Kubernetes",
    "gcp": "Google Cloud",
    "azure": "Azure",
}

HEAD = """# Policies

Written by `byoc policy docs`; edit the rules in `policies/rules/` instead.

    pulumi preview --policy-pack policies     # every rule on every resource of the plan
    byoc policy list [--json]                 # the rules and their levels
    byoc policy explain RULE                  # what one wants, and what to type
    byoc policy check STATEFILE               # a state that `pulumi stack export` wrote

A mandatory violation ends the update; an advisory one is a warning. `policies/config.json` sets the
level of a severity (`severities`), level and parameters of a rule (`rules`), and exemptions, each
with rule, stack and resource (patterns), owner, reason and the last day on which it holds. An
exemption past its end fails by itself, and so does a rule that crashes. What is not known during a
preview is reported by the policy SDK, and checked again by the update.

The API server of the cluster asks the rules marked "in the cluster too" too, of every pod in the
deployment's namespaces and of what makes pods, whoever types it: the platform layer renders them as
ValidatingAdmissionPolicy objects. A mandatory rule refuses there, an advisory one warns and is
written to the audit log, and so does one from which anybody in the stack is exempt.
"""


def row(rule: AnyRule, settings: Settings) -> dict[str, Any]:
    return {
        "name": rule.name,
        "severity": rule.severity,
        "level": settings.level(rule),
        "summary": rule.summary,
        "remedy": rule.remedy,
        "resourceTypes": list(rule.resource_types),
        "frameworks": list(dict.fromkeys(rule.frameworks)),
        "parameters": {**rule.parameters, **settings.parameters.get(rule.name, {})},
        "wholeStack": isinstance(rule, StackRule),
        "inCluster": isinstance(rule, Rule) and rule.cel is not None,
    }


def explanation(rule: AnyRule, settings: Settings) -> str:
    facts = row(rule, settings)
    lines = [
        f"{rule.name}: {rule.summary}",
        "",
        f"  severity    {rule.severity} ({facts['level']})",
        f"  remedy      {rule.remedy}",
        f"  looks at    {', '.join(rule.resource_types)}",
    ]
    if facts["wholeStack"]:
        lines.append("              together with the rest of the stack")
    if facts["inCluster"]:
        lines.append("              in the cluster too, at every pod")
    if rule.frameworks:
        lines.append(f"  serves      {', '.join(facts['frameworks'])}")
    for key, value in facts["parameters"].items():
        lines.append(f"  parameter   {key} = {json.dumps(value)}")
    return "\n".join(lines) + "\n"


def markdown() -> str:
    settings = load(FILE, {rule.name: rule for rule in all_rules()})
    parts = [HEAD]
    for area, title in AREAS.items():
        rules = [rule for rule in all_rules() if rule.name.partition("-")[0] == area]
        parts.append(f"\n## {title} ({len(rules)})\n")
        parts += [section(rule, settings) for rule in rules]
    return "".join(parts)


def section(rule: AnyRule, settings: Settings) -> str:
    facts = row(rule, settings)
    lines = [
        f"\n### {rule.name}\n\n{rule.summary}\n",
        f"- {rule.severity}, {facts['level']}; {', '.join(f'`{t}`' for t in rule.resource_types)}"
        f"{'; in the cluster too' if facts['inCluster'] else ''}",
        f"- Remedy: {rule.remedy}",
    ]
    if rule.parameters:
        values = ", ".join(f"`{k}` = `{json.dumps(v)}`" for k, v in facts["parameters"].items())
        lines.append(f"- Parameters: {values}")
    if rule.frameworks:
        lines.append(f"- {', '.join(facts['frameworks'])}")
    return "\n".join(lines) + "\n"
