"""What strangers say first: read to the letter, whatever they send and however it is cut."""

from __future__ import annotations

import struct

import pytest
from hypothesis import example, given
from hypothesis import strategies as some

from control.controller.activator.client_hello import Found, read_hello
from control.controller.activator.first_words import FirstWords, http_words, native_words
from control.controller.activator.proxy_header import (
    SIGNATURE,
    BadProxyHeaderError,
    read_proxy_header,
)
from tests.control.controller.activator.door import HOST, NATIVE, QUERY, client_hello

HELLO = client_hello(HOST)
NAMELESS = client_hello(None)
V4 = SIGNATURE + b"\x21\x11" + struct.pack(">H", 12) + bytes([10, 1, 2, 3, 10, 9, 9, 9]) + b"\0" * 4
V6 = SIGNATURE + b"\x21\x21" + struct.pack(">H", 36) + b"\x20\x01\x0d\xb8" + b"\0" * 32
LOCAL = SIGNATURE + b"\x20\x00\x00\x00"


def in_records(message: bytes, size: int) -> bytes:
    """The same handshake message in records of at most `size` bytes."""
    body = message[5:]
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"\x16\x03\x01" + struct.pack(">H", len(piece)) + piece for piece in pieces)


def test_the_name_of_a_genuine_client_is_read() -> None:
    assert read_hello(HELLO).name == HOST
    assert read_hello(client_hello("Primary.Acme.Example")).name == "primary.acme.example"


def test_a_client_that_names_nobody_is_recognized_as_such() -> None:
    assert read_hello(NAMELESS).found is Found.NAME
    assert read_hello(NAMELESS).name == ""


@pytest.mark.parametrize("size", [1, 3, 100])
def test_a_hello_may_be_spread_over_records(size: int) -> None:
    assert read_hello(in_records(HELLO, size)).name == HOST


@given(some.integers(min_value=0, max_value=len(HELLO) - 1))
@example(5)
def test_a_hello_cut_anywhere_waits_for_the_rest(length: int) -> None:
    assert read_hello(HELLO[:length]).found is Found.NOTHING_YET


@given(some.binary(max_size=600))
def test_garbage_is_never_a_name(data: bytes) -> None:
    hello = read_hello(data)
    assert hello.name == ""


@given(some.integers(min_value=5, max_value=len(HELLO) - 1), some.integers(0, 255))
def test_a_damaged_hello_never_breaks_the_reader(at: int, value: int) -> None:
    damaged = HELLO[:at] + bytes([value]) + HELLO[at + 1 :]
    assert read_hello(damaged).found in set(Found)


def test_an_endless_hello_is_refused() -> None:
    record = b"\x16\x03\x01\x40\x00" + b"\x01\xff\xff\xff" + b"\0" * 16380
    assert read_hello(record).found is Found.NOT_TLS


HTTP = {
    "a query": (QUERY, FirstWords.CLIENT),
    "a query in the address": (b"GET /?query=SELECT%201 HTTP/1.1\r\n", FirstWords.CLIENT),
    "a post": (b"POST / HTTP/1.1\r\n", FirstWords.CLIENT),
    "the play page": (b"GET /play HTTP/1.1\r\n", FirstWords.CLIENT),
    "a ping": (b"GET /ping HTTP/1.1\r\n", FirstWords.PROBE),
    "a ping with words": (b"GET /ping?x=1 HTTP/1.0\r\n", FirstWords.PROBE),
    "a head ping": (b"HEAD /ping HTTP/1.1\r\n", FirstWords.PROBE),
    "replicas status": (b"GET /replicas_status HTTP/1.1\r\n", FirstWords.PROBE),
    "the root alone": (b"GET / HTTP/1.1\r\n", FirstWords.PROBE),
    "half a method": (b"GE", FirstWords.NOT_ALL_YET),
    "half a path": (b"GET /pin", FirstWords.NOT_ALL_YET),
    "nobody's method": (b"HELP\r\n", FirstWords.NONSENSE),
    "a TLS hello": (HELLO, FirstWords.NONSENSE),
    "a native hello": (NATIVE, FirstWords.NONSENSE),
    "an endless path": (b"GET /" + b"a" * 300, FirstWords.NONSENSE),
    "bytes in the path": (b"GET /\x00\x01 HTTP/1.1\r\n", FirstWords.NONSENSE),
}


@pytest.mark.parametrize(("data", "expected"), HTTP.values(), ids=HTTP.keys())
def test_http(data: bytes, expected: FirstWords) -> None:
    assert http_words(data) is expected


NATIVE_CASES = {
    "a client": (NATIVE, FirstWords.CLIENT),
    "one byte": (b"\x00", FirstWords.NOT_ALL_YET),
    "half a name": (NATIVE[:7], FirstWords.NOT_ALL_YET),
    "no name": (b"\x00\x00\x00", FirstWords.NONSENSE),
    "an endless name": (b"\x00\x7f" + b"a" * 127, FirstWords.NONSENSE),
    "zeros": (b"\x00" * 40, FirstWords.NONSENSE),
    "http": (QUERY, FirstWords.NONSENSE),
    "a TLS hello": (HELLO, FirstWords.NONSENSE),
}


@pytest.mark.parametrize(("data", "expected"), NATIVE_CASES.values(), ids=NATIVE_CASES.keys())
def test_native(data: bytes, expected: FirstWords) -> None:
    assert native_words(data) is expected


@given(some.binary(min_size=1, max_size=400))
def test_no_words_break_the_readers(data: bytes) -> None:
    assert http_words(data) in set(FirstWords)
    assert native_words(data) in set(FirstWords)


@given(some.sampled_from([QUERY, b"GET /ping HTTP/1.1\r\n"]), some.data())
def test_words_that_come_in_pieces_are_not_judged_early(
    words: bytes, data: some.DataObject
) -> None:
    cut = data.draw(some.integers(min_value=1, max_value=len(words)))
    early = http_words(words[:cut])
    assert early in (FirstWords.NOT_ALL_YET, http_words(words))


def test_a_balancer_tells_whose_connection_it_is() -> None:
    v4, v6 = read_proxy_header(V4 + QUERY), read_proxy_header(V6)
    assert v4 and (v4.client, v4.size) == ("10.1.2.3", len(V4))
    assert v6 and v6.client == "2001:db8::"


def test_a_balancers_own_check_has_no_client() -> None:
    header = read_proxy_header(LOCAL)
    assert header and header.client == ""


@given(some.integers(min_value=0, max_value=len(V6) - 1))
def test_a_header_cut_anywhere_waits_for_the_rest(length: int) -> None:
    assert read_proxy_header(V6[:length]) is None


@given(some.binary(min_size=13, max_size=100))
def test_anything_else_is_refused(data: bytes) -> None:
    with pytest.raises(BadProxyHeaderError):
        read_proxy_header(data)
