"""One resource type of a plugin: what it does with a resource, over plain dicts."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import ClassVar

from local.plugins.schema import (
    Change,
    InvalidInputsError,
    Schema,
    changes,
    imported_inputs,
    live_inputs,
    problems,
    with_defaults,
    with_names,
)
from local.plugins.values import UNKNOWN, Props


class PluginError(Exception):
    """A failure to show to the user as it is written."""


class UnsupportedTypeError(PluginError):
    """A resource or function type that this stand-in does not have."""


class NotReadyError(PluginError):
    """The resource exists, but is not as it should be: its state is kept, and the next `up` goes
    on from there."""

    def __init__(self, state: State, reason: str) -> None:
        super().__init__(reason)
        self.state = state


class CancelledError(PluginError):
    """The user interrupted the run while this resource was being waited for."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """What the engine says about one request, and a way to tell the user something."""

    urn: str
    type: str
    name: str
    preview: bool = False
    timeout: timedelta | None = None
    """From the resource's options; None where they do not say."""
    ignore_changes: tuple[str, ...] = ()
    """Paths of which the program does not want to be the judge; for diff and update."""
    seed: bytes = b""
    cancelled: threading.Event = field(default_factory=threading.Event)
    progress: Callable[[str], None] = lambda text: None
    """Show as the resource's current status, which the next one overwrites."""
    warn: Callable[[str], None] = lambda text: None

    def wait(self, interval: timedelta) -> None:
        """Let time pass between two looks at the cloud; ends the request when the user
        interrupts."""
        if self.cancelled.wait(interval.total_seconds()):
            raise CancelledError(f"interrupted while waiting for {self.name}")


@dataclass(frozen=True, kw_only=True)
class State:
    """A resource that exists. Secrets are opened; they are marked again on the way out."""

    id: str
    outputs: Props
    inputs: Props = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Diff:
    changes: Sequence[Change] = ()
    delete_before_replace: bool = False


class Resource:
    """Base of resource types. A subclass sets `schema` and has at least create, read and delete;
    update is missing only where every property replaces."""

    schema: ClassVar[Schema] = {}
    delete_before_replace: ClassVar[bool] = False
    repeats_inputs: ClassVar[bool] = True
    """Whether outputs may have an input's text in them at other places than the input's own."""

    def schema_of(self, type_: str) -> Schema:
        """For classes that serve several types."""
        return self.schema

    def secret_properties(self, type_: str) -> Collection[str]:
        """Properties that are secret whatever the program says."""
        return [name for name, known in self.schema_of(type_).items() if known.secret]

    def check(self, call: Call, inputs: Props, old: Props | None) -> Props:
        """Inputs with defaults and automatic names; `old` are those of the existing resource.

        Must answer the same for the same question. Raises InvalidInputsError.
        """
        schema = self.schema_of(call.type)
        inputs = with_names(schema, with_defaults(schema, inputs), call.name, call.seed, old)
        if failures := tuple(problems(schema, inputs)):
            raise InvalidInputsError(*failures)
        return inputs

    def diff(self, call: Call, before: State, inputs: Props) -> Diff:
        schema = self.schema_of(call.type)
        return Diff(
            changes=tuple(changes(schema, before.inputs, inputs)),
            delete_before_replace=self.delete_before_replace,
        )

    def plan(self, call: Call, inputs: Props, before: State | None) -> Props:
        """The outputs that a preview shows for a creation, or for an update of `before`."""
        schema = self.schema_of(call.type)
        if before is None:
            unknown = {n: UNKNOWN for n, p in schema.items() if p.read_only or p.computed}
            return unknown | inputs
        kept = {n: v for n, v in before.outputs.items() if n not in before.inputs}
        unknown = {name: UNKNOWN for name, known in schema.items() if known.volatile}
        return kept | unknown | inputs

    def create(self, call: Call, inputs: Props) -> State:
        """Make it and return its id and all outputs: the inputs as the cloud holds them, and what
        it added. Do not wait here: what fails here leaves no trace in the state."""
        raise NotImplementedError

    def settle(self, call: Call, state: State) -> Props:
        """After create and update: wait until it is ready, and return the outputs it then has.

        Whatever fails here keeps the resource in the state, and the next `up` goes on from there.
        """
        return state.outputs

    def read(self, call: Call, id_: str, before: State | None) -> State | None:
        """The resource as it is now, None if it is gone; `before` is None on import.

        Leave `inputs` of the answer empty to have them derived from the outputs and the schema.
        """
        raise NotImplementedError

    def update(self, call: Call, before: State, inputs: Props) -> Props:
        """Change it in place and return all outputs."""
        raise PluginError(f"{call.type} cannot be changed in place")

    def delete(self, call: Call, before: State) -> None:
        """Delete it and wait until it is gone; one that is gone already is no error."""
        raise NotImplementedError

    def inputs_of(self, call: Call, found: State, before: State | None) -> Props:
        """The inputs that a read found."""
        if found.inputs:
            return found.inputs
        schema = self.schema_of(call.type)
        if before is None or not before.inputs:
            return imported_inputs(schema, found.outputs)
        return live_inputs(schema, before.inputs, found.outputs)
