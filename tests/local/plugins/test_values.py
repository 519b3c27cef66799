"""Values between the engine's protocol and Python."""

from __future__ import annotations

from pathlib import Path

import pytest
from google.protobuf import json_format, struct_pb2
from pulumi.runtime import rpc

from local.plugins.values import (
    ARCHIVE_SIGNATURE,
    ASSET_SIGNATURE,
    SECRET_SIGNATURE,
    SIGNATURE,
    UNKNOWN,
    Asset,
    Secret,
    UnsupportedValueError,
    contains_unknown,
    decode,
    encode,
    path_text,
    paths_of_texts,
    secret_texts,
)


def struct(**props: object) -> struct_pb2.Struct:
    found = struct_pb2.Struct()
    json_format.ParseDict(props, found)
    return found


def test_plain_values_keep_their_types() -> None:
    props = {
        "text": "x",
        "count": 3,
        "share": 0.5,
        "on": True,
        "empty": {},
        "none": [],
        "deep": {"items": [{"a": 1}, "b", False]},
    }
    decoded, secret_paths = decode(encode(props))
    assert decoded == props
    assert secret_paths == frozenset()
    assert isinstance(decoded["count"], int)
    assert decoded["on"] is True


def test_nothing_is_the_same_as_not_given() -> None:
    assert decode(struct(a=None, b={"c": None, "d": 1}))[0] == {"b": {"d": 1}}
    assert decode(encode({"a": None, "b": [None, 1]}))[0] == {"b": [None, 1]}


def test_unknowns_and_secrets_are_found_at_any_depth() -> None:
    secret = {SIGNATURE: SECRET_SIGNATURE, "value": {"b": "hidden", "c": rpc.UNKNOWN}}
    props, secret_paths = decode(struct(a=[1, secret], d=rpc.UNKNOWN))
    assert props == {"a": [1, {"b": "hidden", "c": UNKNOWN}], "d": UNKNOWN}
    assert secret_paths == {("a", 1)}
    assert contains_unknown(props["a"])
    assert not contains_unknown(props["a"][0])
    assert decode(encode(props, secret_paths)) == (props, secret_paths)


def test_marked_output_is_a_secret() -> None:
    assert decode(encode({"a": {"b": Secret("x")}})) == ({"a": {"b": "x"}}, {("a", "b")})


def test_asset_is_read_from_where_it_is(tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text("<p>")
    asset = {SIGNATURE: ASSET_SIGNATURE, "hash": "h", "path": str(file)}
    props, _ = decode(struct(source=asset))
    assert props["source"] == Asset(path=str(file), hash="h")
    assert props["source"].content() == b"<p>"
    assert Asset(text="abc").content() == b"abc"
    assert decode(encode(props))[0] == props
    with pytest.raises(ValueError, match="https address"):
        Asset(uri="ftp://x").content()


def test_archive_is_refused_by_its_path() -> None:
    with pytest.raises(UnsupportedValueError, match=r"code\[0\] is an archive"):
        decode(struct(code=[{SIGNATURE: ARCHIVE_SIGNATURE}]))


def test_secret_text_is_found_where_it_turns_up_again() -> None:
    texts = secret_texts(
        {"tags": {"owner": "abcd", "n": "12"}, "p": "longer secret"}, [("tags",), ("p",)]
    )
    assert texts == {"abcd", "longer secret"}
    outputs = {"all": {"owner": "abcd", "note": "abcde"}, "url": ["x:longer secret@y", "12"]}
    assert set(paths_of_texts(outputs, texts)) == {("all", "owner"), ("url", 0)}


def test_path_is_written_as_the_engine_writes_it() -> None:
    assert path_text(("spec", "items", 0, "a.b/c", "d")) == 'spec.items[0]["a.b/c"].d'
