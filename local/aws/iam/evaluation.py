"""IAM's decision over one request: pure, from the documents that apply to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from local.aws.iam.conditions import Context, as_list, conditions_hold, like
from local.aws.iam.variables import filled

Document = Mapping[str, Any]
Statement = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Ask:
    """One action on one resource: what a call needs, possibly beside others."""

    action: str
    resource: str
    context: Context = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Principal:
    """Who asks: `names` are all the ways in which a policy may name it, under one `kind`."""

    kind: str
    names: frozenset[str]
    account: str = ""

    @property
    def root(self) -> frozenset[str]:
        """How a policy leaves the decision to the principal's own account."""
        return frozenset({f"arn:aws:iam::{self.account}:root", self.account})


class Delegation(StrEnum):
    """What a resource's policy has to do with the rights that its account gives."""

    ADDS = "adds"
    """An allow of either is enough: S3."""
    GOVERNS = "governs"
    """The account's policies count only where this one says so: KMS, role trust."""


@dataclass(frozen=True, kw_only=True)
class ResourcePolicy:
    document: Document
    account: str
    delegation: Delegation = Delegation.ADDS


@dataclass(frozen=True, kw_only=True)
class Policies:
    """Documents by their names. A boundary or a session policy that is None does not limit."""

    identity: Mapping[str, Document] = field(default_factory=dict)
    boundary: Document | None = None
    session: Document | None = None
    resource: ResourcePolicy | None = None


@dataclass(frozen=True, kw_only=True)
class Verdict:
    allowed: bool
    reason: str
    statement: str = ""
    """Name of the policy and number of the statement that decided, where one did."""


def decide(ask: Ask, policies: Policies, principal: Principal) -> Verdict:
    for name, document in named_documents(policies):
        if (number := first(document, "Deny", ask)) is not None:
            return denied("explicit deny", name, number)
    resource = policies.resource
    direct = shared = None
    if resource is not None:
        own, root = principal.names - principal.root, principal.root
        number = first(resource.document, "Deny", ask, principal)
        if number is not None:
            return denied("explicit deny", "resource policy", number)
        direct = first(resource.document, "Allow", ask, replace(principal, names=own))
        shared = first(resource.document, "Allow", ask, replace(principal, names=root))
    for name, limit in (("boundary", policies.boundary), ("session policy", policies.session)):
        if limit is not None and first(limit, "Allow", ask) is None:
            return Verdict(allowed=False, reason=f"not within the {name}")
    return granted(ask, policies, principal, direct, shared)


def granted(
    ask: Ask, policies: Policies, principal: Principal, direct: int | None, shared: int | None
) -> Verdict:
    """Nothing denies it and no limit is in the way: does somebody allow it?"""
    own = next(
        (
            f"{name} #{number}"
            for name, document in policies.identity.items()
            if (number := first(document, "Allow", ask)) is not None
        ),
        None,
    )
    resource = policies.resource
    if resource is not None:
        foreign = resource.account != principal.account
        by_resource = direct is not None
        if by_resource and not foreign:
            return Verdict(allowed=True, reason="allowed", statement=f"resource policy #{direct}")
        governed = foreign or resource.delegation is Delegation.GOVERNS
        if governed and not by_resource and shared is None:
            return Verdict(allowed=False, reason="the resource's policy does not allow it")
    if own is None:
        return Verdict(allowed=False, reason="no statement allows it")
    return Verdict(allowed=True, reason="allowed", statement=own)


def named_documents(policies: Policies) -> Iterator[tuple[str, Document]]:
    yield from policies.identity.items()
    if policies.boundary is not None:
        yield "boundary", policies.boundary
    if policies.session is not None:
        yield "session policy", policies.session


def denied(reason: str, name: str, number: int) -> Verdict:
    return Verdict(allowed=False, reason=reason, statement=f"{name} #{number}")


def first(
    document: Document, effect: str, ask: Ask, principal: Principal | None = None
) -> int | None:
    """Number of the first statement that applies, naming the principal if it is to name one."""
    for number, statement in enumerate(statements(document), 1):
        named = principal is None or admits(statement, principal)
        if named and statement["Effect"] == effect and covers(statement, ask):
            return number
    return None


def statements(document: Document) -> list[Statement]:
    found = document.get("Statement", [])
    return found if isinstance(found, list) else [found]


def covers(statement: Statement, ask: Ask) -> bool:
    """Action, resource and conditions of a statement apply to what is asked."""
    action = ask.action.lower()
    if not listed(statement, "Action", lambda pattern: like(pattern.lower(), action)):
        return False
    keys = {key.lower(): value for key, value in ask.context.items()}

    def meant(pattern: str) -> bool:
        text = filled(pattern, keys)
        return text is not None and like(text, ask.resource)

    if not listed(statement, "Resource", meant):
        return False
    return conditions_hold(statement.get("Condition", {}), ask.context)


def listed(statement: Statement, element: str, matches: Any) -> bool:
    """`Action` or `NotAction`; a trust policy has no resource, being the role's own."""
    if f"Not{element}" in statement:
        return not any(matches(pattern) for pattern in as_list(statement[f"Not{element}"]))
    return any(matches(pattern) for pattern in as_list(statement.get(element, "*")))


def admits(statement: Statement, principal: Principal) -> bool:
    if "NotPrincipal" in statement:
        return not is_named(statement["NotPrincipal"], principal)
    return is_named(statement.get("Principal", {}), principal)


def is_named(given: Any, principal: Principal) -> bool:
    if given == "*":
        return "*" in principal.names
    return bool(principal.names.intersection(as_list(given.get(principal.kind, []))))
