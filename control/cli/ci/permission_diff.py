"""Which rights a change of the deployment adds and takes, by whom they are held."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from control.cli.ci.granting import Granting, grantings
from control.cli.ci.rights import Right, beyond
from control.cli.ci.steps import Step, outliving
from control.cli.layers import Resource


@dataclass(frozen=True, kw_only=True)
class PermissionChange:
    """`added` is only what the holder's changed documents did not already include."""

    holder: str
    resources: tuple[Resource, ...] = ()
    """Whose documents changed."""
    added: tuple[Right, ...] = ()
    removed: tuple[Right, ...] = ()
    denied: tuple[Right, ...] = ()
    no_longer_denied: tuple[Right, ...] = ()
    unreadable: tuple[str, ...] = ()

    @property
    def widens(self) -> bool:
        return bool(self.added or self.no_longer_denied)

    @property
    def empty(self) -> bool:
        return not (self.widens or self.removed or self.denied or self.unreadable)


@dataclass(kw_only=True)
class Held:
    """All documents of one holder: moving a statement from one to another is no change."""

    old: set[Right] = field(default_factory=set)
    new: set[Right] = field(default_factory=set)
    unreadable: list[str] = field(default_factory=list)
    resources: dict[str, Resource] = field(default_factory=dict)


def permission_changes(steps: Iterable[Step]) -> list[PermissionChange]:
    holders: dict[str, Held] = defaultdict(Held)
    for step in outliving(steps):
        before = {each.holder: each for each in grantings(step, step.old)}
        after = {each.holder: each for each in grantings(step, step.new)}
        for holder in sorted({*before, *after}):
            add(holders[holder], step, before.get(holder), after.get(holder))
    changes = [compared(holder, held) for holder, held in sorted(holders.items())]
    return [change for change in changes if not change.empty]


def add(held: Held, step: Step, before: Granting | None, after: Granting | None) -> None:
    held.resources[step.resource.urn] = step.resource
    held.old |= before.rights if before else frozenset()
    held.new |= after.rights if after else frozenset()
    if after:
        held.unreadable += after.unreadable


def compared(holder: str, held: Held) -> PermissionChange:
    return difference(
        holder,
        held.old,
        held.new,
        resources=tuple(held.resources.values()),
        unreadable=tuple(held.unreadable),
    )


def difference(
    holder: str,
    old: Iterable[Right],
    new: Iterable[Right],
    *,
    resources: tuple[Resource, ...] = (),
    unreadable: tuple[str, ...] = (),
) -> PermissionChange:
    was, will = split(old), split(new)
    return PermissionChange(
        holder=holder,
        resources=resources,
        added=beyond(will[True], was[True]),
        removed=beyond(was[True], will[True]),
        denied=beyond(will[False], was[False]),
        no_longer_denied=beyond(was[False], will[False]),
        unreadable=unreadable,
    )


def split(rights: Iterable[Right]) -> dict[bool, list[Right]]:
    found: dict[bool, list[Right]] = {True: [], False: []}
    for right in rights:
        found[right.allows].append(right)
    return found
