"""An activator in a process of its own, and a replica behind it: for benchmarks only."""

from __future__ import annotations

import asyncio
import contextlib
import sys

from prometheus_client import CollectorRegistry

from control.controller.activator.__main__ import raise_file_limit
from control.controller.activator.directory import Directory
from control.controller.activator.doorkeeper import Doorkeeper
from control.controller.activator.limits import Limits
from control.controller.activator.listeners import Listeners
from control.controller.activator.metrics import Metrics
from control.controller.activator.target import State, Target
from control.controller.activator.waker import Waker
from control.controller.cluster import Key

PORT, REPLICA_PORT = 20_000, 8123
CHUNK = b"x" * (1 << 18)


async def activator(address: str, replica: str) -> None:
    """`replica` is where clients are passed on to; a dash: the service sleeps, and is not woken."""
    directory, metrics = Directory(), Metrics(CollectorRegistry())

    async def nobody_wakes(key: Key, sleep: str) -> None:
        await asyncio.sleep(0)

    keeper = Doorkeeper(
        directory, Waker(nobody_wakes, directory, metrics), metrics, limits=Limits(held=1000)
    )
    directory.ports_changed = Listeners(address, keeper).follow
    asleep = replica == "-"
    directory.put(
        Target(
            key=Key("clickhouse", "one"),
            state=State.ASLEEP if asleep else State.SERVING,
            sleep="1" if asleep else "",
            port=PORT,
            addresses=() if asleep else (replica,),
        )
    )
    await asyncio.Event().wait()


async def replica(address: str) -> None:
    """Takes a request line, then sends as many bytes as its path says."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, ValueError, IndexError):
            line = await reader.readline()
            left = int(line.split(b"/", 2)[1].split(b" ")[0])
            while left > 0:
                writer.write(CHUNK[:left])
                left -= len(CHUNK)
                await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, address, REPLICA_PORT, backlog=512)
    await server.serve_forever()


def main() -> None:
    role, *addresses = sys.argv[1:]
    raise_file_limit()
    asyncio.run(activator(*addresses) if role == "activator" else replica(*addresses))


if __name__ == "__main__":
    main()
