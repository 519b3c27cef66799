"""From rows to policy documents, small enough for IAM."""

import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from permissions.names import Scope
from permissions.rows import Condition, Feature, Grant, Phase

MANAGED_POLICY_LIMIT = 6144
"""IAM counts the characters of a managed policy without white space."""

Document = dict[str, Any]


def selected(
    rows: Iterable[Grant], features: frozenset[Feature], phases: frozenset[Phase]
) -> tuple[Grant, ...]:
    return tuple(row for row in rows if row.feature in features and row.phases & phases)


def document(rows: Iterable[Grant], scope: Scope) -> Document:
    return {"Version": "2012-10-17", "Statement": statements(rows, scope)}


def documents_by_component(rows: Iterable[Grant], scope: Scope) -> dict[str, Document]:
    """One document for each component, a further one where IAM's limit is reached."""
    by_component: dict[str, list[Grant]] = defaultdict(list)
    for row in rows:
        by_component[row.component].append(row)
    documents: dict[str, Document] = {}
    for component, own in sorted(by_component.items()):
        for index, part in enumerate(_packed(statements(own, scope))):
            name = component if index == 0 else f"{component}-{index + 1}"
            documents[name] = {"Version": "2012-10-17", "Statement": part}
    return documents


def statements(rows: Iterable[Grant], scope: Scope) -> list[Document]:
    """Rows of the same resources and conditions become one statement."""
    resources: dict[tuple[str, tuple[Condition, ...]], set[str]] = defaultdict(set)
    for row in rows:
        resources[row.action, tuple(sorted(row.conditions))].add(scope.fill(row.resource))
    actions: dict[tuple[tuple[str, ...], tuple[Condition, ...]], list[str]] = defaultdict(list)
    for (action, conditions), patterns in resources.items():
        actions[tuple(sorted(patterns)), conditions].append(action)
    return [
        _statement(sorted(names), patterns, conditions, scope)
        for (patterns, conditions), names in sorted(
            actions.items(), key=lambda item: (sorted(item[1]), item[0])
        )
    ]


def _statement(
    actions: list[str], resources: tuple[str, ...], conditions: tuple[Condition, ...], scope: Scope
) -> Document:
    statement: Document = {"Effect": "Allow", "Action": actions, "Resource": list(resources)}
    if conditions:
        statement["Condition"] = condition_block(conditions, scope)
    return statement


def condition_block(conditions: Iterable[Condition], scope: Scope) -> Document:
    block: Document = {}
    for condition in conditions:
        values = [scope.fill(value) for value in condition.values]
        key = scope.fill(condition.key)
        block.setdefault(condition.operator, {})[key] = values[0] if len(values) == 1 else values
    return block


def to_json(policy: Document) -> str:
    return json.dumps(policy, separators=(",", ":"))


def size(policy: Document) -> int:
    """Characters as IAM counts them."""
    return len("".join(to_json(policy).split()))


def _packed(parts: list[Document]) -> Iterable[list[Document]]:
    empty = size({"Version": "2012-10-17", "Statement": []}) - len(",")  # the first has none
    current: list[Document] = []
    used = empty
    for part in parts:
        needed = size(part) + len(",")
        if current and used + needed > MANAGED_POLICY_LIMIT:
            yield current
            current, used = [], empty
        current.append(part)
        used += needed
    yield current
