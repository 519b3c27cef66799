"""Names that are the program's, made up, or only begun by the program."""

from __future__ import annotations

import hashlib
from typing import Any

from local.plugins.aws.cloud import Aws
from local.plugins.provider import AutoName, Property, Props, Schema


def named(max_length: int, **more: Any) -> Schema:
    """The properties `name` and `namePrefix`."""
    return {
        "name": Property(computed=True, replaces=True, auto_name=AutoName(max_length=max_length)),
        "namePrefix": Property(replaces=True, write_only=True, **more),
    }


def unique_name(inputs: Props, aws: Aws, name: str = "name") -> str:
    """The name, or one that starts with the prefix and is the resource's own."""
    given = inputs.get(name)
    if given is not None:
        return str(given)
    seed = aws.call.seed + aws.call.urn.encode()
    return f"{inputs.get(f'{name}Prefix', 'pulumi-')}{hashlib.sha256(seed).hexdigest()[:12]}"
