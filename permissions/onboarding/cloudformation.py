"""The plan as a CloudFormation template."""

import re
from collections.abc import Mapping
from typing import Any

from permissions.onboarding.plan import AccessPlan, PlannedPolicy, PlannedProvider, PlannedRole

Template = dict[str, Any]
INLINE_NAME = "rights"
PROVIDER = "PipelineIdentities"


def cloudformation(plan: AccessPlan) -> Template:
    resources: Template = {}
    for policy in plan.policies:
        resources[logical_id(policy.name)] = managed_policy(policy)
    for role in plan.roles:
        resources[logical_id(role.name)] = iam_role(role, plan)
    if plan.provider is not None:
        resources[PROVIDER] = identity_provider(plan.provider, plan)
    outputs = {
        f"{logical_id(role.name)}Arn": {
            "Description": role.description,
            "Value": {"Fn::GetAtt": [logical_id(role.name), "Arn"]},
        }
        for role in plan.roles
    }
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "Onboarding of the operator of ClickHouse: roles, rights and their ceilings",
        "Resources": resources,
        "Outputs": outputs,
    }


def logical_id(name: str) -> str:
    return "".join(word[:1].upper() + word[1:] for word in re.split(r"[^A-Za-z0-9]+", name))


def managed_policy(policy: PlannedPolicy) -> Template:
    return {
        "Type": "AWS::IAM::ManagedPolicy",
        "Properties": {
            "ManagedPolicyName": policy.name,
            "Description": policy.description,
            "PolicyDocument": policy.document,
        },
    }


def identity_provider(provider: PlannedProvider, plan: AccessPlan) -> Template:
    return {
        "Type": "AWS::IAM::OIDCProvider",
        "Properties": {
            "Url": f"https://{provider.host}",
            "ClientIdList": [provider.audience],
            "Tags": tag_list({**plan.tags, "Name": provider.host}),
        },
    }


def tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]


def iam_role(role: PlannedRole, plan: AccessPlan) -> Template:
    attached = [*({"Ref": logical_id(policy.name)} for policy in role.own_policies)]
    properties: Template = {
        "RoleName": role.name,
        "Description": role.description,
        "AssumeRolePolicyDocument": role.trust,
        "PermissionsBoundary": {"Ref": logical_id(role.boundary)},
        "ManagedPolicyArns": [*attached, *role.aws_policies],
        "Tags": tag_list({**plan.tags, "Name": role.name}),
    }
    if role.session is not None:
        properties["MaxSessionDuration"] = int(role.session.total_seconds())
    if role.inline is not None:
        properties["Policies"] = [{"PolicyName": INLINE_NAME, "PolicyDocument": role.inline}]
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {name: value for name, value in properties.items() if value != []},
    }
