"""Taking the operator's rights back and giving them again, by the account's owner.

A role is silenced by one inline policy that denies everything: it ends running sessions at once,
touches nothing that a tool of onboarding made, and is taken off again as easily.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from botocore.exceptions import ClientError

from permissions.names import Scope
from permissions.operator.access_roles import phase_roles
from permissions.reading import READERS, reading_role_arn, reading_role_name
from permissions.rows import Phase

SILENCE = "byoc-access-ended"
DENY_ALL = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}],
    }
)
ADMIN_POLICY = "arn:{partition}:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"


class Level(StrEnum):
    """What is left to the operator."""

    ALL = "all"
    OPERATE = "operate"
    NONE = "none"


class Entrance(StrEnum):
    """As what the deployment lets a role into its cluster."""

    ADMINISTRATOR = "administrator"
    READER = "reader"


@dataclass(frozen=True, kw_only=True)
class Target:
    role: str
    arn: str
    silenced: bool
    entrance: Entrance | None
    """The way in that the deployment gives it, which is opened again."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """One call that is to be made."""

    text: str
    service: str
    call: str
    params: dict[str, Any]


KEPT = {
    Level.ALL: frozenset(Phase),
    Level.OPERATE: frozenset({Phase.OPERATE}),
    Level.NONE: frozenset[Phase](),
}


def targets(scope: Scope, level: Level, entering: Mapping[str, Entrance]) -> tuple[Target, ...]:
    """Every role that the operator may assume from outside, and whether it is to be silent;
    `entering` has the ARNs of those to which the deployment opens its cluster."""
    manager = scope.role_arn("data-plane-mgmt")
    return (
        *(
            Target(
                role=role.name,
                arn=role.arn,
                silenced=role.phase not in KEPT[level],
                entrance=entering.get(role.arn),
            )
            for role in phase_roles(scope)
        ),
        Target(
            role=reading_role_name(scope),
            arn=reading_role_arn(scope),
            silenced=level is Level.NONE,
            entrance=entering.get(reading_role_arn(scope)),
        ),
        Target(
            role=scope.role_name("data-plane-mgmt"),
            arn=manager,
            silenced=level is Level.NONE,
            entrance=None,
        ),
    )


@dataclass(frozen=True, kw_only=True)
class Seen:
    """Roles that are there, those that are silenced, and who may enter the cluster."""

    roles: frozenset[str]
    silenced: frozenset[str]
    entries: frozenset[str] | None
    """ARNs; None where there is no cluster."""


def decide(wanted: Iterable[Target], seen: Seen, scope: Scope) -> Iterator[Change]:
    """Rights go before entries do, and come after."""
    for target in wanted:
        if target.role not in seen.roles:
            continue
        if target.silenced and target.role not in seen.silenced:
            yield silence(target)
        if not target.silenced and target.role in seen.silenced:
            yield unsilence(target)
        if seen.entries is None:
            continue
        if target.silenced and target.arn in seen.entries:
            yield close(target, scope)
        if target.silenced or target.entrance is None or target.arn in seen.entries:
            continue
        yield from reopen(target, target.entrance, scope)


def silence(target: Target) -> Change:
    return Change(
        text=f"deny everything to {target.role}",
        service="iam",
        call="put_role_policy",
        params={
            "RoleName": target.role,
            "PolicyName": SILENCE,
            "PolicyDocument": DENY_ALL,
        },
    )


def unsilence(target: Target) -> Change:
    return Change(
        text=f"give {target.role} its rights back",
        service="iam",
        call="delete_role_policy",
        params={"RoleName": target.role, "PolicyName": SILENCE},
    )


def close(target: Target, scope: Scope) -> Change:
    return Change(
        text=f"close the cluster to {target.role}",
        service="eks",
        call="delete_access_entry",
        params={"clusterName": scope.cluster_name, "principalArn": target.arn},
    )


def reopen(target: Target, entrance: Entrance, scope: Scope) -> Iterator[Change]:
    """A reader has what its group in the cluster may do, and no policy of EKS beside it."""
    where = {"clusterName": scope.cluster_name, "principalArn": target.arn}
    groups = {"kubernetesGroups": [READERS]} if entrance is Entrance.READER else {}
    yield Change(
        text=f"open the cluster to {target.role}",
        service="eks",
        call="create_access_entry",
        params={**where, **groups, "tags": {"clickhouse-byoc": "true"}},
    )
    if entrance is Entrance.READER:
        return
    yield Change(
        text=f"make {target.role} its administrator",
        service="eks",
        call="associate_access_policy",
        params={
            **where,
            "policyArn": scope.fill(ADMIN_POLICY),
            "accessScope": {"type": "cluster"},
        },
    )


def find_seen(clients: dict[str, Any], wanted: Iterable[Target], scope: Scope) -> Seen:
    roles, silenced = set(), set()
    for target in wanted:
        try:
            names = clients["iam"].list_role_policies(RoleName=target.role)["PolicyNames"]
        except ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchEntity":
                raise
            continue
        roles.add(target.role)
        if SILENCE in names:
            silenced.add(target.role)
    return Seen(
        roles=frozenset(roles),
        silenced=frozenset(silenced),
        entries=find_entries(clients["eks"], scope.cluster_name),
    )


def find_entries(eks: Any, cluster: str) -> frozenset[str] | None:
    try:
        pages = eks.get_paginator("list_access_entries").paginate(clusterName=cluster)
        return frozenset(arn for page in pages for arn in page["accessEntries"])
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
        return None


def apply(clients: dict[str, Any], change: Change) -> None:
    """Done by somebody else meanwhile is done."""
    try:
        getattr(clients[change.service], change.call)(**change.params)
    except ClientError as error:
        done = ("NoSuchEntity", "ResourceNotFoundException", "ResourceInUseException")
        if error.response["Error"]["Code"] not in done:
            raise
