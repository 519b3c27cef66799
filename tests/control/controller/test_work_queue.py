import asyncio
from collections.abc import Coroutine
from typing import Any

from control.controller.work_queue import WorkQueue


def run(coroutine: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(coroutine, timeout=30))


def test_items_come_at_their_due_time() -> None:
    async def scenario() -> None:
        queue: WorkQueue[str] = WorkQueue()
        await queue.add("later", delay_s=0.05)
        await queue.add("now")
        assert [await queue.take(), await queue.take()] == ["now", "later"]

    run(scenario())


def test_an_item_waits_once_and_at_its_earliest_time() -> None:
    async def scenario() -> None:
        queue: WorkQueue[str] = WorkQueue()
        await queue.add("a", delay_s=60)
        await queue.add("a")
        await queue.add("a", delay_s=30)
        assert len(queue) == 1
        assert await queue.take() == "a"
        assert len(queue) == 0

    run(scenario())


def test_an_item_is_never_worked_on_twice_at_once() -> None:
    async def scenario() -> None:
        queue: WorkQueue[str] = WorkQueue()
        await queue.add("a")
        assert await queue.take() == "a"
        await queue.add("a")
        await queue.add("b")
        assert await queue.take() == "b"
        again = asyncio.create_task(queue.take())
        await asyncio.sleep(0)
        assert not again.done()
        await queue.done("a")
        assert await again == "a"

    run(scenario())


def test_a_waiting_worker_hears_of_an_earlier_item() -> None:
    async def scenario() -> None:
        queue: WorkQueue[str] = WorkQueue()
        await queue.add("slow", delay_s=60)
        taking = asyncio.create_task(queue.take())
        await asyncio.sleep(0)
        await queue.add("quick")
        assert await taking == "quick"

    run(scenario())
