"""What a key policy lets whom do, as KMS decides it: what is not understood is never guessed."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

Statement = Mapping[str, Any]


class UnclearPolicyError(Exception):
    """The policy holds something that is not evaluated here."""


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Who asks, by every name under which a policy may mean it, and what comes with the request."""

    kind: str
    """AWS or Service."""
    names: frozenset[str]
    context: Mapping[str, str] = field(default_factory=dict)


def refused(policy: Statement, caller: Caller, actions: list[str]) -> list[str]:
    """Those of the actions that the policy does not let the caller do."""
    return [action for action in actions if not allows(policy, caller, action)]


def allows(policy: Statement, caller: Caller, action: str) -> bool:
    applying = [s for s in statements(policy) if applies(s, caller, action)]
    effects = {statement["Effect"] for statement in applying}
    return "Allow" in effects and "Deny" not in effects


def statements(policy: Statement) -> Iterator[Statement]:
    found = policy.get("Statement", [])
    yield from [found] if isinstance(found, Mapping) else found


def applies(statement: Statement, caller: Caller, action: str) -> bool:
    return (
        _does(statement, action)
        and _is_meant(statement, caller)
        and all(
            _holds(operator, key, listed(values), caller.context)
            for operator, keys in statement.get("Condition", {}).items()
            for key, values in keys.items()
        )
    )


def _does(statement: Statement, action: str) -> bool:
    listed_as = "Action" if "Action" in statement else "NotAction"
    named = any(like(pattern.lower(), action.lower()) for pattern in listed(statement[listed_as]))
    return named is (listed_as == "Action")


def _is_meant(statement: Statement, caller: Caller) -> bool:
    if "Principal" not in statement:
        raise UnclearPolicyError(f"statement {statement.get('Sid', '')} has no Principal")
    principal = statement["Principal"]
    if principal == "*":
        return True
    names = listed(principal.get(caller.kind, []))
    return "*" in names or not caller.names.isdisjoint(names)


def _holds(operator: str, key: str, wanted: list[str], context: Mapping[str, str]) -> bool:
    bare = operator.removeprefix("ForAnyValue:").removeprefix("ForAllValues:")
    name, given = bare.removesuffix("IfExists"), _value(context, key)
    if name == "Null":
        return [str(given is None).lower()] == [value.lower() for value in wanted]
    negated = "Not" in name
    compare = COMPARISONS.get(name.replace("Not", ""))
    if compare is None:
        raise UnclearPolicyError(f"the condition {operator} on {key}")
    if given is None:
        return negated or bare.endswith("IfExists") or operator.startswith("ForAllValues:")
    return any(compare(value, given) for value in wanted) is not negated


def _value(context: Mapping[str, str], key: str) -> str | None:
    return next((value for name, value in context.items() if name.lower() == key.lower()), None)


def like(pattern: str, value: str) -> bool:
    return fnmatchcase(value, re.sub(r"\[", "[[]", pattern))


def _equal(wanted: str, value: str) -> bool:
    return wanted == value


def _equal_in_any_case(wanted: str, value: str) -> bool:
    return wanted.lower() == value.lower()


def _overlaps(wanted: str, value: str) -> bool:
    """A request is known by its pattern alone, such as that of all log groups: both ways."""
    return like(wanted, value) or like(value, wanted)


COMPARISONS = {
    "StringEquals": _equal,
    "StringEqualsIgnoreCase": _equal_in_any_case,
    "StringLike": _overlaps,
    "ArnEquals": _overlaps,
    "ArnLike": _overlaps,
    "Bool": _equal_in_any_case,
}


def listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else [str(item) for item in value]
