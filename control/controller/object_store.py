"""The objects of one kind in one namespace, as last heard of or written: what passes read."""

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from control.warehouses.names import SERVICE_LABEL, WAREHOUSE_LABEL

Document = dict[str, Any]
Label = tuple[str, str]
REMEMBERED_DEAD = 10_000
INDEXED = (WAREHOUSE_LABEL, SERVICE_LABEL)


@dataclass(frozen=True, kw_only=True)
class Change:
    kind: str
    event: str
    """ADDED, MODIFIED or DELETED."""
    document: Document


@dataclass
class ObjectStore:
    """Never goes back: what the API server answered to a write counts until newer news arrive.

    The API server counts all changes of a kind with one number, so versions can be compared.
    """

    kind: str
    keep: Callable[[Document], Document]
    """What is remembered of a document."""
    documents: dict[str, Document] = field(default_factory=dict)
    names_by_label: dict[Label, dict[str, None]] = field(default_factory=dict)
    gone: dict[str, None] = field(default_factory=dict)
    """Uids of objects that are gone for ever: late news and answers do not bring them back."""
    newest: int = 0
    """The highest version that was ever seen."""
    lock: threading.RLock = field(default_factory=threading.RLock)

    def get(self, name: str) -> Document | None:
        return self.documents.get(name)

    def select(self, labels: Mapping[str, str]) -> list[Document]:
        with self.lock:
            sets = [
                self.names_by_label.get(label, {}) for label in labels.items() if indexed(label)
            ]
            names = sorted(min(sets, key=len) if sets else self.documents)
            found = [self.documents[name] for name in names]
        return [document for document in found if labels.items() <= labels_of(document).items()]

    def wrote(self, document: Document) -> Change | None:
        """The API server's answer to a write of ours."""
        with self.lock:
            return self.put(self.keep(document), "MODIFIED")

    def removed(self, name: str) -> Change | None:
        """It is gone by a deletion of ours, and news of the time before must not bring it back."""
        with self.lock:
            document = self.drop(name)
            if document is None:
                return None
            self.bury(uid_of(document))
            return Change(kind=self.kind, event="DELETED", document=document)

    def heard(self, event: str, document: Document) -> Change | None:
        """News of the watch; None where they are an echo of a write or older than it."""
        with self.lock:
            uid, name = uid_of(document), document["metadata"]["name"]
            if event != "DELETED":
                return self.put(self.keep(document), event)
            self.bury(uid)
            current = self.documents.get(name)
            if current is None or uid_of(current) != uid:
                return None
            self.drop(name)
            return Change(kind=self.kind, event=event, document=self.keep(document))

    def replace(self, documents: Iterable[Document], version: int) -> list[Change]:
        """A list as of `version`, of what is remembered; what was written after that stays."""
        with self.lock:
            self.newest = max(self.newest, version)
            listed = {document["metadata"]["name"]: document for document in documents}
            changes = [self.put(document, "ADDED") for document in listed.values()]
            missing = [
                document
                for name, document in self.documents.items()
                if name not in listed and version_of(document) <= version
            ]
            for document in missing:
                self.drop(document["metadata"]["name"])
                changes.append(Change(kind=self.kind, event="DELETED", document=document))
        return [change for change in changes if change is not None]

    def distrust(self) -> None:
        """Versions begin anew, as after a restored etcd: what is listed next counts."""
        with self.lock:
            self.newest = 0
            self.gone.clear()
            for document in self.documents.values():
                document["metadata"]["resourceVersion"] = "0"

    def put(self, document: Document, event: str) -> Change | None:
        name = document["metadata"]["name"]
        self.newest = max(self.newest, version_of(document))
        if uid_of(document) in self.gone:
            return None
        current = self.documents.get(name)
        if current is not None:
            if version_of(document) <= version_of(current):
                return None
            self.drop(name)
        self.documents[name] = document
        for label in filter(indexed, labels_of(document).items()):
            self.names_by_label.setdefault(label, {})[name] = None
        return Change(kind=self.kind, event=event, document=document)

    def bury(self, uid: str) -> None:
        self.gone[uid] = None
        if len(self.gone) > REMEMBERED_DEAD:
            del self.gone[next(iter(self.gone))]

    def drop(self, name: str) -> Document | None:
        document = self.documents.pop(name, None)
        for label in filter(indexed, labels_of(document).items() if document else ()):
            names = self.names_by_label[label]
            del names[name]
            if not names:
                del self.names_by_label[label]
        return document


def indexed(label: Label) -> bool:
    return label[0] in INDEXED


def labels_of(document: Document) -> Mapping[str, str]:
    return document["metadata"].get("labels") or {}


def uid_of(document: Document) -> str:
    return str(document["metadata"]["uid"])


def version_of(document: Document) -> int:
    return int(document["metadata"]["resourceVersion"])
