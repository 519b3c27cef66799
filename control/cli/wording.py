"""What changed, in words: counts, durations, the past and the present of a change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from control.cli.events import Change


class Tense(StrEnum):
    PLANNED = "planned"
    DONE = "done"
    DRIFT = "drift"
    """What a refresh finds: somebody else's change."""


@dataclass(frozen=True, kw_only=True)
class Words:
    sign: str
    colour: str
    planned: str
    done: str
    drift: str

    def said(self, tense: Tense) -> str:
        return {Tense.PLANNED: self.planned, Tense.DONE: self.done, Tense.DRIFT: self.drift}[tense]


WORDS: Mapping[Change, Words] = {
    Change.CREATE: Words(
        sign="+", colour="green", planned="to create", done="created", drift="new"
    ),
    Change.UPDATE: Words(
        sign="~", colour="yellow", planned="to update", done="updated", drift="different"
    ),
    Change.REPLACE: Words(
        sign="±", colour="magenta", planned="to replace", done="replaced", drift="different"
    ),
    Change.DELETE: Words(sign="-", colour="red", planned="to delete", done="deleted", drift="gone"),
    Change.SAME: Words(
        sign=" ", colour="bright_black", planned="unchanged", done="unchanged", drift="as recorded"
    ),
}
PRESENT: Mapping[str, str] = {
    "create": "creating",
    "update": "updating",
    "delete": "deleting",
    "replace": "replacing",
    "create-replacement": "creating a replacement:",
    "delete-replaced": "deleting what was replaced:",
    "refresh": "looking at",
    "same": "checking",
    "read": "reading",
    "import": "importing",
}


def present(operation: str) -> str:
    return PRESENT.get(operation, operation)


def sentence(counts: Mapping[Change, int], tense: Tense = Tense.DONE) -> str:
    """Such as `3 created, 1 deleted, 40 unchanged`; `nothing` where there is nothing."""
    parts = [
        f"{counts[change]} {words.said(tense)}"
        for change, words in WORDS.items()
        if counts.get(change)
    ]
    return ", ".join(parts) or "nothing"


def clock(seconds: float) -> str:
    """0.4 s, 12 s, 3 min 05 s."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes} min {rest:02} s"
