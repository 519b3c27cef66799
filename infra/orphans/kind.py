"""A kind of thing that can be left behind: how it is listed, read and removed."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from infra.orphans.item import Item
from infra.preflight.finding import ClientOf
from permissions.names import Scope

Raw = Mapping[str, Any]
List = Callable[[ClientOf, Scope], Iterable[Raw]]
Tags = Callable[[ClientOf, Sequence[Raw]], Sequence[Mapping[str, str]]]
Before = Callable[[ClientOf, Raw], Iterable[str]]


def inline(_: ClientOf, raws: Sequence[Raw]) -> list[dict[str, str]]:
    """Tags that come with the list, by either of the names that AWS has for them."""
    return [pairs(raw.get("Tags") or raw.get("TagSet") or ()) for raw in raws]


def pairs(tags: Iterable[Raw] | Mapping[str, str]) -> dict[str, str]:
    if isinstance(tags, Mapping):
        return dict(tags)
    return {str(tag["Key"]): str(tag["Value"]) for tag in tags}


@dataclass(frozen=True, kw_only=True)
class Kind:
    name: str
    list: List
    id: str
    removal: tuple[str, ...]
    """Commands without `aws` and region; fields of the listed item in braces."""
    rights: tuple[str, ...]
    """The actions that listing needs: rows of permissions/audit."""
    names: tuple[str, ...] = ()
    """Fields that name patterns are held against."""
    tags: Tags = inline
    alive: Callable[[Raw], bool] = lambda raw: True
    before: Before | None = None
    """Commands that the removal waits for, found for each item that is left."""

    def items(self, client: ClientOf, scope: Scope) -> Iterator[Item]:
        raws = [raw for raw in self.list(client, scope) if self.alive(raw)]
        for raw, tags in zip(raws, self.tags(client, raws), strict=True):
            named = tags.get("Name")
            names = [str(raw[field]) for field in self.names if raw.get(field)]
            yield Item(
                id=str(raw[self.id]),
                names=tuple([*names, named] if named else names),
                tags=tags,
                raw=raw,
            )

    def command(self, client: ClientOf, item: Item, scope: Scope) -> str:
        first = list(self.before(client, item.raw)) if self.before else []
        last = [command.format(**item.raw) for command in self.removal]
        return " && ".join(f"aws {each} --region {scope.region}" for each in [*first, *last])


def paged(service: str, operation: str, key: str, **query: Any) -> List:
    """A list by boto3's own pages, and by one call where it has none."""
    return lambda client, _: everything(client(service), operation, key, **query)


def everything(client: Any, operation: str, key: str, **query: Any) -> Iterator[Any]:
    if not client.can_paginate(operation):
        yield from getattr(client, operation)(**query).get(key) or ()
        return
    for page in client.get_paginator(operation).paginate(**query):
        yield from page.get(key) or ()


def state_is_not(field: str, *gone: str) -> Callable[[Raw], bool]:
    return lambda raw: str(raw.get(field, "")).lower() not in gone
