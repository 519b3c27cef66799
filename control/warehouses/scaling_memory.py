"""The memory of sizing in the status of a Service, and the mark on what was written by itself."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from control.scaling.steering import By, Change, Held, Memory
from control.warehouses.model import UNIT_GIB
from control.warehouses.names import GROUP
from control.warehouses.objects import moment_from, moment_text

MIB = 1024**2

SCALED = f"{GROUP}/scaled"
"""Annotation written with every automatic change of the wanted size, in the same request."""


def memory_from(status: Mapping[str, Any]) -> Memory:
    kept = status.get("scaling") or {}
    return Memory(
        seen_units=units_of(kept.get("seenGib")),
        seen_replicas=kept.get("seenReplicas"),
        checked_at=moment(kept.get("checkedAt")),
        schedule=kept.get("schedule", ""),
        rule=kept.get("rule", ""),
        rule_began=moment(kept.get("ruleBegan")),
        rule_ends=moment(kept.get("ruleEnds")),
        replicas_before=kept.get("replicasBefore"),
        units_before=units_of(kept.get("gibBefore")),
        held=Held(
            by=By(kept["askedBy"]) if kept.get("askedBy") else None,
            until=moment(kept.get("heldUntil")),
            floor_units=kept.get("floorUnits", 1),
            floor_replicas=kept.get("floorReplicas", 1),
            ceiling_units=kept.get("ceilingUnits"),
        ),
        last_horizontal=moment(kept.get("lastHorizontal")),
        crash_bytes=kept.get("crashMib", 0) * MIB,
        crash_at=moment(kept.get("crashAt")),
    )


def memory_status(memory: Memory) -> dict[str, Any]:
    """None removes what was there before."""
    held = memory.held
    return {
        "seenGib": gib_of(memory.seen_units),
        "seenReplicas": memory.seen_replicas,
        "checkedAt": text(memory.checked_at),
        "schedule": memory.schedule or None,
        "rule": memory.rule or None,
        "ruleBegan": text(memory.rule_began),
        "ruleEnds": text(memory.rule_ends),
        "replicasBefore": memory.replicas_before,
        "gibBefore": gib_of(memory.units_before),
        "askedBy": held.by.value if held.by else None,
        "heldUntil": text(held.until),
        "floorUnits": held.floor_units if held.floor_units > 1 else None,
        "floorReplicas": held.floor_replicas if held.floor_replicas > 1 else None,
        "ceilingUnits": held.ceiling_units,
        "lastHorizontal": text(memory.last_horizontal),
        "crashMib": memory.crash_bytes // MIB or None,
        "crashAt": text(memory.crash_at),
    }


def scaled_mark(change: Change, *, units: int, replicas: int, now: datetime) -> str:
    """What the object wants after the change: anything else in it later is a person's."""
    about = {
        "by": change.by.value,
        "rule": change.rule or None,
        "memoryGib": units * UNIT_GIB,
        "replicas": replicas,
        "at": moment_text(now),
    }
    return json.dumps({name: value for name, value in about.items() if value is not None})


@dataclass(frozen=True, kw_only=True)
class Mark:
    """The last automatic change, as it stands in the object."""

    units: int | None = None
    replicas: int | None = None
    rule: str = ""
    at: datetime | None = None


def mark_from(annotations: Mapping[str, str]) -> Mark:
    """A spoilt mark says nothing."""
    try:
        about = json.loads(annotations.get(SCALED, "{}"))
        return Mark(
            units=units_of(about.get("memoryGib")),
            replicas=about.get("replicas"),
            rule=about.get("rule", ""),
            at=moment(about.get("at")),
        )
    except (ValueError, AttributeError, TypeError):
        return Mark()


def units_of(gib: int | None) -> int | None:
    return None if gib is None else gib // UNIT_GIB


def gib_of(units: int | None) -> int | None:
    return None if units is None else units * UNIT_GIB


def moment(value: str | None) -> datetime | None:
    return moment_from(value) if value else None


def text(value: datetime | None) -> str | None:
    return moment_text(value) if value else None
