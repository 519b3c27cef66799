"""Policy documents of AWS, read by their meaning."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from policies.shapes import listed


@dataclass(frozen=True, kw_only=True)
class Statement:
    sid: str
    allows: bool
    actions: tuple[str, ...]
    not_actions: tuple[str, ...]
    resources: tuple[str, ...]
    not_resources: tuple[str, ...]
    principals: Mapping[str, tuple[str, ...]]
    not_principals: bool
    conditions: tuple[tuple[str, str, tuple[str, ...]], ...]
    """Operator, key in small letters, values."""

    def grants(self, action: str) -> bool:
        """Whether it allows this one action, somewhere."""
        if not self.allows:
            return False
        if self.not_actions:
            return not any(matches(pattern, action) for pattern in self.not_actions)
        return any(matches(pattern, action) for pattern in self.actions)

    def has_condition(self, key: str) -> bool:
        return any(name == key.lower() for _, name, _ in self.conditions)

    def demanded(self, key: str) -> tuple[str, ...]:
        """Values that a condition demands of a key; none where it may be left out or negated."""
        return tuple(
            value
            for operator, name, values in self.conditions
            if name == key.lower()
            and "Not" not in operator
            and operator != "Null"
            and not operator.endswith("IfExists")
            and not operator.startswith("ForAllValues:")
            for value in values
        )

    def accounts(self) -> tuple[str, ...]:
        """Accounts of the AWS principals; * for anyone."""
        return tuple(account_of(principal) for principal in self.principals.get("AWS", ()))


def matches(pattern: str, action: str) -> bool:
    return fnmatchcase(action.lower(), pattern.lower())


def account_of(principal: str) -> str:
    return principal.split(":")[4] if principal.startswith("arn:") else principal


def statements(document: Any) -> Iterator[Statement]:
    """The statements of a document, which is JSON text or already read."""
    if not document:
        return
    read = json.loads(document) if isinstance(document, str) else document
    for statement in listed(read.get("Statement")):
        principal = statement.get("Principal")
        yield Statement(
            sid=statement.get("Sid", ""),
            allows=statement["Effect"] == "Allow",
            actions=tuple(listed(statement.get("Action"))),
            not_actions=tuple(listed(statement.get("NotAction"))),
            resources=tuple(listed(statement.get("Resource"))),
            not_resources=tuple(listed(statement.get("NotResource"))),
            principals=_principals(principal),
            not_principals="NotPrincipal" in statement,
            conditions=tuple(_conditions(statement.get("Condition") or {})),
        )


def _principals(principal: Any) -> dict[str, tuple[str, ...]]:
    if principal is None:
        return {}
    if isinstance(principal, str):
        return {"AWS": (principal,)}
    return {kind: tuple(listed(names)) for kind, names in principal.items()}


def _conditions(block: Mapping[str, Any]) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    for operator, pairs in block.items():
        for key, values in pairs.items():
            yield operator, key.lower(), tuple(str(value) for value in listed(values))
