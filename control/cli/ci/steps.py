"""What the engine plans for one resource: its inputs before and after, ready to be judged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from control.cli.events import COUNTED, Change
from control.cli.layers import Resource, resource_of

if TYPE_CHECKING:
    from pulumi.automation.events import EngineEvent, StepEventMetadata, StepEventStateMetadata

Props = Mapping[str, Any]
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""What the engine writes for a text that is not known before the update."""
SEALED = "[secret]"
"""What it writes for a secret."""


@dataclass(frozen=True, kw_only=True)
class Step:
    resource: Resource
    change: Change
    old: Props = field(default_factory=dict)
    new: Props = field(default_factory=dict)
    """Inputs; empty where there is no resource before or after."""
    id: str = ""
    """Of what is there now."""
    properties: tuple[str, ...] = ()
    """Those that change."""
    causes: tuple[str, ...] = ()
    """Those that make it a replacement."""
    protection_ends: bool = False
    kept: bool = False
    """The cloud's object stays when the resource goes."""

    @property
    def goes(self) -> bool:
        """Whether the object of today is deleted in the cloud."""
        return self.change in (Change.DELETE, Change.REPLACE) and not self.kept

    @property
    def type(self) -> str:
        return self.resource.type

    @property
    def thing(self) -> str:
        """Name in the program, and the cloud's own where it differs."""
        own = self.id.rpartition("/")[2]
        return (
            f"{self.resource} ({own})" if own and own != self.resource.name else f"{self.resource}"
        )


def step_of(event: EngineEvent) -> Step | None:
    """None for what changes nothing; a resource that stays counts where it loses protection."""
    if not event.resource_pre_event:
        return None
    metadata = event.resource_pre_event.metadata
    change = COUNTED.get(str(metadata.op.value))
    if change is None:
        return None
    step = built(metadata, change)
    if not step.resource.counts or (change is Change.SAME and not step.protection_ends):
        return None
    return step


def built(metadata: StepEventMetadata, change: Change) -> Step:
    old, new = metadata.old, metadata.new
    return Step(
        resource=resource_of(metadata.urn),
        change=change,
        old=inputs(old),
        new=inputs(new),
        id=old.id if old else "",
        properties=tuple(metadata.diffs or ()),
        causes=tuple(metadata.keys or ()),
        protection_ends=bool(old and old.protect and not (new and new.protect)),
        kept=bool(old and old.retain_on_delete),
    )


def inputs(state: StepEventStateMetadata | None) -> Props:
    return (state.inputs if state else None) or {}


OWNERS = {
    "aws:s3/bucket:Bucket": "bucket",
    "aws:ec2/vpc:Vpc": "vpcId",
    "kubernetes:core/v1:Namespace": "metadata.namespace",
}
"""Where others name what they are part of."""


def outliving(steps: Iterable[Step]) -> list[Step]:
    """Without what is deleted together with its bucket, network or namespace: nothing is left that
    it could guard or open."""
    steps = list(steps)
    deleted = [step for step in steps if step.change is Change.DELETE and step.id]
    gone = {(OWNERS[step.type], step.id) for step in deleted if step.type in OWNERS}
    return [
        step
        for step in steps
        if step.change is not Change.DELETE
        or step.type in OWNERS
        or not any((path, at(step.old, path)) in gone for path in OWNERS.values())
    ]


def at(props: Any, path: str) -> Any:
    """The value at a dotted path; None where it, or a part of the path, is missing or unknown."""
    value = props
    for key in path.split("."):
        if isinstance(value, list):
            value = value[0] if value else None
        if not isinstance(value, Mapping):
            return None
        value = value.get(key)
    return value


def listed(value: Any) -> list[Any]:
    """One or several, as a list."""
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def mappings(value: Any) -> Iterator[Mapping[str, Any]]:
    """One or several blocks; what is not known yet is none."""
    return (each for each in listed(value) if isinstance(each, Mapping))
