"""A small reading of IAM for tests: does a policy document allow one call?"""

import fnmatch
from collections.abc import Mapping
from typing import Any

Context = Mapping[str, str | tuple[str, ...]]


def allows(
    document: Mapping[str, Any], action: str, resource: str, context: Context | None = None
) -> bool:
    return any(
        _listed(action, statement["Action"])
        and _listed(resource, statement["Resource"])
        and _conditions_hold(statement.get("Condition", {}), context or {})
        for statement in document["Statement"]
        if statement["Effect"] == "Allow"
    )


def trusts(document: Mapping[str, Any], principal: Mapping[str, str], context: Context) -> bool:
    return any(
        statement["Principal"] == principal
        and "sts:AssumeRole" in statement["Action"]
        and _conditions_hold(statement.get("Condition", {}), context)
        for statement in document["Statement"]
    )


def _listed(value: str, patterns: str | list[str]) -> bool:
    return any(
        fnmatch.fnmatchcase(value, pattern)
        for pattern in ([patterns] if isinstance(patterns, str) else patterns)
    )


def _conditions_hold(block: Mapping[str, Mapping[str, Any]], context: Context) -> bool:
    return all(
        _holds(operator, key, [wanted] if isinstance(wanted, str) else wanted, context)
        for operator, pairs in block.items()
        for key, wanted in pairs.items()
    )


def _holds(operator: str, key: str, wanted: list[str], context: Context) -> bool:
    given = context.get(key)
    values = (given,) if isinstance(given, str) else (given or ())
    match operator:
        case "StringEquals" | "ArnEquals" | "Bool":
            return any(value in wanted for value in values)
        case "StringLike" | "ArnLike":
            return any(_listed(value, wanted) for value in values)
        case "ForAllValues:StringEquals":
            return all(value in wanted for value in values)
        case "ForAllValues:StringNotEquals":
            return all(value not in wanted for value in values)
    raise NotImplementedError(operator)
