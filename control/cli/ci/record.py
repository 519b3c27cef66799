"""What was applied, by whom, from which plan: for people, for programs, and for later."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from control.cli.ci.actor import Actor
from control.cli.ci.markdown import code, table, words
from control.cli.ci.saved_plan import SHOWN, Facts, SavedPlan
from control.cli.events import Change
from control.cli.output import plain
from control.cli.wording import Tense, clock, sentence


@dataclass(frozen=True, kw_only=True)
class Record:
    at: datetime
    by: Actor
    plan: SavedPlan
    here: Facts
    """What it was applied from: of the plan's tree, and perhaps another commit."""
    result: str
    seconds: float
    changes: Mapping[Change, int]
    failures: tuple[str, ...] = ()


def message(plan: SavedPlan, by: Actor) -> str:
    """Kept by the engine's backend in the stack's history."""
    return f"byoc ci apply {plan.digest[:SHOWN]} of commit {plan.facts.commit[:SHOWN]} by {by.name}"


def document(record: Record) -> dict[str, Any]:
    return {
        "at": plain(record.at),
        "by": record.by.name,
        "run": record.by.run,
        "stack": record.plan.facts.stack,
        "result": record.result,
        "digest": record.plan.digest,
        "plan": record.plan.plan,
        "commit": record.here.commit,
        "previewedAt": record.plan.facts.commit,
        "base": record.plan.facts.base,
        "tree": record.here.tree,
        "changes": {change.value: record.changes.get(change, 0) for change in Change},
        "seconds": round(record.seconds, 1),
        "failures": list(record.failures),
    }


def append(history: Path, record: Record) -> None:
    """One line, written by one call: two that append at a time do not mix."""
    history.parent.mkdir(parents=True, exist_ok=True)
    line = json.dumps(document(record), ensure_ascii=False) + "\n"
    handle = os.open(history, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        os.write(handle, line.encode())
    finally:
        os.close(handle)


def headline(record: Record) -> str:
    done = sentence(record.changes, Tense.DONE)
    name = record.plan.facts.stack
    return f"{name}: {record.result}, {done} in {clock(record.seconds)}"


def markdown(record: Record) -> str:
    lines = [
        f"<!-- byoc-ci-apply {record.plan.facts.stack} -->",
        f"## {headline(record)}",
        "",
    ]
    if record.failures:
        lines += ["> [!CAUTION]", "> What was done is recorded and stays: preview again.", ""]
        lines += [f"- {words(text)}" for text in record.failures] + [""]
    rows = [
        ["digest", code(record.plan.digest)],
        ["commit", code(record.here.commit[:SHOWN])],
        ["applied by", code(record.by.name)],
        ["run", words(record.by.run)],
    ]
    return "\n".join([*lines, *table(["", ""], rows)]) + "\n"
