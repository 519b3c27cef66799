"""Creates that failed, in the form in which an engine records those that it was killed amid.

The cloud may have done one of them, and its answer not have come: the provider, asking again, is
told that it is there already, and so is each later `up`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from control.cli.deployment_state import SECRET_MARK
from control.cli.pending_plan import CREATING, Document, Pending, pending_creates

if TYPE_CHECKING:
    from pulumi.automation import EngineEvent, UpdateSummary
    from pulumi.automation.events import StepEventMetadata, StepEventStateMetadata

CREATES = ("create", "create-replacement")
UPDATE, DESTROY = "update", "destroy"
SUCCEEDED = "succeeded"


@dataclass(frozen=True, kw_only=True)
class FailedCreate:
    resource: Document
    """As the state would hold it."""
    replaces: str = ""
    """The id of its predecessor."""


@dataclass
class FailedCreates:
    """Takes an operation's events, and keeps the creates that failed."""

    found: list[FailedCreate] = field(default_factory=list)

    def __call__(self, event: EngineEvent) -> None:
        if event.res_op_failed_event and (made := create_of(event.res_op_failed_event.metadata)):
            self.found.append(made)


def create_of(step: StepEventMetadata) -> FailedCreate | None:
    if step.op.value not in CREATES or step.new is None or not step.new.custom:
        return None
    return FailedCreate(
        resource=resource_made(step.urn, step.new), replaces=step.old.id if step.old else ""
    )


def resource_made(urn: str, made: StepEventStateMetadata) -> dict[str, Any]:
    return {
        "urn": urn,
        "custom": True,
        "type": made.type,
        "inputs": without_secrets(made.inputs or {}),
        "parent": made.parent,
        "provider": made.provider,
        **({"protect": True} if made.protect else {}),
        **({"retainOnDelete": True} if made.retain_on_delete else {}),
    }


def without_secrets(value: Any) -> Any:
    """Events hold a mark in place of each, which is none that a state may hold."""
    if isinstance(value, Mapping):
        return {key: without_secrets(item) for key, item in value.items() if not is_secret(item)}
    if isinstance(value, list):
        return [without_secrets(item) for item in value if not is_secret(item)]
    return value


def is_secret(value: Any) -> bool:
    return isinstance(value, Mapping) and SECRET_MARK in value


def as_pending(deployment: Document, failed: Iterable[FailedCreate]) -> dict[str, Any]:
    """The recorded state as if an engine had been killed amid these creates; without those of which
    the provider told what it had made before it failed."""
    resources: Sequence[Document] = deployment.get("resources") or ()
    before = [each["urn"] for each in resources if each.get("id") and not each.get("delete")]
    return {
        **deployment,
        "pending_operations": [
            {"type": CREATING, "resource": {**each.resource, "dependencies": before}}
            for each in failed
            if not is_recorded(each, resources)
        ],
    }


def is_recorded(create: FailedCreate, resources: Iterable[Document]) -> bool:
    return any(
        each["urn"] == create.resource["urn"]
        and each.get("id", "") != create.replaces
        and not each.get("delete")
        and not each.get("pendingReplacement")
        for each in resources
    )


def looked_for(pending: Document, began_at: datetime) -> list[Pending]:
    return [replace(each, not_before=began_at) for each in pending_creates(pending)]


def began_at(history: Iterable[UpdateSummary], otherwise: datetime) -> datetime:
    """When the first of the attempts began that have failed since one went through, by a history
    that is newest first: what is older was made by something else, and never lost."""
    earliest = otherwise
    for update in history:
        if update.kind not in (UPDATE, DESTROY):
            continue
        if update.kind == DESTROY or update.result == SUCCEEDED:
            break
        earliest = min(earliest, update.start_time.replace(tzinfo=UTC))
    return earliest
