"""The Condition block of a policy statement."""

from __future__ import annotations

import functools
import operator
import re
from collections.abc import Callable, Mapping
from ipaddress import ip_address, ip_network
from typing import Any

from local.aws.iam.variables import filled

Context = Mapping[str, str | list[str]]
Compare = Callable[[str, str], bool]


class UnsupportedConditionError(Exception):
    """An operator that is not evaluated here: deciding without it would be a guess."""


WILDCARDS = {"*": ".*", "?": ".", "[*]": re.escape("*"), "[?]": re.escape("?")}
"""The last two are how a variable's value brings such a character in."""


@functools.lru_cache(maxsize=4096)
def expression(pattern: str) -> re.Pattern[str]:
    parts = re.split(r"(\[\*\]|\[\?\]|\*|\?)", pattern)
    return re.compile("".join(WILDCARDS.get(p, re.escape(p)) for p in parts), re.DOTALL)


def like(pattern: str, value: str) -> bool:
    return expression(pattern).fullmatch(value) is not None


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


def numeric(compare: Callable[[float, float], bool]) -> Compare:
    return lambda wanted, value: compare(float(value), float(wanted))


def in_network(wanted: str, value: str) -> bool:
    return ip_address(value) in ip_network(wanted, strict=False)


OPERATORS: dict[str, Compare] = {
    "StringEquals": equal,
    "StringEqualsIgnoreCase": equal_ignoring_case,
    "StringLike": like,
    "ArnEquals": arn_like,
    "ArnLike": arn_like,
    "Bool": equal_ignoring_case,
    "NumericEquals": numeric(operator.eq),
    "NumericLessThan": numeric(operator.lt),
    "NumericLessThanEquals": numeric(operator.le),
    "NumericGreaterThan": numeric(operator.gt),
    "NumericGreaterThanEquals": numeric(operator.ge),
    "IpAddress": in_network,
}
NEGATED: dict[str, str] = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
    "NumericNotEquals": "NumericEquals",
    "NotIpAddress": "IpAddress",
}


def conditions_hold(conditions: Mapping[str, Mapping[str, Any]], context: Context) -> bool:
    """All operators and all their keys must hold; of a key's values, one."""
    keys = {key.lower(): value for key, value in context.items()}
    return all(
        holds(name, given_by_policy(wanted, keys), keys.get(key.lower()))
        for name, block in conditions.items()
        for key, wanted in block.items()
    )


def given_by_policy(wanted: Any, keys: Context) -> list[str]:
    """A value with a variable that the request does not carry matches nothing."""
    found = (filled(value, keys) for value in as_list(wanted))
    return [value for value in found if value is not None]


def holds(name: str, wanted: list[str], given: str | list[str] | None) -> bool:
    if name == "Null":
        return (given is None) == (wanted[0].lower() == "true")
    quantifier, _, name = name.rpartition(":")
    if name.endswith("IfExists"):
        if given is None:
            return True
        name = name.removesuffix("IfExists")
    negated = name in NEGATED
    compare = OPERATORS.get(NEGATED.get(name, name))
    if compare is None or quantifier not in ("", "ForAnyValue", "ForAllValues"):
        raise UnsupportedConditionError(name)
    if given is None:
        return (negated and quantifier != "ForAnyValue") or quantifier == "ForAllValues"
    matched = [any(compare(w, value) for w in wanted) != negated for value in as_list(given)]
    every = quantifier == "ForAllValues" or (negated and not quantifier)
    return all(matched) if every else any(matched)


def as_list(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [str(v).lower() if isinstance(v, bool) else str(v) for v in values]
