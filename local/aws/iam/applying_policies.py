"""The policies that apply to a caller and to what it asks for, out of moto's backends."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from moto.iam.models import iam_backends
from moto.kms.models import kms_backends
from moto.s3.models import s3_backends
from moto.sts.models import sts_backends

from local.aws.iam.callers import PARTITION, Caller, find_role
from local.aws.iam.calls.facts import Context
from local.aws.iam.evaluation import Ask, Delegation, Document, Policies, ResourcePolicy
from local.aws.iam.moto_facts import as_tags


def policies_of(caller: Caller, access_key_id: str, ask: Ask) -> Policies:
    holder = find_holder(caller)
    boundary = getattr(holder, "permissions_boundary_arn", None)
    return Policies(
        identity=identity_policies(holder),
        boundary=managed(caller.account, boundary) if boundary else None,
        session=session_policy(caller.account, access_key_id),
        resource=resource_policy(ask, caller.account),
    )


def find_holder(caller: Caller) -> Any | None:
    """moto's role or user behind a caller."""
    if ":user/" in caller.principal_arn:
        name = caller.principal_arn.rpartition("/")[2]
        return iam_backends[caller.account][PARTITION].users.get(name)
    return find_role(caller.principal_arn)


def identity_policies(holder: Any | None) -> dict[str, Document]:
    if holder is None:
        return {}
    found = {f"inline {name}": json.loads(text) for name, text in own_policies(holder).items()}
    for policy in holder.managed_policies.values():
        found[policy.name] = in_force(policy)
    return found


def own_policies(holder: Any) -> Mapping[str, str]:
    policies: Mapping[str, str] = holder.policies
    return policies


def managed(account: str, arn: str) -> Document:
    """A boundary that does not exist lets nothing through."""
    policy = iam_backends[account][PARTITION].managed_policies.get(arn)
    return in_force(policy) if policy else {"Statement": []}


def in_force(policy: Any) -> Document:
    version = policy.default_version_id
    text = next(v.document for v in policy.versions if v.version_id == version)
    document: Document = json.loads(text)
    return document


def session_policy(account: str, access_key_id: str) -> Document | None:
    session = sts_backends[account][PARTITION].get_assumed_role_from_access_key(access_key_id)
    if session is None or not session.policy:
        return None
    document: Document = json.loads(session.policy)
    return document


def resource_policy(ask: Ask, account: str) -> ResourcePolicy | None:
    if ask.resource.startswith("arn:aws:s3:::"):
        return bucket_policy(ask.resource.removeprefix("arn:aws:s3:::").partition("/")[0], account)
    if ask.resource.startswith("arn:aws:kms:") and ":key/" in ask.resource:
        return key_policy(ask.resource)
    if ask.action in ("sts:AssumeRole", "sts:TagSession"):
        return role_trust(ask.resource)
    return None


def bucket_policy(name: str, account: str) -> ResourcePolicy | None:
    _, owner = s3_backends.bucket_accounts.get(name, (PARTITION, account))
    bucket = s3_backends[owner][PARTITION].buckets.get(name)
    if bucket is None:
        return None
    document = json.loads(bucket.policy) if bucket.policy else {"Statement": []}
    return ResourcePolicy(document=document, account=owner)


def key_policy(arn: str) -> ResourcePolicy | None:
    _, _, _, region, account, key_id = arn.split(":", 5)
    key = kms_backends[account][region].keys.get(key_id.removeprefix("key/"))
    if key is None:
        return None
    return ResourcePolicy(
        document=json.loads(key.policy), account=account, delegation=Delegation.GOVERNS
    )


def role_trust(arn: str) -> ResourcePolicy | None:
    role = find_role(arn)
    if role is None:
        return None
    return ResourcePolicy(
        document=json.loads(role.assume_role_policy_document or "{}"),
        account=arn.split(":")[4],
        delegation=Delegation.GOVERNS,
    )


def caller_context(caller: Caller) -> Context:
    holder = find_holder(caller)
    tags = as_tags(getattr(holder, "tags", None) or {}) if holder is not None else {}
    return {
        "aws:PrincipalArn": caller.principal_arn,
        "aws:PrincipalAccount": caller.account,
        "aws:PrincipalType": "User" if ":user/" in caller.principal_arn else "AssumedRole",
        "aws:userid": caller.user_id,
        **{f"aws:PrincipalTag/{key}": value for key, value in tags.items()},
    }
