"""Takes secrets out of text that others wrote, before a person or a log sees it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

MASK = "[secret]"
SECRET_VARIABLES = (
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "PULUMI_CONFIG_PASSPHRASE",
    "PULUMI_ACCESS_TOKEN",
    "BYOC_SQL_PASSWORD",
)
SHORTEST_VALUE = 6
PATTERNS = (
    re.compile(r"k8s-aws-v1\.[\w-]+"),
    re.compile(r"tskey-[\w-]+"),
    re.compile(r"(?<=X-Amz-Signature=)[0-9a-f]+"),
    re.compile(r"(?<=X-Amz-Security-Token=)[^&\s\"']+"),
    re.compile(r"(?i)(?<=bearer )[\w.~+/-]{8,}=*"),
    re.compile(r"""(?i)(?<=password[=:])\s*[^\s"',;&]+"""),
    re.compile(r"(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"),
)


def redacted(text: str, environment: Mapping[str, str] = os.environ) -> str:
    for name in SECRET_VARIABLES:
        value = environment.get(name, "")
        if len(value) >= SHORTEST_VALUE:
            text = text.replace(value, MASK)
    for pattern in PATTERNS:
        text = pattern.sub(MASK, text)
    return text
