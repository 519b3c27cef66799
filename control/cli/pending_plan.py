"""What a killed engine was making: recorded now, or forgotten, or in the way.

The engine keeps such a create as a pending operation and goes on as if nothing were there: the next
`up` then makes a second one, or ends with what AWS says to a name that is taken.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from control.cli.layers import Resource, resource_of

CREATING = "creating"
CLOCKS_DIFFER_BY = timedelta(minutes=5)
PROVIDERS = "pulumi:providers:"
Document = Mapping[str, Any]


class Fate(StrEnum):
    THERE = "there"
    FAILED = "failed"
    """There, and of no use: to be replaced."""
    MAKING = "making"
    """There, and not ready yet."""
    ABSENT = "absent"
    AGAIN = "again"
    """To make it once more changes nothing."""
    FOREIGN = "foreign"
    """Something of somebody else's has its name."""
    SEVERAL = "several"
    """More than one could be it."""
    UNKNOWN = "unknown"
    """It could not be looked for: never counted as absent."""


@dataclass(frozen=True, kw_only=True)
class Sight:
    """What was seen of one create; `id` as the provider takes it for an import."""

    fate: Fate
    id: str = ""
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class Pending:
    """A create that was under way when the engine ended."""

    urn: str
    type: str
    inputs: Document
    provider: Document = field(default_factory=dict)
    """Settings of the provider that was making it."""
    recorded: frozenset[str] = frozenset()
    """Ids of its type that the state holds already."""
    not_before: datetime | None = None
    """What is older is something else; None where an engine was killed amid it."""

    @property
    def resource(self) -> Resource:
        return resource_of(self.urn)


@dataclass(frozen=True, kw_only=True)
class Settling:
    """What is done about each create, by its URN."""

    taken_in: Mapping[str, Sight]
    forgotten: Mapping[str, Sight]
    waiting: Mapping[str, Sight]
    refused: Mapping[str, Sight]


def is_older(made_at: datetime | None, not_before: datetime | None) -> bool:
    """False where either is not known."""
    return bool(made_at and not_before and made_at < not_before - CLOCKS_DIFFER_BY)


def pending_creates(deployment: Document) -> list[Pending]:
    resources: Sequence[Document] = deployment.get("resources") or ()
    providers = {
        f"{each['urn']}::{each.get('id', '')}": each.get("inputs") or {}
        for each in resources
        if str(each["type"]).startswith(PROVIDERS)
    }
    return [
        Pending(
            urn=made["urn"],
            type=made["type"],
            inputs=made.get("inputs") or {},
            provider=providers.get(str(made.get("provider", "")), {}),
            recorded=frozenset(
                str(each["id"])
                for each in resources
                if each["type"] == made["type"] and each.get("id")
            ),
        )
        for made in creating(deployment)
    ]


def creating(deployment: Document) -> Iterator[Document]:
    """The resources, each once: a second engine that was killed leaves it twice."""
    seen: set[str] = set()
    for operation in deployment.get("pending_operations") or ():
        made: Document = operation["resource"]
        if operation["type"] == CREATING and made["urn"] not in seen:
            seen.add(made["urn"])
            yield made


def settling(sights: Mapping[str, Sight], *, leaving: bool) -> Settling:
    """`leaving`: the deployment is taken down, and what is somebody else's in no way of it."""
    gone = {Fate.ABSENT, Fate.AGAIN} | ({Fate.FOREIGN} if leaving else set())
    there = {Fate.THERE, Fate.FAILED} | ({Fate.MAKING} if leaving else set())
    wait = {Fate.MAKING} - there

    def of(fates: Iterable[Fate]) -> dict[str, Sight]:
        return {urn: sight for urn, sight in sights.items() if sight.fate in fates}

    return Settling(
        taken_in=of(there),
        forgotten=of(gone),
        waiting=of(wait),
        refused=of(set(Fate) - gone - there - wait),
    )


def lines(settling: Settling) -> list[str]:
    return [
        *(said("take in", urn, sight) for urn, sight in settling.taken_in.items()),
        *(said("forget ", urn, sight) for urn, sight in settling.forgotten.items()),
    ]


def said(what: str, urn: str, sight: Sight) -> str:
    resource = resource_of(urn)
    why = WORDS[sight.fate].format(id=sight.id)
    if sight.why:
        why = f"{why} ({sight.why})"
    return f"  {what}  {resource.layer:<10} {resource}: {why}"


WORDS: Mapping[Fate, str] = {
    Fate.THERE: "it was made, as {id}",
    Fate.FAILED: "it was made as {id} and failed: `up` replaces it",
    Fate.MAKING: "it is being made, as {id}",
    Fate.ABSENT: "it was not made",
    Fate.AGAIN: "to make it once more changes nothing",
    Fate.FOREIGN: "its name is taken by somebody else's",
    Fate.SEVERAL: "more than one could be it",
    Fate.UNKNOWN: "it could not be looked for",
}


def settled(deployment: Document, settling: Settling) -> dict[str, Any]:
    """The recorded state with what was made in it, which the engine reads before it does anything
    else, and without operations under way: of the others it keeps none either."""
    state = copy.deepcopy(dict(deployment))
    made = [each for each in creating(deployment) if each["urn"] in settling.taken_in]
    resources = beside(state.get("resources") or [], {each["urn"] for each in made})
    for each in made:
        sight = settling.taken_in[each["urn"]]
        known: dict[str, Any] = {
            **copy.deepcopy(dict(each)),
            "id": sight.id,
            "outputs": {},
            "refreshBeforeUpdate": True,
        }
        if sight.fate is Fate.FAILED:
            known["taint"] = True
        resources.append(known)
    return {**state, "resources": resources, "pending_operations": []}


def beside(resources: Iterable[Document], made: set[str]) -> list[dict[str, Any]]:
    """What was to be replaced by one of them: to be deleted, unless that was done before."""
    kept = []
    for each in resources:
        if each["urn"] not in made or each.get("delete"):
            kept.append(dict(each))
        elif not each.get("pendingReplacement"):
            kept.append({**each, "delete": True})
    return kept
