"""The outcome of an operation for programs."""

from __future__ import annotations

from typing import Any

from control.cli.events import Change
from control.cli.operation import Outcome
from control.cli.outcome_view import failures
from control.cli.progress import Changed, Failure
from control.cli.redaction import redacted


def document(outcome: Outcome) -> dict[str, Any]:
    progress = outcome.progress
    return {
        "operation": outcome.operation.name,
        "stack": outcome.stack,
        "result": outcome.result.value,
        "seconds": round(outcome.seconds, 1),
        "changes": counts(progress.counts),
        "layers": {
            layer.name: counts(layer.counts) | {"seconds": round(layer.seconds, 1)}
            for layer in progress.layers
        },
        "resources": [changed(each) for each in progress.changed],
        "failures": [] if outcome.ok else [failed(each) for each in failures(outcome)],
        "warnings": [redacted(text) for text in progress.warnings],
        "outputs": outcome.outputs,
    }


def counts(found: dict[Change, int]) -> dict[str, int]:
    return {change.value: found.get(change, 0) for change in Change}


def changed(each: Changed) -> dict[str, Any]:
    return {
        "change": each.change.value,
        "layer": each.resource.layer,
        "type": each.resource.type,
        "name": each.resource.name,
        "urn": each.resource.urn,
        "properties": list(each.properties),
    }


def failed(each: Failure) -> dict[str, Any]:
    return {
        "layer": each.resource.layer if each.resource else None,
        "urn": each.resource.urn if each.resource else None,
        "message": redacted(each.message),
    }
