"""XML configuration from nested mappings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Union
from xml.etree import ElementTree

Node = Union[str, int, bool, "FromEnv", Mapping[str, "Node"], Sequence["Node"]]


@dataclass(frozen=True)
class FromEnv:
    """A value that the server takes from its environment, so that no file holds it."""

    variable: str


def xml_document(root: str, content: Mapping[str, Node]) -> str:
    element = ElementTree.Element(root)
    fill(element, content)
    ElementTree.indent(element)
    return ElementTree.tostring(element, encoding="unicode") + "\n"


def fill(element: ElementTree.Element, content: Node) -> None:
    match content:
        case FromEnv(variable):
            element.set("from_env", variable)
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
