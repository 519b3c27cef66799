"""The configuration's reference, generated from the models: JSON schema and Markdown table."""

from collections.abc import Iterator, Mapping
from enum import Enum
from ipaddress import IPv4Network
from typing import Any, NamedTuple, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from infra.config.document import NAMESPACE
from infra.config.section import Secret, Section
from infra.config.stack import StackConfig

TYPE_NAMES = {
    str: "text",
    int: "number",
    bool: "true or false",
    IPv4Network: "network",
    Secret: "secret",
}


class Row(NamedTuple):
    key: str
    type: str
    default: str
    description: str


def json_schema() -> dict[str, Any]:
    """Schema of a whole stack file, for editors and for checks outside Pulumi."""
    document = StackConfig.model_json_schema(by_alias=True)
    definitions = document.pop("$defs", {})
    properties = {f"{NAMESPACE}{key}": value for key, value in document["properties"].items()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Stack of a ClickHouse BYOC deployment",
        "type": "object",
        "required": ["config"],
        "properties": {
            "config": {
                "type": "object",
                "properties": properties,
                "required": [f"{NAMESPACE}{key}" for key in document["required"]],
                "patternProperties": {"^(?!byoc:)": {}},
                "additionalProperties": False,
            }
        },
        "$defs": definitions,
    }


def markdown() -> str:
    """A table of every key, in the order of the models."""
    lines = ["| key | type | default | meaning |", "|---|---|---|---|"]
    lines += [f"| `{row.key}` | {row.type} | {row.default} | {row.description} |" for row in rows()]
    return "\n".join(lines) + "\n"


def rows() -> Iterator[Row]:
    for field in StackConfig.model_fields.values():
        yield from _rows(f"{NAMESPACE}{field.alias}", field)


def _rows(key: str, field: FieldInfo) -> Iterator[Row]:
    section = _section(field.annotation)
    if section is None:
        yield Row(key, _type_name(field.annotation), _default(field), _cell(field.description))
        return
    is_list = _is_list(field.annotation)
    if is_list:
        default = "none" if not field.is_required() and not field.default else _default(field)
        yield Row(key, "list", default, _cell(field.description))
    for inner in section.model_fields.values():
        yield from _rows(f"{key}[].{inner.alias}" if is_list else f"{key}.{inner.alias}", inner)


def _section(annotation: Any) -> type[Section] | None:
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return annotation
    return next(filter(None, map(_section, get_args(annotation))), None)


def _is_list(annotation: Any) -> bool:
    return getattr(annotation, "__origin__", None) is tuple


def _type_name(annotation: Any) -> str:
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return ", ".join(f"`{member.value}`" for member in annotation)
    if annotation in TYPE_NAMES:
        return TYPE_NAMES[annotation]
    origin, arguments = getattr(annotation, "__origin__", None), get_args(annotation)
    if origin is dict:
        return "mapping of text"
    inner = [a for a in arguments if a not in (type(None), Ellipsis)]
    name = _type_name(inner[0])
    return f"list of {name}" if origin is tuple else name


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    return _shown(field.default)


def _shown(value: Any) -> str:
    if value is None or value in ((), {}):
        return "none"
    if isinstance(value, Enum):
        return f"`{value.value}`"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, tuple):
        return ", ".join(map(_shown, value))
    if isinstance(value, BaseModel):
        return f"`{getattr(value, 'name', type(value).__name__)}`"
    if isinstance(value, Mapping):
        return ", ".join(f"`{key}`" for key in value)
    return f"`{value}`"


def _cell(text: str | None) -> str:
    return (text or "").replace("|", "\\|").replace("<", "&lt;")
