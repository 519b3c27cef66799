"""A plugin for the tests of the shared base: its cloud is a folder of JSON files."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import ClassVar

from local.plugins.provider import (
    AutoName,
    Call,
    ConfigKey,
    Failure,
    InvalidInputsError,
    PluginError,
    Property,
    Props,
    Provider,
    Resource,
    Schema,
    State,
    as_json,
    in_any_order,
    run_provider,
)

TICK = timedelta(milliseconds=20)


class Book(Resource):
    schema: ClassVar[Schema] = {
        "title": Property(required=True),
        "isbn": Property(replaces=True, auto_name=AutoName(max_length=30)),
        "labels": Property(),
        "rules": Property(same=as_json),
        "authors": Property(same=in_any_order),
        "pages": Property(fields={"number": Property(required=True), "text": Property()}),
        "price": Property(default=10),
        "key": Property(secret=True, write_only=True),
        "neverReady": Property(),
        "location": Property(computed=True),
        "link": Property(read_only=True),
        "revision": Property(read_only=True, volatile=True),
        "labelsAll": Property(read_only=True, derived_from="labels"),
    }

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def file(self, id_: str) -> Path:
        return self.folder / f"{id_}.json"

    def check(self, call: Call, inputs: Props, old: Props | None) -> Props:
        inputs = super().check(call, inputs, old)
        if inputs["title"] == "forbidden":
            raise InvalidInputsError(Failure(property="title", reason="may not be 'forbidden'"))
        return inputs

    def create(self, call: Call, inputs: Props) -> State:
        if inputs["title"] == "refused":
            raise PluginError("the shelf does not take refused books")
        id_ = inputs["isbn"]
        lost = inputs["title"] == "lost"
        if lost and self.file(id_).exists():
            raise PluginError(f"{id_} stands on the shelf already")
        book = {"location": "room 1"} | inputs | {"link": f"shelf://{id_}", "revision": 1}
        made = State(id=id_, outputs=self.written(id_, book))
        if lost:
            raise PluginError("the shelf did not answer")
        return made

    def settle(self, call: Call, state: State) -> Props:
        while state.outputs.get("neverReady"):
            if call.timeout is not None and call.timeout < timedelta(seconds=2):
                raise PluginError("the book is still at the printer's")
            call.progress("waiting for the printer")
            call.wait(TICK)
        return state.outputs

    def read(self, call: Call, id_: str, before: State | None) -> State | None:
        file = self.file(id_)
        return State(id=id_, outputs=json.loads(file.read_text())) if file.exists() else None

    def update(self, call: Call, before: State, inputs: Props) -> Props:
        old = json.loads(self.file(before.id).read_text())
        kept = {name: old[name] for name in ("location", "link")}
        return self.written(before.id, kept | inputs | {"revision": old["revision"] + 1})

    def delete(self, call: Call, before: State) -> None:
        self.file(before.id).unlink(missing_ok=True)

    def written(self, id_: str, book: Props) -> Props:
        book["labelsAll"] = book.get("labels", {}) | {"shelf": "yes"}
        self.file(id_).write_text(json.dumps(book))
        return book


class ShelfProvider(Provider):
    name = "shelf"
    sdk = "pulumi"
    config: ClassVar[dict[str, ConfigKey]] = {
        "folder": ConfigKey(replaces=True),
        "limits": ConfigKey(json=True),
    }

    def configure(self, config: Props) -> None:
        if config.get("limits", {}).get("books") == 0:
            raise PluginError("shelf:limits leaves no room for a book")
        self.resources = {"shelf:index/book:Book": Book(Path(config["folder"]))}

    def invoke(self, token: str, args: Props) -> Props:
        if token != "shelf:index/shout:shout":
            return super().invoke(token, args)
        return {"text": args["text"].upper(), "spoken": args["text"]}


if __name__ == "__main__":
    run_provider(ShelfProvider())
