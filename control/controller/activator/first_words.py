"""Whether the first bytes of a plain connection are a client's, a probe's, or nobody's."""

import re
from enum import StrEnum

PROBES = (b"/ping", b"/replicas_status")
METHODS = (b"GET", b"POST", b"PUT", b"HEAD", b"OPTIONS", b"DELETE", b"PATCH")
LONGEST_METHOD, LONGEST_PATH = 8, 256
NATIVE_HELLO = 0
LONGEST_CLIENT_NAME = 100
PRINTABLE = re.compile(rb"[ -~]*")


class FirstWords(StrEnum):
    NOT_ALL_YET = "not all yet"
    PROBE = "probe"
    CLIENT = "client"
    NONSENSE = "nonsense"


def http_words(data: bytes) -> FirstWords:
    """A look at method and path; `/` without a query is a probe as well, it answers `Ok.`"""
    method, space, rest = data.partition(b" ")
    if not space:
        begins = any(known.startswith(method) for known in METHODS)
        return FirstWords.NOT_ALL_YET if begins else FirstWords.NONSENSE
    if method not in METHODS:
        return FirstWords.NONSENSE
    ended = re.search(rb"[ ?\r\n]", rest[:LONGEST_PATH])
    path = rest[: ended.start()] if ended else rest[:LONGEST_PATH]
    if path[:1] not in (b"/", b"") or not PRINTABLE.fullmatch(path):
        return FirstWords.NONSENSE
    if not ended:
        return FirstWords.NONSENSE if len(path) == LONGEST_PATH else FirstWords.NOT_ALL_YET
    asks = method in (b"GET", b"HEAD")
    bare = path == b"/" and ended[0] != b"?"
    return FirstWords.PROBE if asks and (bare or path in PROBES) else FirstWords.CLIENT


def native_words(data: bytes) -> FirstWords:
    """The native protocol opens with a hello and the name of the client's program."""
    if data[0] != NATIVE_HELLO:
        return FirstWords.NONSENSE
    if len(data) == 1:
        return FirstWords.NOT_ALL_YET
    length, name = data[1], data[2:]
    if not 0 < length <= LONGEST_CLIENT_NAME or not PRINTABLE.fullmatch(name[:length]):
        return FirstWords.NONSENSE
    return FirstWords.CLIENT if len(name) >= length else FirstWords.NOT_ALL_YET
