"""Policy variables: `${aws:PrincipalTag/team}` and the like in resources and conditions."""

from __future__ import annotations

import re
from collections.abc import Mapping

VARIABLE = re.compile(r"\$\{([^}]+)\}")
LITERALS = {"*": "[*]", "?": "[?]", "$": "$"}


def filled(text: str, keys: Mapping[str, str | list[str]]) -> str | None:
    """`text` with its variables' values, by lower-case key; None where one has no value.

    What stood for a wildcard's own character, or came in by a value, is no wildcard.
    """
    missing = False

    def value(found: re.Match[str]) -> str:
        nonlocal missing
        name, _, default = (part.strip() for part in found[1].partition(","))
        if name in LITERALS:
            return LITERALS[name]
        given = keys.get(name.lower())
        if isinstance(given, str):
            return given.replace("*", LITERALS["*"]).replace("?", LITERALS["?"])
        if default:
            return default.strip("'")
        missing = True
        return ""

    text = VARIABLE.sub(value, text)
    return None if missing else text
