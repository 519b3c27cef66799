"""Rights as sentences: which action on which resource under which condition."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from control.cli.ci.markdown import code
from control.cli.ci.permission_diff import PermissionChange
from control.cli.ci.rights import Condition, Right

MOST_ACTIONS = 12
MOST_RESOURCES = 6
OPERATORS = {
    "Equals": "is",
    "NotEquals": "is not",
    "EqualsIgnoreCase": "is (in any case)",
    "NotEqualsIgnoreCase": "is not (in any case)",
    "Like": "is like",
    "NotLike": "is not like",
    "LessThan": "is before",
    "LessThanEquals": "is at most",
    "GreaterThan": "is after",
    "GreaterThanEquals": "is at least",
    "IpAddress": "is in",
    "NotIpAddress": "is not in",
    "Bool": "is",
}
TYPES = ("String", "Arn", "Numeric", "Date", "Binary")
SETS = {"ForAllValues": "each of", "ForAnyValue": "one of"}


@dataclass(frozen=True, kw_only=True)
class Sentence:
    verb: str
    rights: tuple[Right, ...]
    widens: bool


def sentences(change: PermissionChange) -> list[Sentence]:
    """What is widened first."""
    parts = (
        ("may now", change.added, True),
        ("is no longer denied", change.no_longer_denied, True),
        ("may no longer", change.removed, False),
        ("is now denied", change.denied, False),
    )
    return [
        Sentence(verb=verb, rights=rights, widens=widens)
        for verb, rights, widens in parts
        if rights
    ]


def lines(change: PermissionChange) -> list[str]:
    """Markdown list: widenings in bold."""
    found = [
        f"- {f'**{each.verb}**' if each.widens else each.verb} {phrase}"
        for each in sentences(change)
        for phrase in phrases(each.rights)
    ]
    return found + [f"- **cannot be compared**: {text}" for text in change.unreadable]


def phrases(rights: Iterable[Right]) -> Iterator[str]:
    """Actions that share principal, resources and conditions are one phrase."""
    for (who, actions, conditions), resources in grouped(rights):
        text = some(actions, MOST_ACTIONS)
        if any(resources):
            text += f" on {some(resources, MOST_RESOURCES)}"
        if who:
            text = f"{code(who)}: {text}" if who != "*" else f"**anyone** (`*`): {text}"
        yield text + "".join(when(conditions))


Group = tuple[str, tuple[str, ...], tuple[Condition, ...]]


def grouped(rights: Iterable[Right]) -> list[tuple[Group, tuple[str, ...]]]:
    actions: dict[tuple[str, str, tuple[Condition, ...]], set[str]] = defaultdict(set)
    for right in rights:
        action = f"everything but {right.action}" if right.excepts_action else right.action
        place = f"everything but {right.resource}" if right.excepts_resource else right.resource
        actions[right.who, place, right.conditions].add(action)
    resources: dict[Group, list[str]] = defaultdict(list)
    for (who, place, conditions), found in sorted(actions.items()):
        resources[who, tuple(sorted(found)), conditions].append(place)
    return [(group, tuple(places)) for group, places in resources.items()]


def some(texts: tuple[str, ...], most: int) -> str:
    shown = ", ".join(code(text) for text in texts[:most] if text)
    return shown if len(texts) <= most else f"{shown} and {len(texts) - most} more"


def when(conditions: Iterable[Condition]) -> Iterator[str]:
    for index, condition in enumerate(conditions):
        yield f"{' when' if index == 0 else ' and'} {condition_words(condition)}"


def condition_words(condition: Condition) -> str:
    operator = condition.operator
    of_set, _, rest = operator.rpartition(":")
    bare = rest.removesuffix("IfExists")
    if bare == "Null":
        absent = condition.values == ("true",)
        return f"{code(condition.key)} is {'absent' if absent else 'present'}"
    for type_ in TYPES:
        bare = bare.removeprefix(type_)
    key = f"{SETS[of_set]} {code(condition.key)}" if of_set in SETS else code(condition.key)
    verb = OPERATORS.get(bare, operator)
    values = " or ".join(code(value) for value in condition.values[:MOST_RESOURCES])
    if len(condition.values) > MOST_RESOURCES:
        values += f" or {len(condition.values) - MOST_RESOURCES} more"
    optional = " (or is not sent)" if rest.endswith("IfExists") else ""
    return f"{key} {verb} {values}{optional}"
