"""The plan as Terraform's JSON configuration."""

import json
import re
from typing import Any

from permissions.onboarding.plan import AccessPlan, PlannedPolicy, PlannedProvider, PlannedRole

Configuration = dict[str, Any]
INLINE_NAME = "rights"
PROVIDER = "pipeline_identities"


def terraform(plan: AccessPlan) -> Configuration:
    resources: Configuration = {"aws_iam_policy": {}, "aws_iam_role": {}}
    for policy in plan.policies:
        resources["aws_iam_policy"][label(policy.name)] = iam_policy(policy, plan)
    attachments: Configuration = {}
    inline: Configuration = {}
    for role in plan.roles:
        resources["aws_iam_role"][label(role.name)] = iam_role(role, plan)
        for name, arn in attached(role).items():
            attachments[f"{label(role.name)}_{name}"] = {
                "role": f"${{aws_iam_role.{label(role.name)}.name}}",
                "policy_arn": arn,
            }
        if role.inline is not None:
            inline[label(role.name)] = {
                "name": INLINE_NAME,
                "role": f"${{aws_iam_role.{label(role.name)}.name}}",
                "policy": literal(role.inline),
            }
    resources["aws_iam_role_policy_attachment"] = attachments
    if inline:
        resources["aws_iam_role_policy"] = inline
    if plan.provider is not None:
        resources["aws_iam_openid_connect_provider"] = {
            PROVIDER: identity_provider(plan.provider, plan)
        }
    return {
        "terraform": {"required_providers": {"aws": {"source": "hashicorp/aws"}}},
        "resource": resources,
        "output": {
            f"{label(role.name)}_arn": {
                "description": role.description,
                "value": f"${{aws_iam_role.{label(role.name)}.arn}}",
            }
            for role in plan.roles
        },
    }


def label(name: str) -> str:
    text = re.sub(r"[^A-Za-z0-9_]+", "_", name)
    return text if text[:1].isalpha() else f"_{text}"


def literal(document: Configuration) -> str:
    """A policy's own variables are not Terraform's: their dollar sign is doubled."""
    return json.dumps(document).replace("${", "$${").replace("%{", "%%{")


def iam_policy(policy: PlannedPolicy, plan: AccessPlan) -> Configuration:
    return {
        "name": policy.name,
        "description": policy.description,
        "policy": literal(policy.document),
        "tags": {**plan.tags, "Name": policy.name},
    }


def identity_provider(provider: PlannedProvider, plan: AccessPlan) -> Configuration:
    return {
        "url": f"https://{provider.host}",
        "client_id_list": [provider.audience],
        "tags": {**plan.tags, "Name": provider.host},
    }


def iam_role(role: PlannedRole, plan: AccessPlan) -> Configuration:
    session = role.session and {"max_session_duration": int(role.session.total_seconds())}
    return {
        "name": role.name,
        "description": role.description,
        "assume_role_policy": literal(role.trust),
        "permissions_boundary": f"${{aws_iam_policy.{label(role.boundary)}.arn}}",
        "tags": {**plan.tags, "Name": role.name},
        **(session or {}),
    }


def attached(role: PlannedRole) -> dict[str, str]:
    own = {
        label(policy.name): f"${{aws_iam_policy.{label(policy.name)}.arn}}"
        for policy in role.own_policies
    }
    return own | {label(arn.rpartition("/")[2]): arn for arn in role.aws_policies}
