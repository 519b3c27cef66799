"""Tags in the forms that AWS's services give them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def pairs(tags: Mapping[str, str] | None, key: str = "Key", value: str = "Value") -> list[Any]:
    return [{key: name, value: text} for name, text in (tags or {}).items()]


def from_pairs(
    found: Iterable[Mapping[str, Any]] | None, key: str = "Key", value: str = "Value"
) -> dict[str, str]:
    return {item[key]: item.get(value, "") for item in found or ()}


def specification(resource_type: str, tags: Mapping[str, str] | None) -> list[Any] | None:
    """EC2's way of tagging at creation."""
    if not tags:
        return None
    return [{"ResourceType": resource_type, "Tags": pairs(tags)}]
