"""What a decision needs to know of things that exist already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

Tags = Mapping[str, str]


def names(text: str) -> frozenset[str]:
    """A set of names as a table writes it, with blanks between them."""
    return frozenset(text.split())


@dataclass(frozen=True, kw_only=True)
class RoleFacts:
    arn: str
    tags: Tags = field(default_factory=dict)
    boundary: str | None = None


class Facts(Protocol):
    """Of one account and region."""

    def tags(self, arn: str) -> Tags: ...

    def ec2_tags(self, id_: str) -> Tags: ...

    def role(self, name: str) -> RoleFacts | None: ...

    def key_arn(self, key: str) -> str | None:
        """ARN of a KMS key by its id, ARN, or an alias."""

    def aliased_key(self, alias: str) -> str | None: ...

    def ec2_ids(self, id_: str) -> tuple[str, ...]:
        """What an association, or the rule of a group, belongs to."""

    def template_id(self, name: str) -> str | None: ...

    def eks_arn(self, kind: str, cluster: str, name: str) -> str | None: ...

    def bucket_account(self, bucket: str) -> str | None: ...


Context = dict[str, Any]


def resource_tags(tags: Tags, *prefixes: str) -> Context:
    """Tags of what is there, under the global key and the service's own."""
    return {
        f"{prefix}:ResourceTag/{key}": value
        for prefix in ("aws", *prefixes)
        for key, value in tags.items()
    }


def request_tags(tags: Tags) -> Context:
    """Tags that the call brings."""
    if not tags:
        return {}
    given: Context = {f"aws:RequestTag/{key}": value for key, value in tags.items()}
    return given | {"aws:TagKeys": list(tags)}


def pairs(tags: Any) -> dict[str, str]:
    """Tags in any of the forms in which AWS's services take them."""
    if isinstance(tags, Mapping):
        return {str(key): str(value) for key, value in tags.items()}
    found = {}
    for tag in tags or ():
        key = tag.get("Key", tag.get("TagKey"))
        found[str(key)] = str(tag.get("Value", tag.get("TagValue", "")))
    return found
