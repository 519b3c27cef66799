"""The rules on pods as ValidatingAdmissionPolicy objects: what the pack says of a program, the API
server says of every pod, whoever makes it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from policies.catalog import AnyRule
from policies.cel import VARIABLES, Cel
from policies.rule import Rule
from policies.settings import Level, Settings

ACTIONS = {
    Level.MANDATORY: ("Deny",),
    Level.ADVISORY: ("Warn", "Audit"),
}
RESOURCES = (
    ("", ("pods",), ("CREATE", "UPDATE")),
    ("", ("pods/ephemeralcontainers",), ("UPDATE",)),
    ("apps", ("deployments", "statefulsets", "daemonsets", "replicasets"), ("CREATE", "UPDATE")),
    ("batch", ("jobs", "cronjobs"), ("CREATE", "UPDATE")),
)
"""(API group, resources, operations). Pods themselves, and what makes them: a refusal there reaches
whoever typed it, and not the events of a ReplicaSet."""

NAMESPACE_LABEL = "kubernetes.io/metadata.name"
"""Kept by the API server: nobody can label a namespace out of reach."""


@dataclass(frozen=True, kw_only=True)
class AdmissionPolicy:
    """The specs of a ValidatingAdmissionPolicy and of its binding; both have the same name."""

    name: str
    policy: Mapping[str, Any]
    binding: Mapping[str, Any]


def admission_policies(
    rules: Iterable[AnyRule], settings: Settings, stack: str, namespaces: Sequence[str]
) -> list[AdmissionPolicy]:
    """One policy for each level that a violation may have, over the pods of these namespaces.

    A rule from which somebody is exempt in this stack warns only: exemptions name resources of the
    program, and the API server does not know whose pods are theirs.
    """
    by_level: dict[Level, list[dict[str, str]]] = {level: [] for level in ACTIONS}
    for rule, cel in said_in_cel(rules):
        level = level_in_cluster(rule, settings, stack)
        if level is not Level.DISABLED:
            by_level[level].append(validation(rule, cel, settings))
    return [
        AdmissionPolicy(
            name=(name := f"byoc-pods-{level}"),
            policy=policy_spec(validations),
            binding=binding_spec(name, ACTIONS[level], namespaces),
        )
        for level, validations in by_level.items()
        if validations
    ]


def said_in_cel(rules: Iterable[AnyRule]) -> Iterator[tuple[Rule, Cel]]:
    for rule in rules:
        if isinstance(rule, Rule) and rule.cel is not None:
            yield rule, rule.cel


def level_in_cluster(rule: Rule, settings: Settings, stack: str) -> Level:
    level = settings.level(rule)
    exempt = any(e.rule == rule.name and fnmatchcase(stack, e.stack) for e in settings.exemptions)
    return Level.ADVISORY if exempt and level is Level.MANDATORY else level


def validation(rule: Rule, cel: Cel, settings: Settings) -> dict[str, str]:
    parameters = {**rule.parameters, **settings.parameters.get(rule.name, {})}
    says = f"{rule.summary} {rule.remedy}"
    return {
        "expression": cel.expression(parameters),
        "message": f"{rule.name}: {says}",
        "messageExpression": cel.message(rule.name, says, parameters),
        "reason": "Forbidden",
    }


def policy_spec(validations: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    return {
        "failurePolicy": "Fail",
        "matchConstraints": {
            "resourceRules": [
                {
                    "apiGroups": [group],
                    "apiVersions": ["v1"],
                    "operations": list(operations),
                    "resources": list(resources),
                }
                for group, resources, operations in RESOURCES
            ]
        },
        # Labels, finalizers and owners may still be written where a rule is newer than a pod.
        "matchConditions": [
            {
                "name": "what-runs-changes",
                "expression": "oldObject == null || dyn(object).spec != dyn(oldObject).spec",
            }
        ],
        "variables": [{"name": name, "expression": text} for name, text in VARIABLES.items()],
        "validations": [dict(each) for each in validations],
    }


def binding_spec(name: str, actions: Sequence[str], namespaces: Sequence[str]) -> dict[str, Any]:
    return {
        "policyName": name,
        "validationActions": list(actions),
        "matchResources": {
            "namespaceSelector": {
                "matchExpressions": [
                    {"key": NAMESPACE_LABEL, "operator": "In", "values": list(namespaces)}
                ]
            }
        },
    }
