"""A resource provider that does nothing: what is left is engine, SDK and plugin base."""

from __future__ import annotations

from typing import ClassVar

from local.plugins.provider import (
    Call,
    Property,
    Props,
    Provider,
    Resource,
    Schema,
    State,
    run_provider,
)


class Item(Resource):
    schema: ClassVar[Schema] = {
        "label": Property(),
        "tags": Property(),
        "made": Property(read_only=True),
    }

    def create(self, call: Call, inputs: Props) -> State:
        return State(id=call.name, outputs={**inputs, "made": True})

    def read(self, call: Call, id_: str, before: State | None) -> State | None:
        return before

    def delete(self, call: Call, before: State) -> None:
        """There is nothing to delete."""


class NoopProvider(Provider):
    name = "noop"
    sdk = "pulumi"

    def configure(self, config: Props) -> None:
        self.resources = {"noop:index/item:Item": Item()}


if __name__ == "__main__":
    run_provider(NoopProvider())
