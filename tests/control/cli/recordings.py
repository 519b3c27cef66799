"""Event streams of the genuine engine (3.255), less the resources' states, replayed."""

from __future__ import annotations

import json
from pathlib import Path

from pulumi.automation.events import EngineEvent

from control.cli.events import fact_of
from control.cli.progress import Progress

FOLDER = Path(__file__).parent / "recorded"
SECOND_PER_EVENT_S = 0.1


def events(name: str) -> list[EngineEvent]:
    lines = (FOLDER / f"{name}.jsonl").read_text().splitlines()
    return [EngineEvent.from_json(json.loads(line)) for line in lines]


def replayed(name: str, *, until: int | None = None) -> Progress:
    """The progress after the first `until` events, one every tenth of a second."""
    progress = Progress()
    for number, event in enumerate(events(name)[:until]):
        fact = fact_of(event)
        if fact is not None:
            progress.take(fact, number * SECOND_PER_EVENT_S)
    return progress
