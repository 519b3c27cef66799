"""The engine's event stream, as the few facts that a person follows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from control.cli.layers import Resource, resource_of

if TYPE_CHECKING:
    from pulumi.automation.events import EngineEvent, StepEventMetadata


class Change(StrEnum):
    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    DELETE = "delete"
    SAME = "same"


COUNTED: Mapping[str, Change] = {
    "create": Change.CREATE,
    "import": Change.CREATE,
    "update": Change.UPDATE,
    "replace": Change.REPLACE,
    "import-replacement": Change.REPLACE,
    "delete": Change.DELETE,
    "discard": Change.DELETE,
    "same": Change.SAME,
    "read": Change.SAME,
}
"""Operations of the engine that are a resource's change; the others are steps of a replacement."""

ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]|<\{%[^%]*%\}>")
NOISE = re.compile(r"using pulumi-[\w-]+ from \$PATH at ")


@dataclass(frozen=True, kw_only=True)
class Began:
    resource: Resource
    operation: str


@dataclass(frozen=True, kw_only=True)
class Ended:
    resource: Resource
    operation: str
    properties: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    """Of what changed within them, where the provider tells."""

    @property
    def change(self) -> Change | None:
        return COUNTED.get(self.operation)


@dataclass(frozen=True, kw_only=True)
class Broke:
    resource: Resource
    operation: str


class Severity(StrEnum):
    STATUS = "status"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, kw_only=True)
class Said:
    severity: Severity
    message: str
    resource: Resource | None = None


@dataclass(frozen=True, kw_only=True)
class Closed:
    """The engine's last word."""

    maybe_corrupt: bool = False


Fact = Began | Ended | Broke | Said | Closed


def fact_of(event: EngineEvent) -> Fact | None:
    if event.resource_pre_event:
        return began(event.resource_pre_event.metadata)
    if event.res_outputs_event:
        return ended(event.res_outputs_event.metadata)
    if event.res_op_failed_event:
        metadata = event.res_op_failed_event.metadata
        return Broke(resource=resource_of(metadata.urn), operation=operation(metadata))
    if event.diagnostic_event:
        diagnostic = event.diagnostic_event
        return said(
            diagnostic.severity,
            diagnostic.message,
            urn=diagnostic.urn,
            status=bool(diagnostic.ephemeral),
        )
    if event.policy_event:
        policy = event.policy_event
        mandatory = policy.enforcement_level == "mandatory"
        text = f"policy {policy.policy_name}: {policy.message}"
        severity = Severity.ERROR if mandatory else Severity.WARNING
        return said(severity, text, urn=policy.resource_urn)
    if event.summary_event:
        return Closed(maybe_corrupt=event.summary_event.maybe_corrupt)
    return None


def began(metadata: StepEventMetadata) -> Began:
    return Began(resource=resource_of(metadata.urn), operation=operation(metadata))


def ended(metadata: StepEventMetadata) -> Ended:
    return Ended(
        resource=resource_of(metadata.urn),
        operation=operation(metadata),
        properties=tuple(metadata.diffs or ()),
        paths=tuple(metadata.detailed_diff or metadata.diffs or ()),
    )


def operation(metadata: StepEventMetadata) -> str:
    return str(metadata.op.value)


def said(severity: str, message: str, *, urn: str | None, status: bool = False) -> Said | None:
    """None for what is no news: the engine's debug messages hold whole properties, secrets too."""
    text = ANSI.sub("", message).strip()
    if severity == "debug" or not text or NOISE.match(text):
        return None
    kind = Severity(severity) if severity in set(Severity) else Severity.INFO
    if status:
        kind = Severity.STATUS
    return Said(severity=kind, message=text, resource=resource_of(urn) if urn else None)
