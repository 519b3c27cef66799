"""Warehouses and services on the genuine API server, and a hand that plays the controller."""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from lightkube import Client, KubeConfig
from lightkube.core.exceptions import ApiError
from lightkube.models.core_v1 import Secret, ServicePort, ServiceSpec
from lightkube.models.meta_v1 import ObjectMeta
from lightkube.resources.core_v1 import Namespace
from lightkube.resources.core_v1 import Secret as SecretResource
from lightkube.resources.core_v1 import Service as ClientService
from lightkube.types import PatchType

from control.cli.cluster import SERVICE, WAREHOUSE, Kind
from control.warehouses.crds import crd_documents
from control.warehouses.names import API_VERSION, NAMESPACE
from tests.kube_api import KubeApi
from tests.waiting import wait_for

PASSWORD = "a password that no log shows"
CONFLICT = 409
Document = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Play:
    client: Client

    def make(self, kind: Kind, name: str, spec: Mapping[str, Any]) -> None:
        document = {
            "apiVersion": API_VERSION,
            "kind": kind.name,
            "metadata": {"name": name, "namespace": NAMESPACE},
            "spec": dict(spec),
        }
        resource: Any = kind.resource()
        self.client.create(resource.from_dict(document), namespace=NAMESPACE)

    def read(self, name: str) -> Document:
        resource: Any = SERVICE.resource()
        return dict(self.client.get(resource, name, namespace=NAMESPACE))

    def change(self, name: str, spec: Mapping[str, Any]) -> None:
        resource: Any = SERVICE.resource()
        change = {"spec": dict(spec)}
        self.client.patch(resource, name, change, namespace=NAMESPACE, patch_type=PatchType.MERGE)

    def report(self, kind: Kind, name: str, status: Mapping[str, Any]) -> None:
        resource: Any = kind.resource()
        self.client.patch(
            resource.Status,
            name,
            {"status": dict(status)},
            namespace=NAMESPACE,
            patch_type=PatchType.MERGE,
        )

    def reach(self, name: str, **more: Any) -> None:
        """Report the service as it is wanted now."""
        document = self.read(name)
        spec = document["spec"]
        stopped = spec.get("desired") == "Stopped"
        status = {
            "phase": "Stopped" if stopped else "Running",
            "observedGeneration": document["metadata"]["generation"],
            "readyReplicas": 0 if stopped else spec["replicas"],
            "wantedReplicas": spec["replicas"],
        }
        self.report(SERVICE, name, status | more)

    @contextmanager
    def answering(self, name: str, *steps: Mapping[str, Any]) -> Iterator[None]:
        """Once the service's wanted state changes: report each step, then that it is reached."""
        before = self.generation(name)

        def act() -> None:
            changed = lambda: self.generation(name) != before  # noqa: E731
            wait_for(changed, within_s=20, what=f"a new wanted state of {name}")
            generation = self.generation(name)
            for step in steps:
                self.report(SERVICE, name, {"observedGeneration": generation, **step})
            if not steps or "conditions" not in steps[-1]:
                self.reach(name)

        hand = threading.Thread(target=act)
        hand.start()
        yield
        hand.join()

    def generation(self, name: str) -> int:
        try:
            return int(self.read(name)["metadata"]["generation"])
        except ApiError:
            return 0


def play_on(api: KubeApi) -> Play:
    """The API server with our kinds, the namespace, and a warehouse `main` with its passwords."""
    config = KubeConfig.from_file(api.kubeconfig)
    client = Client(config=config, field_manager="test", timeout=httpx.Timeout(20))
    play = Play(client=client)
    for document in crd_documents():
        ignoring_conflict(lambda document=document: create_crd(client, document))
    ignoring_conflict(lambda: client.create(Namespace(metadata=ObjectMeta(name=NAMESPACE))))
    wait_for(lambda: serves(client), within_s=30, what="our kinds")
    ignoring_conflict(lambda: play.make(WAREHOUSE, "main", {}))
    ignoring_conflict(lambda: client.create(credentials()))
    return play


def create_crd(client: Client, document: Document) -> None:
    from lightkube.resources.apiextensions_v1 import CustomResourceDefinition

    client.create(CustomResourceDefinition.from_dict(document))


def serves(client: Client) -> bool:
    resources: list[Any] = [kind.resource() for kind in (WAREHOUSE, SERVICE)]
    try:
        for resource in resources:
            list(client.list(resource, namespace=NAMESPACE))
    except ApiError:
        return False
    return True


def ignoring_conflict(act: Any) -> None:
    try:
        act()
    except ApiError as error:
        if error.status.code != CONFLICT:
            raise


def credentials() -> Secret:
    return SecretResource(
        metadata=ObjectMeta(name="main-credentials", namespace=NAMESPACE),
        data={"default_password": base64.b64encode(PASSWORD.encode()).decode()},
    )


def client_service(name: str, port: int) -> Any:
    return ClientService(
        metadata=ObjectMeta(name=name, namespace=NAMESPACE),
        spec=ServiceSpec(ports=[ServicePort(port=port, name="http")]),
    )
