"""One thing in the account that may be what a killed engine was making."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from permissions.names import DEPLOYMENT_TAG, partition_of

Props = Mapping[str, Any]


class Life(StrEnum):
    READY = "ready"
    MAKING = "making"
    FAILED = "failed"


class Mark(StrEnum):
    """How it is known whose it is."""

    TAGS = "tags"
    """By the deployment's tag alone."""
    TAGS_LATER = "tags later"
    """By the tag; its maker tags it in a second call, and before that its name alone tells."""
    HOLDER = "holder"
    """It cannot be tagged, and is part of a thing that the record says is ours."""


@dataclass(frozen=True, kw_only=True)
class Seen:
    id: str
    """As the provider takes it for an import."""
    also: tuple[str, ...] = ()
    """Other forms of the id: as the engine records it."""
    tags: Mapping[str, str] = field(default_factory=dict)
    life: Life = Life.READY
    stranger: str = ""
    """Why it is somebody else's, where its tags do not tell."""
    made_at: datetime | None = None
    """None where AWS does not tell."""
    in_use: str = ""
    """How that shows: nothing can use a thing whose id was never known."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where to look: as the provider that was making it."""

    client: Callable[[str], Any]
    account: str
    region: str
    deployment: str
    by_role: bool = False
    """Under a role that sees less than the whole account."""

    def arn(self, service: str, region: str = "") -> str:
        """The beginning of the ARN of a thing of this account."""
        return f"arn:{partition_of(self.region)}:{service}:{region}:{self.account}:"


def own_tags(place: Place, inputs: Props) -> dict[str, str]:
    """Those by which one thing of the deployment is told from all others of its kind."""
    return {DEPLOYMENT_TAG: place.deployment, "Name": name_of(inputs)}


def name_of(inputs: Props) -> str:
    return str((inputs.get("tags") or {}).get("Name", ""))


Look = Callable[[Place, Props], Iterable[Seen]]


@dataclass(frozen=True, kw_only=True)
class Kind:
    type: str
    look: Look
    rights: tuple[str, ...]
    """The actions that looking needs: rows of the operator's rights."""
    mark: Mark = Mark.TAGS


def lives(making: Sequence[str] = (), failed: Sequence[str] = ()) -> Callable[[str], Life]:
    """Of the states that AWS names; any other is ready."""

    def life(state: str) -> Life:
        if state.lower() in making:
            return Life.MAKING
        return Life.FAILED if state.lower() in failed else Life.READY

    return life


def moment(told: datetime | float | None) -> datetime | None:
    """By whichever of its forms a service tells it: CloudWatch counts milliseconds."""
    if isinstance(told, int | float):
        return datetime.fromtimestamp(told / 1000, UTC)
    return told


def pairs(tags: Iterable[Mapping[str, str]] | Mapping[str, str] | None) -> dict[str, str]:
    """By whichever of its forms a service tells them."""
    if isinstance(tags, Mapping):
        return dict(tags)
    return {
        str(tag.get("Key") or tag.get("TagKey")): str(tag.get("Value") or tag.get("TagValue") or "")
        for tag in tags or ()
    }
