"""How large the operator's rights are, beside the figures that others publish."""

from collections.abc import Iterable
from dataclasses import dataclass

from permissions.documents import Document
from permissions.onboarding.plan import AccessPlan, PlannedRole

UNCONDITIONABLE = frozenset({"sts:GetCallerIdentity"})
"""The call cannot be denied, whatever a statement says."""


@dataclass(frozen=True, kw_only=True)
class Count:
    whose: str
    actions: int
    wildcard_actions: int
    statements: int
    conditioned: int

    @property
    def share(self) -> float:
        return self.conditioned / self.statements if self.statements else 1.0


PUBLIC = (
    Count(whose="a public BYOC role of 154 actions", actions=154, wildcard_actions=0,
          statements=0, conditioned=6),
    Count(whose="a public BYOC role of 159 actions", actions=159, wildcard_actions=0,
          statements=45, conditioned=9),
    Count(whose="a public BYOC role of 554 permissions", actions=554, wildcard_actions=0,
          statements=0, conditioned=0),
)  # fmt: skip
"""As published; 0 statements where their number is not told."""


def counts(plan: AccessPlan) -> list[Count]:
    roles = [role for role in plan.roles if role.phase is not None]
    return [count(role.name, [role]) for role in roles] + [count("all phases", roles)]


def count(whose: str, roles: Iterable[PlannedRole]) -> Count:
    statements = [
        statement
        for role in roles
        for policy in role.own_policies
        for statement in policy.document["Statement"]
    ]
    could = [s for s in statements if not set(s["Action"]) <= UNCONDITIONABLE]
    actions = {action for statement in statements for action in statement["Action"]}
    return Count(
        whose=whose,
        actions=len(actions),
        wildcard_actions=len([action for action in actions if "*" in action]),
        statements=len(could),
        conditioned=len([statement for statement in could if has_condition(statement)]),
    )


def has_condition(statement: Document) -> bool:
    return bool(statement.get("Condition"))
