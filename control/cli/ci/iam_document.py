"""Policy documents of AWS, taken apart into single rights."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

from control.cli.ci.rights import Condition, Right
from control.cli.ci.steps import SEALED, UNKNOWN, listed


class UnreadableError(Exception):
    """Says why a document cannot be read."""


def rights_of_document(document: Any) -> Iterator[Right]:
    """From JSON text, or from what is already read."""
    read = parsed(document)
    for statement in listed(read.get("Statement")):
        if not isinstance(statement, Mapping):
            raise UnreadableError("it is no policy document")
        yield from rights_of_statement(statement)


def parsed(document: Any) -> Mapping[str, Any]:
    if isinstance(document, str):
        if UNKNOWN in document:
            raise UnreadableError("it is not known before the update")
        if document == SEALED:
            raise UnreadableError("it is a secret")
        try:
            document = json.loads(document)
        except ValueError:
            raise UnreadableError("it is no JSON") from None
    if not isinstance(document, Mapping):
        raise UnreadableError("it is no policy document")
    return document


def rights_of_statement(statement: Mapping[str, Any]) -> Iterator[Right]:
    actions = listed(statement.get("Action") or statement.get("NotAction"))
    resources = listed(statement.get("Resource") or statement.get("NotResource")) or [""]
    conditions = tuple(sorted(conditions_of(statement.get("Condition") or {})))
    for who, action, resource in product(principals(statement), actions, resources):
        yield Right(
            allows=statement.get("Effect") == "Allow",
            who=who,
            action=str(action),
            resource=str(resource),
            conditions=conditions,
            excepts_action="NotAction" in statement,
            excepts_resource="NotResource" in statement,
        )


def principals(statement: Mapping[str, Any]) -> list[str]:
    """An identity's document has none: one empty name."""
    if "NotPrincipal" in statement:
        return [f"everyone except {who}" for who in names(statement["NotPrincipal"])]
    return names(statement["Principal"]) if "Principal" in statement else [""]


def names(principal: Any) -> list[str]:
    if not isinstance(principal, Mapping):
        return [str(each) for each in listed(principal)]
    return [str(each) for kind in principal.values() for each in listed(kind)]


def conditions_of(block: Mapping[str, Any]) -> Iterator[Condition]:
    for operator, pairs in block.items():
        for key, values in pairs.items():
            texts = tuple(sorted(str(value) for value in listed(values)))
            yield Condition(operator=operator, key=key, values=texts)
