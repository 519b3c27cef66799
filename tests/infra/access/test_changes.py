"""Taking the operator's rights back and giving them again, against an account with a memory."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.access.changes import (
    DENY_ALL,
    SILENCE,
    Change,
    Entrance,
    Level,
    apply,
    decide,
    find_seen,
    targets,
)
from infra.access.entrances import entrances
from infra.config import parse
from permissions.names import Scope
from permissions.operator.access_roles import phase_role, phase_roles
from permissions.reading import reading_role_arn, reading_role_name
from permissions.rows import Phase
from tests.infra.config.documents import changed

SCOPE = Scope(
    name="acme", region="eu-central-1", account="111111111111", operator_account="222222222222"
)
MANAGER = SCOPE.role_name("data-plane-mgmt")
ROLES = (*(role.name for role in phase_roles(SCOPE)), MANAGER)
PROVISION, OPERATE, DEPROVISION = (phase_role(phase, SCOPE) for phase in Phase)
PERSON = "arn:aws:iam::111111111111:role/platform-engineers"


def refusal(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "told by the fake"}}, "Call")


@dataclass
class Account:
    """IAM and EKS in one, as far as access goes."""

    inline: dict[str, dict[str, str]]
    entries: dict[str, set[str]] | None
    calls: list[str] = field(default_factory=list)

    @property
    def clients(self) -> dict[str, Any]:
        return {"iam": self, "eks": self}

    def of_role(self, name: str) -> dict[str, str]:
        if name not in self.inline:
            raise refusal("NoSuchEntity")
        return self.inline[name]

    def list_role_policies(self, **params: str) -> dict[str, Any]:
        return {"PolicyNames": list(self.of_role(params["RoleName"]))}

    def put_role_policy(self, **params: str) -> None:
        self.calls.append(f"silence {params['RoleName']}")
        self.of_role(params["RoleName"])[params["PolicyName"]] = params["PolicyDocument"]

    def delete_role_policy(self, **params: str) -> None:
        self.calls.append(f"unsilence {params['RoleName']}")
        if self.of_role(params["RoleName"]).pop(params["PolicyName"], None) is None:
            raise refusal("NoSuchEntity")

    def get_paginator(self, name: str) -> Account:
        assert name == "list_access_entries"
        return self

    def paginate(self, **params: str) -> Iterator[dict[str, Any]]:
        for arn in self.cluster(params):
            yield {"accessEntries": [arn]}

    def cluster(self, params: Mapping[str, Any]) -> dict[str, set[str]]:
        """Who is inside, with what."""
        assert params["clusterName"] == SCOPE.cluster_name
        if self.entries is None:
            raise refusal("ResourceNotFoundException")
        return self.entries

    def delete_access_entry(self, **params: str) -> None:
        self.calls.append(f"close {params['principalArn']}")
        if self.cluster(params).pop(params["principalArn"], None) is None:
            raise refusal("ResourceNotFoundException")

    def create_access_entry(self, **params: Any) -> None:
        assert params["tags"] == {"clickhouse-byoc": "true"}
        self.calls.append(f"open {params['principalArn']}")
        if params["principalArn"] in self.cluster(params):
            raise refusal("ResourceInUseException")
        self.cluster(params)[params["principalArn"]] = set(params.get("kubernetesGroups", ()))

    def associate_access_policy(self, **params: Any) -> None:
        assert params["accessScope"] == {"type": "cluster"}
        self.cluster(params)[params["principalArn"]].add(params["policyArn"])


def onboarded() -> Account:
    admin = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"
    inside = [PERSON, *(role.arn for role in phase_roles(SCOPE))]
    return Account(inline={role: {} for role in ROLES}, entries={arn: {admin} for arn in inside})


ENTERING = {role.arn: Entrance.ADMINISTRATOR for role in phase_roles(SCOPE)}


def changes(
    account: Account, level: Level, entering: Mapping[str, Entrance] = ENTERING
) -> list[Change]:
    wanted = targets(SCOPE, level, entering)
    return list(decide(wanted, find_seen(account.clients, wanted, SCOPE), SCOPE))


def bring_to(account: Account, level: Level, entering: Mapping[str, Entrance] = ENTERING) -> None:
    for change in changes(account, level, entering):
        apply(account.clients, change)


def silent(account: Account) -> set[str]:
    return {name for name, policies in account.inline.items() if SILENCE in policies}


SILENT = {
    Level.ALL: set[str](),
    Level.OPERATE: {PROVISION.name, DEPROVISION.name},
    Level.NONE: set(ROLES),
}
INSIDE = {
    Level.ALL: {PERSON, PROVISION.arn, OPERATE.arn, DEPROVISION.arn},
    Level.OPERATE: {PERSON, OPERATE.arn},
    Level.NONE: {PERSON},
}


@pytest.mark.parametrize("before", Level)
@pytest.mark.parametrize("after", Level)
def test_every_level_is_reached_from_every_other(before: Level, after: Level) -> None:
    account = onboarded()
    bring_to(account, before)
    bring_to(account, after)
    assert silent(account) == SILENT[after]
    assert account.entries is not None
    assert set(account.entries) == INSIDE[after]
    assert all(account.entries.values()), "an entry without rights lets nobody do anything"
    assert changes(account, after) == []


READING = reading_role_arn(SCOPE)


WITH_READER = {**ENTERING, READING: Entrance.READER}


@pytest.mark.parametrize(
    ("entering", "inside"),
    [(WITH_READER, {"byoc:readers"}), (ENTERING, None)],
    ids=["let in", "not"],
)
def test_who_plans_is_silenced_with_the_operator_and_comes_back_as_a_reader(
    entering: Mapping[str, Entrance], inside: set[str] | None
) -> None:
    account = onboarded()
    account.inline[reading_role_name(SCOPE)] = {}
    assert account.entries is not None
    account.entries[READING] = {"byoc:readers"}
    bring_to(account, Level.OPERATE, entering)
    assert reading_role_name(SCOPE) not in silent(account)
    assert account.entries[READING] == {"byoc:readers"}
    bring_to(account, Level.NONE, entering)
    assert reading_role_name(SCOPE) in silent(account)
    assert READING not in account.entries
    bring_to(account, Level.ALL, entering)
    assert silent(account) == set()
    assert account.entries.get(READING) == inside
    assert changes(account, Level.ALL, entering) == []


ACCESS = {
    "operatorAccount": "222222222222",
    "externalId": "f3b1c9d2-external",
    "roleArn": "arn:aws:iam::111111111111:role/ClickHouseManagementRole-provision",
}


@pytest.mark.parametrize(
    ("profile", "readers"), [({}, set()), ({"profile": "byoc-acme"}, {READING})]
)
def test_the_reading_role_enters_where_planning_is_its_part(
    profile: dict[str, str], readers: set[str]
) -> None:
    config = parse(changed("access", {**ACCESS, **profile}))
    found = entrances(config)
    assert {arn for arn, what in found.items() if what is Entrance.READER} == readers
    assert set(found) - readers == set(ENTERING)


def test_what_is_silenced_is_denied_everything() -> None:
    account = onboarded()
    bring_to(account, Level.NONE)
    for role in ROLES:
        (statement,) = json.loads(account.inline[role][SILENCE])["Statement"]
        assert statement == {"Effect": "Deny", "Action": "*", "Resource": "*"}


@pytest.mark.parametrize("killed_after", range(7))
def test_a_killed_revocation_is_finished_by_the_next(killed_after: int) -> None:
    account = onboarded()
    for change in changes(account, Level.NONE)[:killed_after]:
        apply(account.clients, change)
    bring_to(account, Level.NONE)
    assert silent(account) == SILENT[Level.NONE]
    assert account.entries is not None
    assert set(account.entries) == INSIDE[Level.NONE]


def test_rights_go_before_entries_do() -> None:
    account = onboarded()
    bring_to(account, Level.NONE)
    for role in phase_roles(SCOPE):
        denied, closed = f"silence {role.name}", f"close {role.arn}"
        assert account.calls.index(denied) < account.calls.index(closed)


def test_a_role_gets_no_way_in_that_the_deployment_does_not_give() -> None:
    account = onboarded()
    account.entries = {PERSON: {"own"}}
    for level in (Level.NONE, Level.ALL):
        for change in changes(account, level, {}):
            apply(account.clients, change)
    assert account.entries == {PERSON: {"own"}}
    assert silent(account) == set()


def test_a_customer_without_a_cluster_or_with_one_role_alone() -> None:
    account = Account(inline={OPERATE.name: {"own": "{}"}}, entries=None)
    bring_to(account, Level.NONE)
    assert account.inline == {OPERATE.name: {"own": "{}", SILENCE: DENY_ALL}}
    bring_to(account, Level.ALL)
    assert account.inline == {OPERATE.name: {"own": "{}"}}


def test_what_somebody_else_did_meanwhile_is_done() -> None:
    account = onboarded()
    planned = changes(account, Level.NONE)
    bring_to(account, Level.NONE)
    for change in planned:
        apply(account.clients, change)
    assert silent(account) == SILENT[Level.NONE]


def test_what_the_account_refuses_is_told() -> None:
    account = onboarded()
    (first, *_) = changes(account, Level.NONE)

    def refuse(**_: Any) -> None:
        raise refusal("AccessDenied")

    account.put_role_policy = refuse  # type: ignore[method-assign]
    with pytest.raises(ClientError, match="AccessDenied"):
        apply(account.clients, first)
