"""Security group rules whose source is a group: a description of theirs is not part of what they
are, and is told."""

from __future__ import annotations

from typing import Any

from moto.ec2.models.security_groups import SecurityGroupRule

moto_eq = SecurityGroupRule.__eq__


def same_rule(self: SecurityGroupRule, other: Any) -> bool:
    mine, theirs = self.source_group, other.source_group
    if not mine or not theirs:
        return moto_eq(self, other)
    try:
        self.source_group, other.source_group = without_text(mine), without_text(theirs)
        return moto_eq(self, other)
    finally:
        self.source_group, other.source_group = mine, theirs


def without_text(source: dict[str, str]) -> dict[str, str]:
    return {key: value for key, value in source.items() if key != "Description"}


def description(self: SecurityGroupRule) -> str | None:
    return self.ip_range.get("Description") or self.source_group.get("Description")


def install() -> None:
    SecurityGroupRule.__eq__ = same_rule  # type: ignore[method-assign]
    SecurityGroupRule.description = property(description)  # type: ignore[assignment, method-assign]
