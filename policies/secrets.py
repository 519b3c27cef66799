"""What a secret looks like where none may stand."""

import re

NAMED = re.compile(r"(password|passwd|secret|token|api_?key|private_?key)$", re.IGNORECASE)
CONTENT = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----|\bAKIA[0-9A-Z]{16}\b|\btskey-auth-\w+")


def named_like_secret(key: str) -> bool:
    return bool(NAMED.search(key))


def looks_secret(value: str) -> bool:
    return bool(CONTENT.search(value))
