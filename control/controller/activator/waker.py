"""Calls services awake: one call for each sleep, however many clients wait for it."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog

from control.controller.activator.directory import Directory
from control.controller.activator.metrics import Metrics
from control.controller.activator.target import State, Target
from control.controller.cluster import ClusterError, Key

FIRST_RETRY, LONGEST_RETRY = timedelta(milliseconds=200), timedelta(seconds=5)

Call = Callable[[Key, str], Awaitable[None]]
"""Writes the request to wake onto the service's object."""

log = structlog.get_logger("activator")


class Waker:
    def __init__(self, call: Call, directory: Directory, metrics: Metrics) -> None:
        self._call = call
        self._directory = directory
        self._metrics = metrics
        self._calls: dict[tuple[Key, str], asyncio.Task[None]] = {}

    def wake(self, target: Target) -> None:
        """The request names the sleep: said twice, by whomever, it is one and the same."""
        sleep = (target.key, target.sleep)
        if sleep in self._calls:
            return
        for old in [old for old in self._calls if old[0] == target.key]:
            self._calls.pop(old).cancel()
        self._calls[sleep] = asyncio.create_task(self._insist(target))

    async def _insist(self, target: Target) -> None:
        wait = FIRST_RETRY
        while self._still_sleeps(target):
            try:
                await self._call(target.key, target.sleep)
            except ClusterError as error:
                self._metrics.failed_calls.inc()
                log.warning(
                    "could not call a service awake", object=str(target.key), why=str(error)
                )
                await asyncio.sleep(wait.total_seconds())
                wait = min(wait * 2, LONGEST_RETRY)
                continue
            self._metrics.calls.inc()
            log.info("called awake", object=str(target.key), sleep=target.sleep)
            return

    def _still_sleeps(self, target: Target) -> bool:
        now = self._directory.find(target.key)
        return now is not None and now.state is State.ASLEEP and now.sleep == target.sleep
