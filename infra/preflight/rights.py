"""Whether the access role still has every right that this deployment's operator is to have."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from infra import scope
from infra.config.stack import StackConfig
from infra.preflight.finding import ClientOf, Result, ok, problem, unknown
from permissions.operator import OPERATOR_ROWS
from permissions.rows import Condition, Grant

AREA = "rights"
SHOWN = 5


def check_rights(config: StackConfig, client: ClientOf) -> Iterator[Result]:
    role_arn = config.access.role_arn
    if role_arn is None:
        yield unknown(
            AREA,
            "access role",
            "the deployment makes it, so that there is nothing to simulate yet",
            "onboarding first (kind: onboarding) lets rights be checked before anything is made",
        )
        return
    granted = scope.operator_features(config)
    rows = [row for row in OPERATOR_ROWS if row.feature in granted]
    denied = [
        action for asked in questions(config, rows) for action in refused(client, role_arn, asked)
    ]
    actions = {row.action for row in rows}
    if denied:
        names = sorted(set(denied))
        listed = ", ".join(names[:SHOWN]) + (" ..." if len(names) > SHOWN else "")
        yield problem(
            AREA,
            "access role",
            f"{len(names)} of {len(actions)} actions are denied: {listed}",
            "apply the onboarding stack of this release again",
        )
    else:
        yield ok(AREA, "access role", f"all {len(actions)} actions are granted")


def questions(config: StackConfig, rows: list[Grant]) -> Iterator[dict[str, Any]]:
    """What the simulator is asked: rows of the same resource and conditions in one call."""
    filled = scope.scope(config).fill

    def key(row: Grant) -> tuple[str, tuple[Condition, ...]]:
        return row.resource, row.conditions

    for (resource, conditions), same in groupby(sorted(rows, key=key), key):
        yield {
            "ActionNames": sorted({row.action for row in same}),
            "ResourceArns": [filled(resource)],
            "ContextEntries": [context(condition, filled) for condition in conditions],
        }


def context(condition: Condition, filled: Any) -> dict[str, Any]:
    """A request that fulfils the condition; a pattern fulfils itself."""
    return {
        "ContextKeyName": condition.key,
        "ContextKeyValues": [filled(condition.values[0])],
        "ContextKeyType": "string",
    }


def refused(client: ClientOf, role_arn: str, asked: dict[str, Any]) -> list[str]:
    pages = (
        client("iam")
        .get_paginator("simulate_principal_policy")
        .paginate(PolicySourceArn=role_arn, **asked)
    )
    return [
        result["EvalActionName"]
        for page in pages
        for result in page["EvaluationResults"]
        if result["EvalDecision"] != "allowed"
    ]
