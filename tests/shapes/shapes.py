"""The examples, each a shape that a deployment can have."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from infra.config import load_file
from infra.config.document import from_file
from infra.config.stack import StackConfig
from tests.infra.config.documents import Document

EXAMPLES = Path(__file__).parents[2] / "examples"


@dataclass(frozen=True, kw_only=True)
class Shape:
    name: str
    file: Path

    @property
    def document(self) -> Document:
        """The file's keys, without their namespace."""
        return from_file(self.file).values

    @property
    def config(self) -> StackConfig:
        return load_file(self.file)


def shapes() -> list[Shape]:
    files = sorted(EXAMPLES.glob("Pulumi.*.yaml"))
    return [Shape(name=file.name.split(".")[1], file=file) for file in files]


def shape(name: str) -> Shape:
    return Shape(name=name, file=EXAMPLES / f"Pulumi.{name}.yaml")
