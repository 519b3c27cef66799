"""Creates that failed or are planned, in the form in which an engine records those that it was
killed amid.

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
from control.cli.service_view import moment

if TYPE_CHECKING:
    from pulumi.automation import EngineEvent, UpdateSummary
    from pulumi.automation.events import StepEventMetadata, StepEventStateMetadata

CREATES = ("create", "create-replacement")
OBJECTS = "kubernetes:"
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""What the engine writes for a value that is known only once other things are made."""
UPDATE, DESTROY = "update", "destroy"
SUCCEEDED = "succeeded"


@dataclass(frozen=True, kw_only=True)
class Create:
    resource: Document
    """As the state would hold it."""
    replaces: str = ""
    """The id of its predecessor."""


@dataclass
class FailedCreates:
    """Takes an operation's events, and keeps the creates that failed."""

    found: list[Create] = field(default_factory=list)

    def __call__(self, event: EngineEvent) -> None:
        if event.res_op_failed_event and (made := create_of(event.res_op_failed_event.metadata)):
            self.found.append(made)


@dataclass
class PlannedCreates:
    """Takes a preview's events, and keeps what can have been made by an attempt before: nothing
    that waits for what is not there. An object in the cluster is made once, by its name."""

    found: list[Create] = field(default_factory=list)

    def __call__(self, event: EngineEvent) -> None:
        planned = event.resource_pre_event
        if planned and (made := create_of(planned.metadata)):
            of_cluster = made.resource["type"].startswith(OBJECTS)
            if not of_cluster and not has_unknown(made.resource["inputs"]):
                self.found.append(made)


def has_unknown(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(has_unknown(item) for item in value.values())
    if isinstance(value, list):
        return any(has_unknown(item) for item in value)
    return bool(value == UNKNOWN)


def create_of(step: StepEventMetadata) -> Create | None:
    if step.op.value not in CREATES or step.new is None or not step.new.custom:
        return None
    return Create(
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


def as_pending(deployment: Document, failed: Iterable[Create]) -> dict[str, Any]:
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


def is_recorded(create: Create, resources: Iterable[Document]) -> bool:
    return any(
        each["urn"] == create.resource["urn"]
        and each.get("id", "") != create.replaces
        and not each.get("delete")
        and not each.get("pendingReplacement")
        for each in resources
    )


def looked_for(pending: Document, since: datetime) -> list[Pending]:
    return [replace(each, not_before=since) for each in pending_creates(pending)]


def is_unfinished(history: Iterable[UpdateSummary], deployment: Document) -> bool:
    """Whether the last attempt did not go through, or was never written down."""
    for update in history:
        if update.kind in (UPDATE, DESTROY):
            return update.result != SUCCEEDED
    return bool(deployment.get("resources"))


def not_before(
    history: Iterable[UpdateSummary], deployment: Document, otherwise: datetime
) -> datetime:
    """Since when attempts may have made what is not recorded, by a history that is newest first:
    since the last that went through, or since this stack's first. What is older is something else.
    """
    began = [otherwise]
    for update in history:
        if update.kind == DESTROY or (update.kind == UPDATE and update.result == SUCCEEDED):
            return (update.end_time or update.start_time).replace(tzinfo=UTC)
        if update.kind == UPDATE:
            began.append(update.start_time.replace(tzinfo=UTC))
    recorded = (moment(each.get("created")) for each in deployment.get("resources") or ())
    return min([*began, *(at for at in recorded if at)])
