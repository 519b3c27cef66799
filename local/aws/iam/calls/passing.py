"""iam:PassRole: handing a role to a service, which is asked beside the call that does it."""

from __future__ import annotations

from collections.abc import Iterable

from local.aws.iam.evaluation import Ask


def pass_role(role_arn: str, service: str, associated: Iterable[str] = ()) -> Ask:
    context: dict[str, str | list[str]] = {"iam:PassedToService": service}
    if arns := [resource for resource in associated if resource.startswith("arn:")]:
        context["iam:AssociatedResourceArn"] = arns
    return Ask(action="iam:PassRole", resource=role_arn, context=context)
