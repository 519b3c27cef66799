"""Which object is looked at next: each at most once at a time, at its due time."""

import asyncio
import heapq
from collections.abc import Hashable
from typing import Generic, TypeVar

T = TypeVar("T", bound=Hashable)


class WorkQueue(Generic[T]):
    """An item added while it is worked on has its turn again afterwards."""

    def __init__(self) -> None:
        self.due: dict[T, float] = {}
        self.heap: list[tuple[float, int, T]] = []
        self.working: set[T] = set()
        self.count = 0
        self.changed = asyncio.Condition()

    def __len__(self) -> int:
        return len(self.due)

    async def add(self, item: T, *, delay_s: float = 0.0) -> None:
        """The earlier of several due times counts."""
        at = asyncio.get_running_loop().time() + delay_s
        async with self.changed:
            if at >= self.due.get(item, float("inf")):
                return
            self.due[item] = at
            self.count += 1
            heapq.heappush(self.heap, (at, self.count, item))
            self.changed.notify_all()

    async def take(self) -> T:
        loop = asyncio.get_running_loop()
        async with self.changed:
            while True:
                item, wait_s = self.next_item(loop.time())
                if item is not None:
                    self.working.add(item)
                    return item
                try:
                    await asyncio.wait_for(self.changed.wait(), wait_s)
                except TimeoutError:
                    continue

    def next_item(self, now: float) -> tuple[T | None, float | None]:
        """An item that is due, or else the time until one may be."""
        put_back = []
        found: T | None = None
        wait_s: float | None = None
        while self.heap:
            at, order, item = heapq.heappop(self.heap)
            if self.due.get(item) != at:
                continue
            if at > now:
                put_back.append((at, order, item))
                wait_s = at - now
                break
            if item in self.working:
                put_back.append((at, order, item))
                continue
            del self.due[item]
            found = item
            break
        for entry in put_back:
            heapq.heappush(self.heap, entry)
        return found, wait_s

    async def done(self, item: T) -> None:
        async with self.changed:
            self.working.discard(item)
            self.changed.notify_all()
