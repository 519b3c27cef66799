"""The objects of one kind as a benchmark sees them: one watch, and no polling."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import httpx
from lightkube import Client
from lightkube.types import on_error_retry

from control.controller.kube_client import RESOURCES
from control.warehouses.names import NAMESPACE

Document = dict[str, Any]
Hear = Callable[[Document], None]


class Watched:
    """Begins with all that is there, and goes on where a watch broke off."""

    def __init__(self, client: Client, kind: str, hear: Hear = lambda document: None) -> None:
        patient = httpx.Timeout(10, read=None)
        self.client = Client(client.config, timeout=patient)
        self.kind, self.hear = kind, hear
        self.documents: dict[str, Document] = {}
        threading.Thread(target=self.run, name=f"watch {kind}", daemon=True).start()

    def run(self) -> None:
        resource = RESOURCES[self.kind]
        with suppress(httpx.TransportError):  # the API server has ended, and so has the benchmark
            for event, found in self.client.watch(
                resource, namespace=NAMESPACE, on_error=on_error_retry
            ):
                self.take(event, dict(found))

    def take(self, event: str, document: Document) -> None:
        name = document["metadata"]["name"]
        if event == "DELETED":
            self.documents.pop(name, None)
            return
        self.documents[name] = document
        self.hear(document)

    def get(self, name: str) -> Document:
        return self.documents.get(name) or {}

    def select(self, labels: Mapping[str, str]) -> list[Document]:
        return [
            document
            for document in list(self.documents.values())
            if labels.items() <= (document["metadata"].get("labels") or {}).items()
        ]
