"""AssumeRole as AWS answers it: the role exists, and its trust policy admits the caller."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from moto.core.responses import ActionResult
from moto.sts.responses import TokenResponse

from local.aws.iam.callers import Caller, caller_of, find_role
from local.aws.iam.conditions import (
    Context,
    UnsupportedConditionError,
    as_list,
    conditions_hold,
    like,
)
from local.aws.iam.evaluation import Principal
from local.aws.refusal import AwsRefusalError


def iam_principal(caller: Caller) -> Principal:
    root = f"arn:aws:iam::{caller.account}:root"
    return Principal(
        kind="AWS",
        names=frozenset({caller.arn, caller.principal_arn, root, caller.account, "*"}),
        account=caller.account,
    )


def service_principal(service: str) -> Principal:
    return Principal(kind="Service", names=frozenset({service}))


def role_trusts(
    role: Any, principal: Principal, context: Context, actions: Iterable[str] = ("sts:AssumeRole",)
) -> bool:
    """Every action must be allowed by a statement and denied by none."""
    document = json.loads(role.assume_role_policy_document or "{}")
    statements = document.get("Statement", [])
    statements = statements if isinstance(statements, list) else [statements]
    for action in actions:
        effects = {s["Effect"] for s in statements if applies(s, principal, action, context)}
        if "Deny" in effects or "Allow" not in effects:
            return False
    return True


def applies(
    statement: Mapping[str, Any], principal: Principal, action: str, context: Context
) -> bool:
    wanted = as_list(statement.get("Action", []))
    if not any(like(pattern.lower(), action.lower()) for pattern in wanted):
        return False
    if not named(statement.get("Principal", {}), principal):
        return False
    try:
        return conditions_hold(statement.get("Condition", {}), context)
    except UnsupportedConditionError as error:
        raise AwsRefusalError(
            "NotImplemented", f"the local AWS does not evaluate the condition operator {error}"
        ) from error


def named(given: Any, principal: Principal) -> bool:
    if given == "*":
        return True
    return bool(principal.names.intersection(as_list(given.get(principal.kind, []))))


class LocalTokenResponse(TokenResponse):
    def assume_role(self) -> ActionResult:
        caller = caller_of(self.current_account, self.access_key)
        arn = self.params["RoleArn"]
        role = find_role(arn)
        tags = {tag["Key"]: tag["Value"] for tag in self.params.get("Tags", [])}
        actions = ["sts:AssumeRole", *(["sts:TagSession"] if tags else [])]
        context = self.context(caller, tags)
        if role is None or not role_trusts(role, iam_principal(caller), context, actions):
            raise AwsRefusalError(
                "AccessDenied",
                f"User: {caller.arn} is not authorized to perform: sts:AssumeRole"
                f" on resource: {arn}",
            )
        return super().assume_role()

    def context(self, caller: Caller, tags: dict[str, str]) -> Context:
        given: dict[str, str | list[str]] = {
            "aws:PrincipalArn": caller.principal_arn,
            "aws:PrincipalAccount": caller.account,
            "aws:userid": caller.user_id,
            "sts:RoleSessionName": self.params["RoleSessionName"],
            "aws:TagKeys": list(tags),
        }
        if external_id := self.params.get("ExternalId"):
            given["sts:ExternalId"] = external_id
        return given | {f"aws:RequestTag/{key}": value for key, value in tags.items()}
