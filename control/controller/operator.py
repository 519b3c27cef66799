"""The operator: informers tell of changes, a queue orders, threads reconcile."""

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from typing import Any

import structlog

from control.controller.cluster import ClusterError
from control.controller.object_store import Change
from control.controller.reconcile_backups import reconcile_backups
from control.controller.reconcile_service import World, reconcile_service
from control.controller.reconcile_warehouse import reconcile_warehouse
from control.controller.watching import PARTS_THAT_MOVE, Item, Kind, Watching
from control.controller.work_queue import WorkQueue

WORKERS = 12
"""Passes at a time; most of their time they wait for an API server or a replica."""
FIRST_RETRY, LONGEST_RETRY = timedelta(seconds=1), timedelta(seconds=60)
STEPS_AT_ONCE = 25
"""An object that still acts after so many steps in a row lets the others go first."""

GATHERED_FOR = timedelta(milliseconds=100)
"""News of pods come in bursts, and one pass sees them all."""

log = structlog.get_logger("controller")


class Operator:
    def __init__(self, world: World, *, workers: int = WORKERS) -> None:
        self.world = world
        self.workers = workers
        self.watching = Watching()
        self.queue: WorkQueue[Item]
        self.news: asyncio.Queue[Change]
        self.loop: asyncio.AbstractEventLoop | None = None
        self.threads = ThreadPoolExecutor(workers, thread_name_prefix="pass")
        self.tasks: list[asyncio.Task[None]] = []
        self.in_a_row: dict[Item, int] = {}
        self.failures: dict[Item, int] = {}

    async def start(self) -> None:
        self.queue, self.news = WorkQueue(), asyncio.Queue()
        self.tasks = [asyncio.create_task(self.work()) for _ in range(self.workers)]
        self.tasks.append(asyncio.create_task(self.listen()))
        self.loop = asyncio.get_running_loop()

    async def stop(self) -> None:
        """Passes under way end; the next one of each begins with what the cluster holds."""
        self.loop = None
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        await asyncio.to_thread(self.threads.shutdown, wait=True, cancel_futures=True)

    @property
    def alive(self) -> bool:
        return self.loop is not None and not any(task.done() for task in self.tasks)

    def tell(self, change: Change) -> None:
        """Called by whatever thread hears of a change."""
        loop = self.loop
        if loop is not None:
            with suppress(RuntimeError):  # the loop was closed since
                loop.call_soon_threadsafe(self.news.put_nowait, change)

    async def listen(self) -> None:
        while True:
            change = await self.news.get()
            delay = GATHERED_FOR if change.kind in PARTS_THAT_MOVE else timedelta(0)
            await self.add(self.watching.heard(change), delay)

    async def add(self, items: Iterable[Item], delay: timedelta) -> None:
        for item in items:
            self.failures.pop(item, None)
            await self.queue.add(item, delay_s=delay.total_seconds())
        self.world.journal.metrics.waiting.set(len(self.queue))

    async def work(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            item = await self.queue.take()
            try:
                delay = await loop.run_in_executor(self.threads, self.reconcile, item)
            finally:
                await self.queue.done(item)
            if delay is not None:
                await self.queue.add(item, delay_s=delay.total_seconds())

    def reconcile(self, item: Item) -> timedelta | None:
        """One pass; a failure is logged here and nowhere else, and tried again later."""
        one_pass = PASSES[item.kind]
        try:
            with self.world.journal.metrics.passes.labels(item.kind.value).time():
                delay = one_pass(item.key, self.world)
        except ClusterError as error:
            log.warning("pass failed", object=str(item.key), kind=item.kind, error=str(error))
            return self.retry(item)
        except Exception:
            log.exception("pass broke off", object=str(item.key), kind=item.kind)
            self.world.journal.metrics.failures.labels(item.kind.value, "Unexpected").inc()
            return self.retry(item)
        self.failures.pop(item, None)
        return self.paced(item, delay)

    def retry(self, item: Item) -> timedelta:
        failures = self.failures.get(item, 0)
        self.failures[item] = failures + 1
        doubled: timedelta = FIRST_RETRY * 2 ** min(failures, 10)
        return min(doubled, LONGEST_RETRY)

    def paced(self, item: Item, delay: timedelta | None) -> timedelta | None:
        if delay:
            self.in_a_row.pop(item, None)
            return delay
        if delay is None:
            self.in_a_row.pop(item, None)
            return None
        self.in_a_row[item] = self.in_a_row.get(item, 0) + 1
        return FIRST_RETRY if self.in_a_row[item] > STEPS_AT_ONCE else delay


PASSES: dict[Kind, Callable[[Any, World], timedelta | None]] = {
    Kind.WAREHOUSE: reconcile_warehouse,
    Kind.SERVICE: reconcile_service,
    Kind.BACKUPS: reconcile_backups,
}
