"""Every service that can be asked for, always as last told by the API server."""

import asyncio
from collections.abc import Callable, Iterable
from datetime import timedelta

from control.controller.activator.target import Target
from control.controller.cluster import Key


class Directory:
    def __init__(self) -> None:
        self.targets: dict[Key, Target] = {}
        self.synced = False
        self.ingress: frozenset[str] | None = None
        """Addresses of our ingress, which holds its clients to the allow-list; None: unknown."""
        self.ports_changed: Callable[[set[int]], None] = lambda ports: None
        self._changed: dict[Key, asyncio.Event] = {}

    def put(self, target: Target) -> None:
        before = self.targets.get(target.key)
        self.targets[target.key] = target
        if before != target:
            self._tell(target.key)
        if before is None or before.port != target.port:
            self.ports_changed(self.ports())

    def drop(self, key: Key) -> None:
        if self.targets.pop(key, None) is not None:
            self._tell(key)
            self.ports_changed(self.ports())

    def replace(self, targets: Iterable[Target]) -> None:
        """What a new list does not name is gone."""
        found = {target.key: target for target in targets}
        for key in set(self.targets) - set(found):
            self.drop(key)
        for target in found.values():
            self.put(target)
        self.synced = True
        self.ports_changed(self.ports())

    def find(self, key: Key) -> Target | None:
        return self.targets.get(key)

    def by_port(self, port: int) -> Target | None:
        """None also where two services claim it: rather nobody than the wrong one."""
        return only(target for target in self.targets.values() if target.port == port)

    def by_host(self, host: str) -> Target | None:
        return only(target for target in self.targets.values() if host in target.hosts)

    def ports(self) -> set[int]:
        return {target.port for target in self.targets.values() if target.port is not None}

    async def change(self, key: Key, within: timedelta) -> None:
        """Return once the service has changed, or after a while."""
        event = self._changed.setdefault(key, asyncio.Event())
        try:
            async with asyncio.timeout(within.total_seconds()):
                await event.wait()
        except TimeoutError:
            return

    def _tell(self, key: Key) -> None:
        event = self._changed.pop(key, None)
        if event is not None:
            event.set()


def only(found: Iterable[Target]) -> Target | None:
    targets = list(found)
    return targets[0] if len(targets) == 1 else None
