"""The operator: kopf watches, a queue orders, threads reconcile."""

import asyncio
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

import kopf
import structlog

from control.controller.cluster import ClusterError
from control.controller.reconcile_backups import reconcile_backups
from control.controller.reconcile_service import World, reconcile_service
from control.controller.reconcile_warehouse import reconcile_warehouse
from control.controller.watching import Item, Kind, Watching, part_changed
from control.controller.work_queue import WorkQueue
from control.warehouses.names import GROUP, VERSION, WAREHOUSE_LABEL

WORKERS = 6
FIRST_RETRY, LONGEST_RETRY = timedelta(seconds=1), timedelta(seconds=60)
STEPS_AT_ONCE = 25
"""An object that still acts after so many steps in a row lets the others go first."""

log = structlog.get_logger("controller")


class Operator:
    def __init__(self, world: World, *, workers: int = WORKERS) -> None:
        self.world = world
        self.workers = workers
        self.watching = Watching()
        self.queue: WorkQueue[Item]
        self.tasks: list[asyncio.Task[None]] = []
        self.in_a_row: dict[Item, int] = {}
        self.failures: dict[Item, int] = {}

    async def start(self, **_: Any) -> None:
        self.queue = WorkQueue()
        self.tasks = [asyncio.create_task(self.work()) for _ in range(self.workers)]

    async def stop(self, **_: Any) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    async def add(self, items: Iterable[Item]) -> None:
        for item in items:
            self.failures.pop(item, None)
            await self.queue.add(item)
        self.world.journal.metrics.waiting.set(len(self.queue))

    async def work(self) -> None:
        while True:
            item = await self.queue.take()
            try:
                delay = await asyncio.to_thread(self.reconcile, item)
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


def registry_of(operator: Operator) -> kopf.OperatorRegistry:
    """kopf's part: watching and reconnecting. It keeps nothing in our objects."""
    registry = kopf.OperatorRegistry()

    @kopf.on.login(registry=registry)
    async def log_in(**about: Any) -> kopf.ConnectionInfo | None:
        inside = kopf.login_with_service_account(**about)
        return inside or kopf.login_with_kubeconfig(**about)

    @kopf.on.startup(registry=registry)
    async def settings_of(settings: kopf.OperatorSettings, **_: Any) -> None:
        settings.posting.enabled = False
        settings.persistence.finalizer = f"{GROUP}/unused"
        settings.watching.server_timeout = 300
        await operator.start()

    @kopf.on.cleanup(registry=registry)
    async def clean_up(**_: Any) -> None:
        await operator.stop()

    @kopf.on.event(GROUP, VERSION, "warehouses", registry=registry)
    async def on_warehouse(type: str | None, body: kopf.Body, **_: Any) -> None:
        await operator.add(operator.watching.warehouse_changed(type, body))

    @kopf.on.event(GROUP, VERSION, "services", registry=registry)
    async def on_service(type: str | None, body: kopf.Body, **_: Any) -> None:
        await operator.add(operator.watching.service_changed(type, body))

    @kopf.on.event(GROUP, VERSION, "backups", registry=registry)
    async def on_backup(type: str | None, body: kopf.Body, **_: Any) -> None:
        await operator.add(operator.watching.backup_changed(type, body))

    @kopf.on.event(
        "apps", "v1", "statefulsets", labels={WAREHOUSE_LABEL: kopf.PRESENT}, registry=registry
    )
    @kopf.on.event("", "v1", "pods", labels={WAREHOUSE_LABEL: kopf.PRESENT}, registry=registry)
    async def on_part(body: kopf.Body, **_: Any) -> None:
        await operator.add(part_changed(body))

    return registry
