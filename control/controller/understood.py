"""What was made of a document, as long as that is the very same one."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

T = TypeVar("T")
Document = dict[str, Any]

MOST_REMEMBERED = 20_000


class Understood(Generic[T]):
    """A pass over one service reads all of a namespace, and most of them have not changed.

    Identity is what counts: a memory of the cluster hands out one document until it is another.
    """

    def __init__(self, understand: Callable[[Document], T]) -> None:
        self.understand = understand
        self.known: dict[str, tuple[Document, T]] = {}

    def __call__(self, document: Document) -> T:
        uid = document["metadata"]["uid"]
        known = self.known.get(uid)
        if known is not None and known[0] is document:
            return known[1]
        if len(self.known) >= MOST_REMEMBERED:
            self.known.clear()
        made = self.understand(document)
        self.known[uid] = (document, made)
        return made
