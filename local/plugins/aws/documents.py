"""Properties of the program as documents of the API, and back, by botocore's models."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from local.plugins.provider import PluginError, Props, Schema


def pascal(name: str) -> str:
    return name[:1].upper() + name[1:]


def camel(name: str) -> str:
    return name[:1].lower() + name[1:]


def request(client: Any, operation: str, props: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """The parameters of a call, from properties of the same names in any case; values get the
    types that the model has for them. `more` is taken as it is, without the Nones."""
    name = client.meta.method_to_api_mapping[operation]
    shape = client.meta.service_model.operation_model(name).input_shape
    rest = {key: value for key, value in more.items() if value is not None}
    return {**to_api(shape, props), **rest}


def to_api(shape: Any, value: Any) -> Any:
    match shape.type_name:
        case "structure":
            return structure(shape, value)
        case "list":
            return [to_api(shape.member, item) for item in value]
        case "map":
            return {key: to_api(shape.value, item) for key, item in value.items()}
        case "boolean":
            return value.lower() == "true" if isinstance(value, str) else bool(value)
        case "integer" | "long":
            return int(value)
        case "float" | "double":
            return float(value)
        case "string":
            return str(value).lower() if isinstance(value, bool) else str(value)
        case _:
            return value


def structure(shape: Any, value: Mapping[str, Any]) -> dict[str, Any]:
    members = {name.lower(): name for name in shape.members}
    found = {}
    for key, item in value.items():
        name = members.get(key.lower())
        if name is None:
            raise PluginError(f"AWS's {shape.name} has no field for the property {key!r}")
        if item is not None:
            found[name] = to_api(shape.members[name], item)
    return found


def props(document: Mapping[str, Any] | None, schema: Schema) -> Props:
    """The properties of a schema as far as the document has fields of the same names."""
    fields = {key.lower(): value for key, value in (document or {}).items()}
    return {
        name: plain(fields[name.lower()], known.fields)
        for name, known in schema.items()
        if fields.get(name.lower()) is not None
    }


def plain(value: Any, schema: Schema | None = None) -> Any:
    match value:
        case Mapping():
            return props(value, schema) if schema is not None else dict(value)
        case list():
            return [plain(item, schema) for item in value]
        case datetime():
            return value.isoformat()
        case _:
            return value


def pick(source: Mapping[str, Any], names: Iterable[str]) -> Props:
    return {name: source[name] for name in names if source.get(name) is not None}


def as_text(old: Any, new: Any) -> bool:
    """The same value, as text or not: AWS answers true where programs write 'true'."""
    return str(old).lower() == str(new).lower()
