"""The recorded asks of a deployment's life, and what they were recorded from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.config import parse
from local.aws.iam.evaluation import Ask
from permissions.rows import Phase
from tests.access_proof import scenario
from tests.access_proof.program import deploy
from tests.engine import run

TRACE = Path(__file__).parent / "trace.json"
UNTOLD = frozenset({"aws:userid", "aws:SourceIp", "aws:PrincipalType"})
"""Keys that differ from run to run, and of which no statement of ours speaks."""


@dataclass(frozen=True, kw_only=True)
class Recorded:
    phase: Phase
    call: str
    ask: Ask

    @property
    def text(self) -> str:
        return f"{self.phase} {self.call}: {self.ask.action} on {self.ask.resource}"


def distinct(phase: Phase, calls: Iterable[Any]) -> list[Recorded]:
    """Each ask once for a phase, whichever of many alike resources it was for."""
    found: dict[str, Recorded] = {}
    for call in calls:
        for decided in call["decided"]:
            ask = decided["ask"]
            context = {k: v for k, v in ask["context"].items() if k not in UNTOLD}
            item = Recorded(
                phase=phase,
                call=f"{call['service']}:{call['operation']}",
                ask=Ask(action=ask["action"], resource=ask["resource"], context=context),
            )
            found.setdefault(likeness(item), item)
    return list(found.values())


def likeness(item: Recorded) -> str:
    """What two asks have in common that differ only in ids and names of tags' values."""
    kind = item.ask.resource.split(":", 5)[-1].partition("/")[0]
    by_name = item.ask.action.partition(":")[0] not in ("ec2", "kms")
    keys = {
        key: value if not key.endswith("/Name") else ""
        for key, value in sorted(item.ask.context.items())
    }
    return json.dumps([item.call, item.ask.action, item.ask.resource if by_name else kind, keys])


def write(recorded: list[Recorded], digest: str, path: Path) -> None:
    shared: dict[str, int] = {}
    rows = []
    for item in recorded:
        context = json.dumps(item.ask.context, sort_keys=True)
        number = shared.setdefault(context, len(shared))
        rows.append([item.phase, item.call, item.ask.action, item.ask.resource, number])
    document = {
        "deployment": digest,
        "contexts": [json.loads(context) for context in shared],
        "asks": rows,
    }
    lines = json.dumps(document, indent=None).replace('], ["', '],\n["').replace('}, {"', '},\n{"')
    path.write_text(lines + "\n")


def read(path: Path = TRACE) -> tuple[str, list[Recorded]]:
    document = json.loads(path.read_text())
    contexts = document["contexts"]
    return document["deployment"], [
        Recorded(
            phase=Phase(phase),
            call=call,
            ask=Ask(action=action, resource=resource, context=contexts[number]),
        )
        for phase, call, action, resource, number in document["asks"]
    ]


def digest_of_deployment() -> str:
    """Changes when the deployment of the proof would be another one: then record it anew."""
    around = scenario.Around()
    at_first = scenario.deployment(around)
    later = scenario.made_ready(at_first, around)
    text = hashlib.sha256()
    for document in (at_first, later, scenario.operated(later)):
        config = parse(document)
        seen = run(lambda config=config: deploy(config))  # type: ignore[misc]
        for resource in sorted(seen.resources, key=lambda r: r.urn):
            # policies are documents of the rows themselves, which the proof looks at anyway
            inputs = {k: v for k, v in resource.inputs.items() if "olicy" not in k}
            text.update(json.dumps([resource.urn, inputs], sort_keys=True).encode())
    return text.hexdigest()[:16]
