"""XML configuration from nested mappings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Union
from xml.etree import ElementTree

Node = Union[
    str, int, bool, "FromEnv", "Including", "Numbered", Mapping[str, "Node"], Sequence["Node"]
]


@dataclass(frozen=True)
class FromEnv:
    """A value that the server takes from its environment, so that no file holds it."""

    variable: str


@dataclass(frozen=True, kw_only=True)
class Including:
    """A section into which the server takes what the file of `include_from` has under a name.

    The server writes a copy of its configuration beside its data; this is left out there.
    """

    name: str
    content: Mapping[str, "Node"]


@dataclass(frozen=True, kw_only=True)
class Numbered:
    """A value that is known by a number."""

    number: int
    value: str


def xml_document(root: str, content: Mapping[str, Node]) -> str:
    element = ElementTree.Element(root)
    fill(element, content)
    ElementTree.indent(element)
    return ElementTree.tostring(element, encoding="unicode") + "\n"


def fill(element: ElementTree.Element, content: Node) -> None:
    match content:
        case FromEnv(variable):
            element.set("from_env", variable)
        case Including():
            element.set("incl", content.name)
            element.set("hide_in_preprocessed", "true")
            fill(element, content.content)
        case Numbered():
            element.set("id", str(content.number))
            element.text = content.value
        case bool():
            element.text = "1" if content else "0"
        case str() | int():
            element.text = str(content)
        case Mapping():
            for name, value in content.items():
                for item in several(value):
                    fill(ElementTree.SubElement(element, name), item)
        case _:
            raise TypeError(f"{content!r} cannot stand in an XML configuration")


def several(value: Node) -> Sequence[Node]:
    """A list repeats its element; everything else stands once."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        return value
    return (value,)
