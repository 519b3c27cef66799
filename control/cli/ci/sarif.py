"""Policy results as SARIF 2.1.0, for code scanning."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from control.cli.ci.policy_results import Level, PolicyResult, RuleFacts

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS = {Level.MANDATORY: "error", Level.ADVISORY: "warning", Level.UNKNOWN: "note"}
SCORES = {"critical": "9.5", "high": "8.0", "medium": "5.0", "low": "3.0"}
"""Where code scanning draws its lines between severities."""


def sarif(
    rules: Sequence[RuleFacts], results: Sequence[PolicyResult], *, stack_file: str
) -> dict[str, Any]:
    """Every result points at the stack's file: a resource has no line of its own."""
    index = {rule.name: number for number, rule in enumerate(rules)}
    driver = {
        "name": "clickhouse-byoc policies",
        "informationUri": "https://www.pulumi.com/docs/insights/policy/",
        "rules": [rule_object(rule) for rule in rules],
    }
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                "columnKind": "unicodeCodePoints",
                "results": [
                    result_object(result, index[result.rule], stack_file) for result in results
                ],
            }
        ],
    }


def rule_object(rule: RuleFacts) -> dict[str, Any]:
    properties: dict[str, Any] = {"tags": ["security", *rule.frameworks]}
    if rule.severity in SCORES:
        properties["security-severity"] = SCORES[rule.severity]
    summary = rule.summary or rule.name
    return {
        "id": rule.name,
        "shortDescription": {"text": summary},
        "help": {"text": rule.remedy or summary},
        "defaultConfiguration": {
            "level": "error" if rule.level == Level.MANDATORY.value else "warning"
        },
        "properties": properties,
    }


def result_object(result: PolicyResult, index: int, stack_file: str) -> dict[str, Any]:
    location: dict[str, Any] = {
        "physicalLocation": {
            "artifactLocation": {"uri": stack_file, "uriBaseId": "%SRCROOT%"},
            "region": {"startLine": 1},
        }
    }
    urn = result.resource.urn if result.resource else ""
    if result.resource:
        name = str(result.resource)
        location["logicalLocations"] = [{"name": name, "fullyQualifiedName": urn}]
    text = f"{result.resource}: {result.message}" if result.resource else result.message
    identity = hashlib.sha256(f"{result.rule}\n{urn}\n{result.message}".encode()).hexdigest()
    return {
        "ruleId": result.rule,
        "ruleIndex": index,
        "level": LEVELS[result.level],
        "message": {"text": text},
        "locations": [location],
        "partialFingerprints": {"ruleAndResource/v1": identity},
    }
