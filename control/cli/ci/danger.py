"""What a reviewer must see first in a plan: lost data, wider rights, wider reach, downtime."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from control.cli.ci import data_loss, downtime, exposure
from control.cli.ci.permission_diff import PermissionChange
from control.cli.ci.permission_words import phrases
from control.cli.ci.steps import Step, outliving
from control.cli.layers import ORDER, Resource

MOST_PHRASES = 4


class Kind(StrEnum):
    """In the order of the summary."""

    DATA = "data"
    PERMISSIONS = "permissions"
    EXPOSURE = "exposure"
    DOWNTIME = "downtime"


TITLES = {
    Kind.DATA: "Data may be lost",
    Kind.PERMISSIONS: "Permissions are widened",
    Kind.EXPOSURE: "More of the network is let in",
    Kind.DOWNTIME: "Something stops or restarts",
}


@dataclass(frozen=True, kw_only=True)
class Danger:
    kind: Kind
    resource: Resource
    about: str
    """The resource as people know it, or the holder of the rights."""
    message: str


LOOKS = (
    (Kind.DATA, data_loss.messages),
    (Kind.EXPOSURE, exposure.messages),
    (Kind.DOWNTIME, downtime.messages),
)


def dangers(steps: Iterable[Step], permissions: Iterable[PermissionChange]) -> list[Danger]:
    steps = list(steps)
    found = [
        Danger(kind=kind, resource=step.resource, about=step.thing, message=message)
        for kind, messages in LOOKS
        for step in (outliving(steps) if kind is Kind.EXPOSURE else steps)
        for message in messages(step)
    ]
    found += [danger for step in steps for danger in boundary(step)]
    found += [danger for change in permissions for danger in widened(change)]
    kinds = list(Kind)
    return sorted(
        found,
        key=lambda each: (
            kinds.index(each.kind),
            ORDER.index(each.resource.layer),
            each.about,
            each.message,
        ),
    )


def widened(change: PermissionChange) -> Iterator[Danger]:
    texts = [f"may now {phrase}" for phrase in phrases(change.added)]
    texts += [f"is no longer denied {phrase}" for phrase in phrases(change.no_longer_denied)]
    texts += [f"cannot be compared: {text}" for text in change.unreadable]
    if not texts:
        return
    if len(texts) > MOST_PHRASES:
        texts = [*texts[:MOST_PHRASES], f"{len(texts) - MOST_PHRASES} more: see Permissions"]
    yield Danger(
        kind=Kind.PERMISSIONS,
        resource=change.resources[0],
        about=change.holder,
        message="; ".join(texts),
    )


def boundary(step: Step) -> Iterator[Danger]:
    """The ceiling of a role; the rights below it are compared as documents."""
    was, will = step.old.get("permissionsBoundary"), step.new.get("permissionsBoundary")
    if was and step.new and was != will:
        message = f"its boundary changes from `{was}` to `{will or 'none'}`"
        yield Danger(
            kind=Kind.PERMISSIONS, resource=step.resource, about=step.thing, message=message
        )
