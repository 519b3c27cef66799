"""Property values as the engine's protocol carries them, as plain Python values and back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, final
from urllib.request import urlopen

from google.protobuf import struct_pb2  # type: ignore[import-untyped]
from pulumi.runtime import rpc

Props = dict[str, Any]
PropertyPath = tuple[str | int, ...]

SIGNATURE: Final = rpc._special_sig_key
SECRET_SIGNATURE: Final = rpc._special_secret_sig
ASSET_SIGNATURE: Final = rpc._special_asset_sig
ARCHIVE_SIGNATURE: Final = rpc._special_archive_sig

SHORTEST_SECRET = 4
SHORTEST_SECRET_INSIDE_TEXT = 8


@final
class Unknown:
    """A value that only an `up` can tell. There is one instance: compare with `is UNKNOWN`."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "<unknown>"

    def __copy__(self) -> Unknown:
        return self

    def __deepcopy__(self, memo: object) -> Unknown:
        return self


UNKNOWN: Final = Unknown()


@dataclass(frozen=True)
class Secret:
    """Marks an output as secret. Inputs reach a resource opened: see `decode`."""

    value: Any


@dataclass(frozen=True, kw_only=True)
class Asset:
    """A file of the program: exactly one of text, path and uri is set."""

    text: str | None = None
    path: str | None = None
    uri: str | None = None
    hash: str = ""

    def content(self) -> bytes:
        if self.text is not None:
            return self.text.encode()
        if self.path is not None:
            return Path(self.path).read_bytes()
        if self.uri is not None and self.uri.startswith(("https://", "file://")):
            with urlopen(self.uri, timeout=60) as response:  # noqa: S310 (schemes are checked)
                content: bytes = response.read()
                return content
        raise ValueError(f"an asset needs a text, a path or an https address, not {self.uri!r}")


class UnsupportedValueError(ValueError):
    """A kind of value that this stand-in does not take."""


def decode(struct: struct_pb2.Struct) -> tuple[Props, frozenset[PropertyPath]]:
    """Plain values, with integral numbers as int, and the paths of what was secret."""
    secret_paths: set[PropertyPath] = set()
    props = {
        key: _decode(value, (key,), secret_paths)
        for key, value in struct.fields.items()
        if value.WhichOneof("kind") != "null_value"
    }
    return props, frozenset(secret_paths)


def _decode(value: struct_pb2.Value, path: PropertyPath, secret_paths: set[PropertyPath]) -> Any:
    match value.WhichOneof("kind"):
        case "string_value":
            return UNKNOWN if value.string_value == rpc.UNKNOWN else value.string_value
        case "number_value":
            number = value.number_value
            return int(number) if number.is_integer() else number
        case "bool_value":
            return value.bool_value
        case "list_value":
            return [
                _decode(item, (*path, index), secret_paths)
                for index, item in enumerate(value.list_value.values)
            ]
        case "struct_value":
            return _decode_object(value.struct_value, path, secret_paths)
        case _:
            return None


def _decode_object(
    struct: struct_pb2.Struct, path: PropertyPath, secret_paths: set[PropertyPath]
) -> Any:
    fields = struct.fields
    signature = fields[SIGNATURE].string_value if SIGNATURE in fields else ""
    if signature == SECRET_SIGNATURE:
        secret_paths.add(path)
        return _decode(fields["value"], path, secret_paths)
    if signature == ASSET_SIGNATURE:
        parts = {name: fields[name].string_value for name in ("text", "path", "uri", "hash")}
        return Asset(hash=parts.pop("hash"), **{k: v or None for k, v in parts.items()})
    if signature:
        kind = "an archive" if signature == ARCHIVE_SIGNATURE else "a special value"
        raise UnsupportedValueError(f"{path_text(path)} is {kind}, which this plugin does not take")
    return {
        key: _decode(item, (*path, key), secret_paths)
        for key, item in fields.items()
        if item.WhichOneof("kind") != "null_value"
    }


def encode(
    props: Mapping[str, Any], secret_paths: Collection[PropertyPath] = ()
) -> struct_pb2.Struct:
    struct = struct_pb2.Struct()
    for key, value in props.items():
        if value is not None:
            _encode(value, (key,), secret_paths, struct.fields[key])
    return struct


def _encode(
    value: Any, path: PropertyPath, secret_paths: Collection[PropertyPath], into: struct_pb2.Value
) -> None:
    if isinstance(value, Secret) or path in secret_paths:
        inner = value.value if isinstance(value, Secret) else value
        fields = into.struct_value.fields
        fields[SIGNATURE].string_value = SECRET_SIGNATURE
        _encode(inner, path, (), fields["value"])
        return
    match value:
        case Unknown():
            into.string_value = rpc.UNKNOWN
        case bool():
            into.bool_value = value
        case int() | float():
            into.number_value = value
        case str():
            into.string_value = value
        case None:
            into.null_value = struct_pb2.NULL_VALUE
        case Asset():
            _encode_asset(value, into.struct_value)
        case Mapping():
            into.struct_value.SetInParent()
            for key, item in value.items():
                if item is not None:
                    _encode(item, (*path, key), secret_paths, into.struct_value.fields[key])
        case list() | tuple():
            into.list_value.SetInParent()
            for index, item in enumerate(value):
                _encode(item, (*path, index), secret_paths, into.list_value.values.add())
        case _:
            raise TypeError(f"{path_text(path)} has a {type(value).__name__}, not a plain value")


def _encode_asset(asset: Asset, into: struct_pb2.Struct) -> None:
    into.fields[SIGNATURE].string_value = ASSET_SIGNATURE
    for name in ("text", "path", "uri", "hash"):
        if text := getattr(asset, name):
            into.fields[name].string_value = text


def path_text(path: PropertyPath) -> str:
    """The path as the engine writes it: `tags["a.b"]`, `rules[0].port`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif part.replace("_", "a").isalnum():
            text += f".{part}" if text else part
        else:
            text += f'["{part}"]'
    return text


def value_at(props: Any, path: PropertyPath) -> Any:
    """The value, or None where there is none."""
    for part in path:
        if isinstance(part, int):
            props = props[part] if isinstance(props, list) and part < len(props) else None
        else:
            props = props.get(part) if isinstance(props, Mapping) else None
    return props


def leaves(value: Any, path: PropertyPath = ()) -> Iterator[tuple[PropertyPath, Any]]:
    match value:
        case Mapping():
            for key, item in value.items():
                yield from leaves(item, (*path, key))
        case list():
            for index, item in enumerate(value):
                yield from leaves(item, (*path, index))
        case _:
            yield path, value


def contains_unknown(value: Any) -> bool:
    return any(leaf is UNKNOWN for _, leaf in leaves(value))


def secret_texts(props: Props, secret_paths: Iterable[PropertyPath]) -> frozenset[str]:
    """Every text under a secret path: where it turns up again, it is still a secret."""
    found = (leaf for path in secret_paths for _, leaf in leaves(value_at(props, path)))
    return frozenset(
        leaf for leaf in found if isinstance(leaf, str) and len(leaf) >= SHORTEST_SECRET
    )


def paths_of_texts(props: Props, texts: frozenset[str]) -> Iterator[PropertyPath]:
    """The paths of texts that are one of `texts` or have a longer one of them inside."""
    inside = [text for text in texts if len(text) >= SHORTEST_SECRET_INSIDE_TEXT]
    if not texts:
        return
    for path, leaf in leaves(props):
        if isinstance(leaf, str) and (leaf in texts or any(text in leaf for text in inside)):
            yield path
