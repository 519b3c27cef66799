"""Does a policy document allow one call? By the evaluator that the local AWS enforces with."""

from collections.abc import Mapping
from typing import Any

from local.aws.iam.conditions import conditions_hold
from local.aws.iam.evaluation import Ask, Policies, Principal, decide, statements

Context = Mapping[str, str | tuple[str, ...]]

NOBODY = Principal(kind="AWS", names=frozenset())


def allows(
    document: Mapping[str, Any], action: str, resource: str, context: Context | None = None
) -> bool:
    ask = Ask(action=action, resource=resource, context=listed(context or {}))
    return decide(ask, Policies(identity={"document": document}), NOBODY).allowed


def trusts(
    document: Mapping[str, Any],
    principal: Mapping[str, str],
    context: Context,
    *,
    action: str = "sts:AssumeRole",
) -> bool:
    return any(
        statement["Principal"] == principal
        and action in statement["Action"]
        and conditions_hold(statement.get("Condition", {}), listed(context))
        for statement in statements(document)
    )


def listed(context: Context) -> dict[str, str | list[str]]:
    return {k: v if isinstance(v, str) else list(v) for k, v in context.items()}
