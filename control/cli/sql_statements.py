"""Cuts a script into statements: over HTTP each is a request of its own."""

from __future__ import annotations

import re

TOKEN = re.compile(
    r"""
      '(?:[^'\\]|\\.|'')*'      # a string
    | "(?:[^"\\]|\\.)*"         # quoted names
    | `(?:[^`\\]|\\.)*`
    | --[^\n]*                  # comments
    | \#!?[ ][^\n]*
    | /\*.*?\*/
    | ;
    """,
    re.VERBOSE | re.DOTALL,
)
INLINE_DATA = re.compile(r"(?is)^\s*insert\s+into\s.*\bformat\s+(?!values\b)\w+\s+\S")


def statements(script: str) -> list[str]:
    """Without what is empty or only a comment. Rows behind INSERT ... FORMAT stay with it."""
    if INLINE_DATA.match(script):
        return [script.strip()]
    found, start = [], 0
    for token in TOKEN.finditer(script):
        if token.group() == ";":
            found.append(script[start : token.start()])
            start = token.end()
    found.append(script[start:])
    return [text.strip() for text in found if says_something(text)]


def says_something(text: str) -> bool:
    without_comments = TOKEN.sub(
        lambda token: token.group() if is_quoted(token.group()) else "", text
    )
    return bool(without_comments.strip())


def is_quoted(token: str) -> bool:
    return token[0] in "'\"`"
