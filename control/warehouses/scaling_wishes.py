"""What a Service object asks of automatic sizing."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from functools import lru_cache
from typing import Any

from control.scaling.schedule import Entry, Target, Weekday, entry_problems, problems
from control.scaling.sizing import Policy
from control.scaling.vertical import Mode
from control.warehouses.model import UNIT_GIB
from control.warehouses.scaling_schema import DAYS

STRENGTH = (Mode.OFF, Mode.RECOMMEND, Mode.APPLY)
WEEKDAYS = dict(zip(DAYS, Weekday, strict=True))


@dataclass(frozen=True, kw_only=True)
class Horizontal:
    min_replicas: int
    max_replicas: int


@dataclass(frozen=True, kw_only=True)
class Wishes:
    mode: Mode = Mode.OFF
    policy: Policy = Policy.CLASSIC
    horizontal: Horizontal | None = None
    entries: Sequence[Entry] = ()
    schedule: str = ""
    """Names the schedule: another one has another name."""


def wishes_from(spec: Mapping[str, Any], most: Mode) -> Wishes:
    """`most` is what the installation allows."""
    scaling, rules = spec.get("scaling") or {}, spec.get("schedule") or []
    asked, counted = Mode(scaling.get("mode", Mode.OFF)), scaling.get("horizontal")
    return Wishes(
        mode=min(asked, most, key=STRENGTH.index),
        policy=Policy(scaling.get("policy", Policy.CLASSIC)),
        horizontal=Horizontal(
            min_replicas=counted["minReplicas"], max_replicas=counted["maxReplicas"]
        )
        if counted
        else None,
        entries=tuple(sound_entries(rules)) if most is not Mode.OFF else (),
        schedule=schedule_name(rules),
    )


def sound_entries(rules: Sequence[Mapping[str, Any]]) -> Iterator[Entry]:
    """Those that say something; the others are told of in a condition."""
    for entry in map(entry_from, rules):
        if not any(True for _ in entry_problems(entry)):
            yield entry


def entry_from(rule: Mapping[str, Any]) -> Entry:
    memory_gib = rule.get("memoryGib")
    return Entry(
        name=rule["name"],
        weekdays=frozenset(WEEKDAYS[day] for day in rule.get("days") or DAYS),
        start=time.fromisoformat(rule["at"]),
        end=time.fromisoformat(rule["until"]) if rule.get("until") else None,
        zone=rule.get("timeZone", "UTC"),
        target=Target(
            units=memory_gib // UNIT_GIB if memory_gib else None, replicas=rule.get("replicas")
        ),
    )


@lru_cache(maxsize=4096)
def schedule_problems(schedule: str, today: date) -> tuple[str, ...]:
    """`schedule` is the list of rules as JSON; a year of it is looked through once a day."""
    return tuple(problems([entry_from(rule) for rule in json.loads(schedule)], today))


def schedule_name(rules: Sequence[Mapping[str, Any]]) -> str:
    if not rules:
        return ""
    return hashlib.sha256(schedule_text(rules).encode()).hexdigest()[:16]


def schedule_text(rules: Sequence[Mapping[str, Any]]) -> str:
    return json.dumps(list(rules), sort_keys=True) if rules else ""
