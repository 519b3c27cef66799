"""The Condition block of a policy statement."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

Context = Mapping[str, str | list[str]]
Compare = Callable[[str, str], bool]


class UnsupportedConditionError(Exception):
    """An operator that is not evaluated here: deciding without it would be a guess."""


def like(pattern: str, value: str) -> bool:
    expression = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(expression, value, re.DOTALL) is not None


def arn_like(pattern: str, value: str) -> bool:
    """Wildcards do not reach over the colons of an ARN."""
    wanted, given = pattern.split(":", 5), value.split(":", 5)
    return len(wanted) == len(given) and all(
        like(piece, part) for piece, part in zip(wanted, given, strict=True)
    )


def equal(wanted: str, value: str) -> bool:
    return wanted == value


def equal_ignoring_case(wanted: str, value: str) -> bool:
    return wanted.lower() == value.lower()


def less(wanted: str, value: str) -> bool:
    return float(value) < float(wanted)


OPERATORS: dict[str, Compare] = {
    "StringEquals": equal,
    "StringEqualsIgnoreCase": equal_ignoring_case,
    "StringLike": like,
    "ArnEquals": arn_like,
    "ArnLike": arn_like,
    "Bool": equal_ignoring_case,
    "NumericEquals": equal,
    "NumericLessThan": less,
}
NEGATED: dict[str, str] = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
}


def conditions_hold(conditions: Mapping[str, Mapping[str, Any]], context: Context) -> bool:
    """All operators and all their keys must hold; of a key's values, one."""
    keys = {key.lower(): value for key, value in context.items()}
    return all(
        holds(operator, as_list(wanted), keys.get(key.lower()))
        for operator, block in conditions.items()
        for key, wanted in block.items()
    )


def holds(operator: str, wanted: list[str], given: str | list[str] | None) -> bool:
    if operator == "Null":
        return (given is None) == (wanted[0].lower() == "true")
    quantifier, _, name = operator.rpartition(":")
    if name.endswith("IfExists"):
        if given is None:
            return True
        name = name.removesuffix("IfExists")
    negated = name in NEGATED
    compare = OPERATORS.get(NEGATED.get(name, name))
    if compare is None or quantifier not in ("", "ForAnyValue", "ForAllValues"):
        raise UnsupportedConditionError(operator)
    if given is None:
        return negated or quantifier == "ForAllValues"
    matched = [any(compare(w, value) for w in wanted) != negated for value in as_list(given)]
    return all(matched) if quantifier == "ForAllValues" or negated else any(matched)


def as_list(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [str(v).lower() if isinstance(v, bool) else str(v) for v in values]
