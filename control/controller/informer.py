"""Keeps one object store up to date: a list, then what is heard of changes, for ever."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import structlog

from control.controller.object_store import Change, Document, ObjectStore

Tell = Callable[[Change], None]
Url = str

PAGE = 500
SERVER_ENDS_AFTER = timedelta(minutes=5)
SILENT_FOR = timedelta(seconds=150)
"""Bookmarks come every minute: a connection that is silent for longer is dead."""
LIST_PATIENCE = timedelta(seconds=60)
"""For one page: a busy API server answers late, and asking again makes it no quicker."""
LISTED_ANEW_AFTER = timedelta(hours=1)
"""Between two watches: whatever was missed for a reason that nobody knows is mended then."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(milliseconds=200), timedelta(seconds=10)
IN_ORDER_S = 5.0
"""A watch that lasted longer and heard nothing is no failure: of a kind that nobody changes."""
TRIES_WITH_A_VERSION = 3
"""An API server that was set back does not know our version yet, and says no more than that."""
GONE = 410

log = structlog.get_logger("controller")


class TooOldError(Exception):
    """The API server no longer knows the changes since our version: list anew."""


class WatchError(Exception):
    """The API server ended a watch with an error."""


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Which objects: a kind in a namespace, by label or by name."""

    kind: str
    namespace: str
    labels: str = ""
    name: str = ""

    @property
    def selectors(self) -> dict[str, str]:
        asked = {"labelSelector": self.labels}
        asked["fieldSelector"] = f"metadata.name={self.name}" if self.name else ""
        return {name: value for name, value in asked.items() if value}


class Informer:
    def __init__(
        self,
        scope: Scope,
        store: ObjectStore,
        http: httpx.Client,
        url: Url,
        tell: Tell,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self.scope = scope
        self.store = store
        self.http = http
        self.url = url
        self.tell = tell
        self.seconds = seconds
        self.version: str | None = None
        self.listed_at_s = self.heard_at_s = seconds()
        self.lists = self.breaks = self.in_vain = 0
        self.synced = threading.Event()
        self.stopping = threading.Event()
        self.stream: httpx.Response | None = None
        self.thread = threading.Thread(
            target=self.run, name=f"watch {scope.kind} {scope.namespace}", daemon=True
        )

    def start(self) -> None:
        self.thread.start()

    def stop(self) -> None:
        self.stopping.set()
        if self.stream is not None:
            hang_up(self.stream)

    @property
    def silent_for(self) -> timedelta:
        return timedelta(seconds=self.seconds() - self.heard_at_s)

    def run(self) -> None:
        while not self.stopping.is_set():
            before, begun_s = self.version, self.seconds()
            in_order = self.try_once() and self.seconds() - begun_s > IN_ORDER_S
            heard = self.version not in (None, before)
            self.in_vain = 0 if heard or in_order else self.in_vain + 1
            self.stopping.wait(pause_after(self.in_vain).total_seconds())

    def try_once(self) -> bool:
        """List if need be, and watch until that ends; whether the server ended it in order."""
        try:
            if self.version is None or self.is_old:
                self.list_anew()
            self.watch()
            return True
        except TooOldError:
            self.version = None
        except (httpx.HTTPError, WatchError, ValueError) as error:
            if self.in_vain >= TRIES_WITH_A_VERSION:
                self.version = None
            self.broke_off(error)
        except Exception:
            self.version = None
            if not self.stopping.is_set():
                log.exception("watch failed", kind=self.scope.kind)
        return False

    @property
    def is_old(self) -> bool:
        return self.seconds() - self.listed_at_s > LISTED_ANEW_AFTER.total_seconds()

    def broke_off(self, error: Exception) -> None:
        if self.stopping.is_set():
            return
        self.breaks += 1
        about = {"kind": self.scope.kind, "namespace": self.scope.namespace}
        log.warning("watch broke off", **about, error=str(error) or type(error).__name__)

    def list_anew(self) -> None:
        newest = self.store.newest
        documents, version = self.listed()
        if int(version) < newest:  # a list is never older than what was heard before it
            log.warning("the API server was set back", kind=self.scope.kind, version=version)
            self.store.distrust()
        for change in self.store.replace(documents, int(version)):
            self.tell(change)
        self.version = version
        self.lists += 1
        self.listed_at_s = self.heard_at_s = self.seconds()
        self.synced.set()

    def listed(self) -> tuple[list[Document], str]:
        documents: list[Document] = []
        asked = {"limit": str(PAGE), **self.scope.selectors}
        while True:
            response = self.http.get(self.url, params=asked, timeout=LIST_PATIENCE.total_seconds())
            if response.status_code == GONE:
                raise TooOldError
            response.raise_for_status()
            page = response.json()
            kind = page["kind"].removesuffix("List")
            documents += [
                self.store.keep({"apiVersion": page["apiVersion"], "kind": kind, **item})
                for item in page["items"]
            ]
            if not page["metadata"].get("continue"):
                return documents, page["metadata"]["resourceVersion"]
            asked["continue"] = page["metadata"]["continue"]

    def watch(self) -> None:
        """Until the server ends it, which it does in good order after a while."""
        with self.opened() as lines:
            for line in lines:
                if self.stopping.is_set():
                    return
                if line:
                    self.hear(json.loads(line))
                    self.heard_at_s = self.seconds()

    @contextmanager
    def opened(self) -> Iterator[Iterator[str]]:
        asked = {
            "watch": "true",
            "allowWatchBookmarks": "true",
            "resourceVersion": self.version or "",
            "timeoutSeconds": str(int(SERVER_ENDS_AFTER.total_seconds())),
            **self.scope.selectors,
        }
        patience = httpx.Timeout(10, read=SILENT_FOR.total_seconds())
        with self.http.stream("GET", self.url, params=asked, timeout=patience) as response:
            if response.status_code == GONE:
                raise TooOldError
            response.raise_for_status()
            self.stream = response
            self.heard_at_s = self.seconds()
            try:
                yield response.iter_lines()
            finally:
                self.stream = None

    def hear(self, news: dict[str, Any]) -> None:
        event, document = news["type"], news["object"]
        if event == "ERROR":
            if document.get("code") == GONE:
                raise TooOldError
            raise WatchError(document.get("message") or "the watch failed")
        if event != "BOOKMARK":
            change = self.store.heard(event, document)
            if change is not None:
                self.tell(change)
        self.version = document["metadata"]["resourceVersion"]


def pause_after(in_vain: int) -> timedelta:
    doubled: timedelta = FIRST_PAUSE * 2 ** min(in_vain, 10)
    return min(doubled, LONGEST_PAUSE)


def hang_up(response: httpx.Response) -> None:
    """Wakes a thread that waits for the next line."""
    stream = response.extensions.get("network_stream")
    connection = stream.get_extra_info("socket") if stream else None
    if connection is not None:
        with suppress(OSError):
            socket.socket.shutdown(connection, socket.SHUT_RDWR)  # not TLS's, which waits
