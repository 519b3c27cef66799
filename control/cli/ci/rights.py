"""Single rights, whichever document they stand in, and which of them includes which."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

WHO_OF_IDENTITY = ""
"""Documents of an identity do not name it: the document's owner is meant."""


@dataclass(frozen=True, kw_only=True, order=True)
class Condition:
    operator: str
    key: str
    values: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, order=True)
class Right:
    """One action on one resource for one principal; `excepts` turns a pattern into its opposite."""

    allows: bool = True
    who: str = WHO_OF_IDENTITY
    action: str
    resource: str
    conditions: tuple[Condition, ...] = ()
    excepts_action: bool = False
    excepts_resource: bool = False

    @property
    def excepts(self) -> bool:
        return self.excepts_action or self.excepts_resource


def includes(wide: Right, narrow: Right) -> bool:
    """Whether whoever has `wide` has `narrow` too."""
    if wide == narrow:
        return True
    if wide.excepts or narrow.excepts or wide.allows != narrow.allows:
        return False
    return (
        matches(wide.who, narrow.who, folded=False)
        and matches(wide.action, narrow.action, folded=True)
        and matches(wide.resource, narrow.resource, folded=False)
        and all(any(weaker(asked, met) for met in narrow.conditions) for asked in wide.conditions)
    )


def weaker(asked: Condition, met: Condition) -> bool:
    """Whether what meets `met` always meets what is asked."""
    if asked == met:
        return True
    if (asked.operator, asked.key.lower()) != (met.operator, met.key.lower()):
        return False
    few, many = set(asked.values), set(met.values)
    return few <= many if "Not" in asked.operator else many <= few


def beyond(rights: Iterable[Right], given: Iterable[Right]) -> tuple[Right, ...]:
    """Those that nothing of what is given includes."""
    given = tuple(given)
    same = frozenset(given)
    return tuple(
        sorted(
            right
            for right in set(rights)
            if right not in same and not any(includes(wide, right) for wide in given)
        )
    )


def matches(pattern: str, text: str, *, folded: bool) -> bool:
    """Patterns of IAM: * for anything, ? for one character; text may be a narrower pattern."""
    if pattern == text or pattern == "*":
        return True
    if "*" not in pattern and "?" not in pattern:
        return folded and pattern.lower() == text.lower()
    return (
        compiled(pattern.lower() if folded else pattern).fullmatch(text.lower() if folded else text)
        is not None
    )


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    words = {"*": ".*", "?": "[^*]"}
    return re.compile("".join(words.get(sign, re.escape(sign)) for sign in pattern), re.DOTALL)
