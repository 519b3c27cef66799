"""Users made by SQL, kept: what changes in the engine goes to the store, what others change in the
store comes to the engine.

The server program does this inside its storages of access entities, which the embedded engine
lacks; here a change reaches the store, and the other replicas, a moment after the statement's end.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable

from local.clickhouse.access_entities import AccessEntities
from local.clickhouse.access_store import AccessStore
from local.clickhouse.library import Library

SETTLE_S = 0.05
LOOK_AGAIN_S = 2.0
Say = Callable[[str], None]
OpenStore = Callable[[Callable[[], None]], AccessStore]


class AccessSync:
    def __init__(self, library: Library, open_store: OpenStore, say: Say) -> None:
        self.open_store = open_store
        self.say = say
        self.changed = threading.Event()
        self.entities = AccessEntities(library, self.changed.set)
        self.ended = threading.Event()
        self.configured: set[uuid.UUID] = set()
        self.here: dict[uuid.UUID, str] = {}
        self.there: dict[uuid.UUID, str] = {}
        self.thread = threading.Thread(target=self.run, name="access", daemon=True)
        self.store: AccessStore | None = None
        self.problem = ""

    def start(self) -> None:
        """To be called when the engine holds what users.xml has, and nothing else; returns when
        the store's entities are there."""
        self.configured = set(self.entities.ids())
        self.attempt()
        self.thread.start()

    def stop(self) -> None:
        """Hand on the last changes."""
        self.ended.set()
        self.changed.set()
        if self.thread.ident:
            self.thread.join()
        if self.store:
            self.store.close()

    def run(self) -> None:
        while not self.ended.is_set():
            self.changed.wait(LOOK_AGAIN_S)
            self.changed.clear()
            self.ended.wait(SETTLE_S)
            self.attempt()

    def attempt(self) -> None:
        """A store that is away is asked again at the next look."""
        problem = ""
        try:
            if self.store is None:
                self.store = self.open_store(self.changed.set)
            self.push(self.store)
            self.pull(self.store)
        except Exception as failure:
            problem = f"users made by SQL are not kept at the moment: {failure!r}"
        if problem and problem != self.problem:
            self.say(problem)
        self.problem = problem

    def push(self, store: AccessStore) -> None:
        now = current(self.entities, self.configured)
        for identity in now.keys() - self.here.keys() | {
            known for known in self.here if known in now and now[known] != self.here[known]
        }:
            store.put(identity, now[identity])
            self.here[identity] = self.there[identity] = now[identity]
        for identity in self.here.keys() - now.keys():
            store.remove(identity)
            self.here.pop(identity)
            self.there.pop(identity, None)

    def pull(self, store: AccessStore) -> None:
        stored = store.load()
        for identity, text in stored.items():
            if self.there.get(identity) != text:
                self.entities.put(identity, text)
                self.here[identity] = self.entities.text(identity) or text
        for identity in self.there.keys() - stored.keys():
            self.entities.remove(identity)
            self.here.pop(identity, None)
        self.there = stored


def current(entities: AccessEntities, configured: set[uuid.UUID]) -> dict[uuid.UUID, str]:
    texts = {identity: entities.text(identity) for identity in entities.ids()}
    return {
        identity: text
        for identity, text in texts.items()
        if text is not None and identity not in configured
    }
