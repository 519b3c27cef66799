"""The operator's rights as a table, and as one JSON document."""

from collections.abc import Iterable, Iterator
from typing import Any

from infra.access.rows import Row
from permissions.onboarding.plan import AccessPlan
from permissions.rows import Condition, Grant, Phase

LETTERS = {Phase.PROVISION: "P", Phase.OPERATE: "O", Phase.DEPROVISION: "D"}


def lines(plan: AccessPlan, rows: Iterable[Grant]) -> Iterator[str]:
    for role in plan.roles:
        yield f"{role.name}: {role.description}"
    yield ""
    yield "P provision, O operate, D deprovision"
    by_component: dict[str, list[Grant]] = {}
    for row in rows:
        by_component.setdefault(row.component, []).append(row)
    for component, own in sorted(by_component.items()):
        yield f"\n{component}"
        for row in sorted(own, key=lambda row: (row.action, row.resource)):
            phases = "".join(LETTERS[p] if p in row.phases else "-" for p in Phase)
            when = "; ".join(told(condition) for condition in row.conditions)
            because = f" because: {row.reason}" if row.reason else ""
            yield (
                f"  {phases} {row.action} on {row.resource}"
                + (f" when {when}" if when else "")
                + because
            )


def told(condition: Condition) -> str:
    return f"{condition.operator} {condition.key} {', '.join(condition.values)}"


def as_document(plan: AccessPlan, rows: Iterable[Row]) -> dict[str, Any]:
    """`rows` are those of all roles, with which another version can be compared."""
    return {
        "roles": {
            role.name: {
                "description": role.description,
                "trust": role.trust,
                "boundary": role.boundary,
                "policies": {policy.name: policy.document for policy in role.own_policies},
            }
            for role in plan.roles
        },
        "boundaries": {policy.name: policy.document for policy in plan.boundaries},
        "rows": list(rows),
    }
