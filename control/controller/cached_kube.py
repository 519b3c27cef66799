"""The Kubernetes API with a memory: passes read what was heard, and see at once what they wrote."""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

import httpx
from lightkube import Client
from lightkube.config import client_adapter

from control.controller.informer import SILENT_FOR, Informer, Scope, Tell
from control.controller.kept_fields import KEPT, whole
from control.controller.kube_client import (
    BACKUP,
    KINDS,
    SERVICE,
    WAREHOUSE,
    Document,
    KubeClient,
    KubeConflictError,
    KubeError,
    kind_of,
    url_of,
)
from control.controller.object_store import Change, ObjectStore
from control.warehouses.names import FACTS, SYSTEM_NAMESPACE, WAREHOUSE_LABEL

OWN = (WAREHOUSE, SERVICE, BACKUP)
PARTS = (
    "StatefulSet",
    "Pod",
    "ConfigMap",
    "PersistentVolumeClaim",
    "Service",
    "PodDisruptionBudget",
    "NetworkPolicy",
)
SECRETS_ARE_READ_AFTER = timedelta(seconds=60)
"""Nobody may list Secrets: each is read by its name, and again after this time."""

TRUSTED_FOR = SILENT_FOR + timedelta(seconds=30)
"""Longer than a dead connection takes to be noticed and made anew."""


def scopes(namespace: str) -> tuple[Scope, ...]:
    """All that passes read, but Secrets."""
    return (
        *(Scope(kind=kind, namespace=namespace) for kind in OWN),
        *(Scope(kind=kind, namespace=namespace, labels=WAREHOUSE_LABEL) for kind in PARTS),
        Scope(kind="ConfigMap", namespace=SYSTEM_NAMESPACE, name=FACTS),
    )


class CachedKube(KubeClient):
    """Documents that it hands out are shared: they are read, and never changed."""

    def __init__(
        self, client: Client, watched: Sequence[Scope], clock: Callable[[], datetime]
    ) -> None:
        super().__init__(client)
        self.clock = clock
        self.secrets: dict[tuple[str, str], tuple[datetime, Document | None]] = {}
        self.told: list[Tell] = []
        self.http = connection_for(client)
        self.stores: dict[tuple[str, str], ObjectStore] = {}
        self.named: dict[tuple[str, str], frozenset[str]] = {}
        self.watched = {(scope.kind, scope.namespace): self.informer(scope) for scope in watched}

    def informer(self, scope: Scope) -> Informer:
        place = (scope.kind, scope.namespace)
        store = ObjectStore(kind=scope.kind, keep=KEPT.get(scope.kind, whole))
        self.stores[place] = store
        if scope.name:
            self.named[place] = frozenset({scope.name})
        return Informer(scope, store, self.http, url_of(scope.kind, scope.namespace), self.tell)

    def listen(self, tell: Tell) -> None:
        """Hear of every change that is not a mere echo of a write of ours to a part."""
        self.told.append(tell)

    def start(self) -> None:
        for informer in self.watched.values():
            informer.start()

    def wait_until_synced(self, within: timedelta) -> bool:
        """Whether everything has been listed once: a pass before that would see too little."""
        deadline_s = time.monotonic() + within.total_seconds()
        return all(self.synced(informer, deadline_s) for informer in self.watched.values())

    @staticmethod
    def synced(informer: Informer, deadline_s: float) -> bool:
        while not informer.synced.wait(0.05):
            if time.monotonic() > deadline_s or informer.stopping.is_set():
                return False
        return True

    def stop(self) -> None:
        for informer in self.watched.values():
            informer.stop()
        for informer in self.watched.values():
            informer.thread.join(5)
        self.http.close()

    @property
    def alive(self) -> bool:
        """Whether every watch has its thread: a lost connection is no reason to begin anew."""
        return all(informer.thread.is_alive() for informer in self.watched.values())

    def everything(self) -> list[Change]:
        """All objects of our kinds, as if they had come now."""
        return [
            Change(kind=kind, event="ADDED", document=document)
            for (kind, _), store in self.stores.items()
            if kind in OWN
            for document in store.select({})
        ]

    def tell(self, change: Change) -> None:
        for tell in self.told:
            tell(change)

    def find(self, kind: str, namespace: str, name: str) -> Document | None:
        if kind == "Secret":
            return self.secret(namespace, name)
        store = self.store_of(kind, namespace, name)
        if store is None:
            return super().find(kind, namespace, name)
        return self.trusted((kind, namespace), store).get(name)

    def list(self, kind: str, namespace: str, labels: Mapping[str, str]) -> list[Document]:
        place = (kind, namespace)
        store = None if place in self.named else self.stores.get(place)
        if store is None:
            return super().list(kind, namespace, labels)
        return self.trusted(place, store).select(labels)

    def freshen(self, kind: str, namespace: str, labels: Mapping[str, str]) -> bool:
        store = self.stores[kind, namespace]
        present = [typed(kind, document) for document in super().list(kind, namespace, labels)]
        for change in (store.wrote(document) for document in present):
            self.tell_if(change)
        names = {document["metadata"]["name"] for document in present}
        for document in store.select(labels):
            name = document["metadata"]["name"]
            if name not in names:
                self.freshen_one(kind, namespace, name)
        return True

    def freshen_one(self, kind: str, namespace: str, name: str) -> None:
        self.tell_if(self.read_anew(kind, namespace, name))

    def secret(self, namespace: str, name: str) -> Document | None:
        read_at, document = self.secrets.get((namespace, name), (None, None))
        now = self.clock()
        if document is None or read_at is None or now - read_at > SECRETS_ARE_READ_AFTER:
            document = super().find("Secret", namespace, name)
            self.secrets[namespace, name] = (now, document)
        return document

    def apply(self, document: Document) -> Document:
        return self.kept(kind_of(document), super().apply(document))

    def create(self, document: Document) -> Document:
        return self.kept(kind_of(document), super().create(document))

    def patch(self, kind: str, namespace: str, name: str, change: Document) -> Document:
        try:
            return self.kept(kind, super().patch(kind, namespace, name, change))
        except KubeConflictError:
            self.pass_on(self.read_anew(kind, namespace, name))
            raise

    def patch_status(self, kind: str, namespace: str, name: str, status: Document) -> Document:
        return self.kept(kind, super().patch_status(kind, namespace, name, status))

    def delete(self, kind: str, namespace: str, name: str) -> None:
        super().delete(kind, namespace, name)
        self.secrets.pop((namespace, name), None)
        self.pass_on(self.read_anew(kind, namespace, name))

    def read_anew(self, kind: str, namespace: str, name: str) -> Change | None:
        """What we know of it is old: whoever reads next must not wait for the watch."""
        store = self.store_of(kind, namespace, name)
        if store is None:
            return None
        left = super().find(kind, namespace, name)
        return store.removed(name) if left is None else store.wrote(left)

    def kept(self, kind: str, written: Document) -> Document:
        meta = written["metadata"]
        if kind == "Secret":
            self.secrets.pop((meta["namespace"], meta["name"]), None)
        store = self.store_of(kind, meta["namespace"], meta["name"])
        if store is not None:
            self.pass_on(store.wrote(written))
        return written

    def pass_on(self, change: Change | None) -> None:
        """What we report of one service concerns others; of parts the writing pass knows."""
        if change is not None and change.kind in OWN:
            self.tell(change)

    def tell_if(self, change: Change | None) -> None:
        if change is not None:
            self.tell(change)

    def store_of(self, kind: str, namespace: str, name: str) -> ObjectStore | None:
        names = self.named.get((kind, namespace))
        return self.stores.get((kind, namespace)) if names is None or name in names else None

    def trusted(self, place: tuple[str, str], store: ObjectStore) -> ObjectStore:
        """Whoever has heard nothing for long decides nothing: the world may have moved on."""
        silent = self.watched[place].silent_for
        if silent > TRUSTED_FOR:
            kind, namespace = place
            seconds = int(silent.total_seconds())
            raise KubeError(f"nothing was heard of {kind} in {namespace} for {seconds} s")
        return store


def typed(kind: str, document: Document) -> Document:
    """What is listed does not say itself what it is."""
    group, version, _ = KINDS[kind]
    api_version = f"{group}/{version}" if group else version
    return {"apiVersion": api_version, "kind": kind.rpartition("/")[2], **document}


def connection_for(client: Client) -> httpx.Client:
    """A connection pool of its own for watches, to the same server and with the same rights."""
    return client_adapter.Client(client.config, client_adapter.ConnectionParams())
