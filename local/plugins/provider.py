'''What the local resource plugins share: a plugin is a `Provider` with a table of `Resource`s.

A complete plugin, which the engine finds as `pulumi-resource-shelf` on PATH:

    class Shelf:
        """The cloud behind it."""

    class Book(Resource):
        schema = {
            "title": Property(required=True),
            "isbn": Property(replaces=True, auto_name=AutoName(max_length=40)),
            "labels": Property(),
            "rules": Property(same=as_json),
            "pages": Property(fields={"number": Property(required=True), "text": Property()}),
            "key": Property(secret=True, write_only=True),
            "location": Property(computed=True),
            "arn": Property(read_only=True),
            "revision": Property(read_only=True, volatile=True),
            "labelsAll": Property(read_only=True, derived_from="labels"),
        }

        def __init__(self, shelf: Shelf) -> None:
            self.shelf = shelf

        def create(self, call: Call, inputs: Props) -> State:
            book = self.shelf.add(inputs)
            return State(id=book.isbn, outputs=book.describe())

        def settle(self, call: Call, state: State) -> Props:
            while not (book := self.shelf.find(state.id)).ready:
                call.progress("waiting for the printer")
                call.wait(timedelta(seconds=1))
            return book.describe()

        def read(self, call: Call, id_: str, before: State | None) -> State | None:
            book = self.shelf.find(id_)
            return State(id=id_, outputs=book.describe()) if book else None

        def update(self, call: Call, before: State, inputs: Props) -> Props:
            return self.shelf.change(before.id, inputs).describe()

        def delete(self, call: Call, before: State) -> None:
            self.shelf.remove(before.id, missing_ok=True)

    class ShelfProvider(Provider):
        name = "shelf"
        sdk = "pulumi-shelf"
        config = {"region": ConfigKey(), "endpoints": ConfigKey(json=True)}

        def configure(self, config: Props) -> None:
            self.resources = {"shelf:index/book:Book": Book(Shelf(config["region"]))}

    if __name__ == "__main__":
        run_provider(ShelfProvider())

What the base does, so that a resource type need not: unknown values (`UNKNOWN`) only ever reach
`check`, `diff` and `plan`; secrets arrive opened and leave marked wherever they were, whatever has
their text in it and whatever is `derived_from` them; integral numbers are `int`; properties that
are not in the schema, at any depth under `fields`, are refused by name; names are chosen and kept;
`diff` compares inputs property by property; `read` turns the live outputs back into inputs: on
refresh as far as the program had set them (a value that means the same keeps its form), on import
all that a program could set. Raise PluginError for a failure that the user should read, and
InvalidInputsError in `check`. Wait only by `call.wait`, which ends when the user interrupts.
Requests run in parallel on many threads: share only what is safe to share.
'''

from __future__ import annotations

import difflib
import importlib.metadata
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from local.plugins.resource import (
    Call,
    CancelledError,
    Diff,
    NotReadyError,
    PluginError,
    Resource,
    State,
    UnsupportedTypeError,
)
from local.plugins.schema import (
    AutoName,
    Change,
    Failure,
    InvalidInputsError,
    Kind,
    Property,
    Schema,
    as_json,
    in_any_order,
)
from local.plugins.server import run_provider
from local.plugins.values import UNKNOWN, Asset, Props, Secret, contains_unknown

__all__ = [
    "UNKNOWN",
    "Asset",
    "AutoName",
    "Call",
    "CancelledError",
    "Change",
    "ConfigKey",
    "Diff",
    "Failure",
    "InvalidInputsError",
    "Kind",
    "NotReadyError",
    "PluginError",
    "Property",
    "Props",
    "Provider",
    "Resource",
    "Schema",
    "Secret",
    "State",
    "UnsupportedTypeError",
    "as_json",
    "contains_unknown",
    "in_any_order",
    "run_provider",
]


@dataclass(frozen=True, kw_only=True)
class ConfigKey:
    """A setting of the provider. Whatever is not a text arrives as a JSON document: `json`."""

    json: bool = False
    replaces: bool = False
    """Another value means another cloud: all resources are replaced."""


class Provider:
    """Base of plugins. A subclass sets `name`, `sdk` and `config`, and fills `resources`."""

    name: ClassVar[str]
    sdk: ClassVar[str]
    """The Python distribution whose version this plugin goes by."""
    config: ClassVar[Mapping[str, ConfigKey]] = {}
    resources: Mapping[str, Resource]

    def __init__(self) -> None:
        self.resources = {}

    @property
    def version(self) -> str:
        return importlib.metadata.version(self.sdk)

    def configure(self, config: Props) -> None:
        """Called once, with everything known, before any resource."""

    def check_config(self, config: Props) -> Iterable[Failure]:
        for name in config:
            if name not in self.config:
                known = ", ".join(sorted(self.config))
                reason = f"the local {self.name} plugin has no setting {name!r}, only {known}"
                yield Failure(property=name, reason=reason)

    def diff_config(self, old: Props, new: Props) -> Iterable[Change]:
        for name in sorted(old | new):
            if old.get(name) != new.get(name):
                key = self.config.get(name, ConfigKey())
                yield Change(path=(name,), kind=_kind(name, old, new), replaces=key.replaces)

    def decoded_config(self, config: Props) -> Props:
        return {name: self._decoded(name, value) for name, value in config.items()}

    def _decoded(self, name: str, value: Any) -> Any:
        key = self.config.get(name)
        if key is None or not key.json or not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError as error:
            raise PluginError(f"{self.name}:{name} must be a JSON value: {error}") from error

    def resource(self, type_: str) -> Resource:
        """What serves a resource type; UnsupportedTypeError where there is nothing."""
        found = self.resources.get(type_)
        if found is None:
            raise UnsupportedTypeError(self._unsupported("resource type", type_, self.resources))
        return found

    def invoke(self, token: str, args: Props) -> Props:
        """Answer a function call, such as a data source's."""
        raise UnsupportedTypeError(self._unsupported("function", token, ()))

    def _unsupported(self, what: str, token: str, known: Iterable[str]) -> str:
        close = difflib.get_close_matches(token, list(known), n=1)
        hint = f"; did you mean {close[0]}?" if close else ""
        return f"the local {self.name} plugin does not support the {what} {token}{hint}"


def _kind(name: str, old: Props, new: Props) -> Kind:
    if name not in old:
        return Kind.ADD
    return Kind.UPDATE if name in new else Kind.DELETE
