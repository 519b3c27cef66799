"""The real cluster: every replica is a StatefulSet of its own, through the Kubernetes API."""

import base64
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext, suppress
from datetime import datetime
from typing import Any

from control.controller.awaited_nodes import AwaitedNodes
from control.controller.cluster import (
    ClusterError,
    Key,
    Login,
    Peer,
    ReplicaObservation,
    WarehouseObservation,
)
from control.controller.events import event_document
from control.controller.keeper_documents import is_rolling, members_seen
from control.controller.kube_client import (
    SERVICE,
    WAREHOUSE,
    KubeClient,
    KubeConflictError,
    KubeNotFoundError,
    contains,
)
from control.controller.replica_documents import pod_phase, replicas_from
from control.controller.understood import Understood
from control.scaling.replica_seen import PodPhase
from control.warehouses.credentials import credentials_manifest
from control.warehouses.data_keys import WRAPPED_FILE, DataKey, keyring_from
from control.warehouses.ingress_allowlist import ingress_allowlists
from control.warehouses.keeper_manifests import keeper_manifests
from control.warehouses.key_manifests import keyring_data, keyring_manifest, keyring_name
from control.warehouses.manifest_parts import keeper_selector, service_selector
from control.warehouses.model import Deployment, Retention, Service, Warehouse
from control.warehouses.names import (
    FACTS,
    FINALIZER,
    REPLICA_LABEL,
    SERVICE_LABEL,
    SERVING_LABEL,
    SYSTEM_NAMESPACE,
    WAREHOUSE_LABEL,
)
from control.warehouses.objects import (
    deployment_from,
    service_from,
    warehouse_from,
)
from control.warehouses.replica_manifests import replica_manifests
from control.warehouses.service_manifests import service_manifests
from control.warehouses.status import Reported, reported_from
from control.warehouses.users_config import OPERATOR_USER

PARTS_OF_REPLICAS = ("StatefulSet", "ConfigMap", "PersistentVolumeClaim")
"""With its pod, of which others are also read."""

Clock = Callable[[], datetime]
Endpoint = Callable[[str], str]
"""The address of S3 in a region."""

ORPHANED: dict[str, Any] = {"metadata": {"labels": {REPLICA_LABEL: None}}}


class MultiSts:
    def __init__(self, kube: KubeClient, *, clock: Clock, s3_endpoint: Endpoint) -> None:
        self.kube = kube
        self.clock = clock
        self.s3_endpoint = s3_endpoint
        self.understood = Understood(service_from)
        self.awaited_nodes = AwaitedNodes(kube, clock)

    def deployment(self) -> Deployment:
        found = self.kube.find("ConfigMap", SYSTEM_NAMESPACE, FACTS)
        facts: Mapping[str, str] = (found or {}).get("data") or {}
        region = facts.get("region", "")
        return deployment_from(facts, s3_endpoint=self.s3_endpoint(region) if region else "")

    def warehouse(self, key: Key) -> tuple[Warehouse, Reported] | None:
        found = self.kube.find(WAREHOUSE, key.namespace, key.name)
        return (warehouse_from(found), reported_from(found.get("status") or {})) if found else None

    def service(self, key: Key) -> tuple[Service, Reported] | None:
        found = self.kube.find(SERVICE, key.namespace, key.name)
        return (service_from(found), reported_from(found.get("status") or {})) if found else None

    def services(self, namespace: str) -> Sequence[Service]:
        return [self.understood(found) for found in self.kube.list(SERVICE, namespace, {})]

    def report(self, subject: Service | Warehouse, status: Mapping[str, Any]) -> None:
        self.kube.patch_status(kind_of(subject), subject.namespace, subject.name, dict(status))

    def announce(
        self, subject: Service | Warehouse, reason: str, message: str, *, warning: bool = False
    ) -> None:
        self.kube.create(event_document(subject, reason, message, self.clock(), warning=warning))

    def set_finalizer(self, subject: Service | Warehouse, *, present: bool) -> None:
        """Another pass may report on the same object at this moment."""
        try:
            self.try_to_set_finalizer(subject, present=present)
        except KubeConflictError:
            self.try_to_set_finalizer(subject, present=present)

    def try_to_set_finalizer(self, subject: Service | Warehouse, *, present: bool) -> None:
        kind = kind_of(subject)
        found = self.kube.find(kind, subject.namespace, subject.name)
        if found is None:
            return
        meta = found["metadata"]
        others = [name for name in meta.get("finalizers") or () if name != FINALIZER]
        change = {
            "resourceVersion": meta["resourceVersion"],
            "finalizers": [*others, FINALIZER] if present else others,
        }
        self.kube.patch(kind, subject.namespace, subject.name, {"metadata": change})

    def login(self, warehouse: Warehouse) -> Login | None:
        found = self.kube.find("Secret", warehouse.namespace, warehouse.secret_name)
        coded = ((found or {}).get("data") or {}).get("operator_password")
        if not coded:
            return None
        return Login(user=OPERATOR_USER, password=base64.b64decode(coded).decode())

    def observe_warehouse(
        self, deployment: Deployment, warehouse: Warehouse
    ) -> WarehouseObservation:
        namespace = warehouse.namespace
        selector, name = keeper_selector(warehouse), warehouse.keeper_name
        pods = self.kube.list("Pod", namespace, selector)
        claims = self.kube.list("PersistentVolumeClaim", namespace, selector)
        documents = keeper_manifests(deployment, warehouse)
        return WarehouseObservation(
            members=members_seen(name, pods, claims),
            rolling=is_rolling(self.kube.find("StatefulSet", namespace, name)),
            has_credentials=self.login(warehouse) is not None,
            objects_differ=any(True for _ in self.kube.differing(documents)),
            objects_left=any(self.kube.exists(document) for document in documents),
            pods_left=bool(pods),
        )

    def freshen_warehouse(self, warehouse: Warehouse) -> bool:
        namespace = warehouse.namespace
        self.kube.freshen_one(WAREHOUSE, namespace, warehouse.name)
        for kind in ("Pod", "PersistentVolumeClaim"):
            self.kube.freshen(kind, namespace, keeper_selector(warehouse))
        return self.kube.freshen(SERVICE, namespace, {})

    def ensure_credentials(self, warehouse: Warehouse) -> None:
        self.kube.create(credentials_manifest(warehouse))

    def data_keys(self, warehouse: Warehouse) -> tuple[tuple[DataKey, ...], str]:
        name = keyring_name(warehouse)
        found = self.kube.find("Secret", warehouse.namespace, name)
        if found is None:
            return (), ""
        coded = (found.get("data") or {}).get(WRAPPED_FILE, "")
        try:
            keys = keyring_from(base64.b64decode(coded).decode())
        except ValueError as error:
            raise ClusterError(f"Secret {warehouse.namespace}/{name}: {error}") from error
        return keys, found["metadata"]["resourceVersion"]

    def keep_data_keys(self, warehouse: Warehouse, keys: Sequence[DataKey], version: str) -> None:
        if not version:
            self.kube.create(keyring_manifest(warehouse, keys))
            return
        change = {"metadata": {"resourceVersion": version}, "data": keyring_data(keys)}
        self.kube.patch("Secret", warehouse.namespace, keyring_name(warehouse), change)

    def keeper_pods(self, warehouse: Warehouse) -> int | None:
        found = self.kube.find("StatefulSet", warehouse.namespace, warehouse.keeper_name)
        return found["spec"]["replicas"] if found else None

    def ensure_keeper(self, deployment: Deployment, warehouse: Warehouse) -> None:
        for document in self.kube.differing(keeper_manifests(deployment, warehouse)):
            self.kube.apply(document)

    def delete_keeper_volume(self, warehouse: Warehouse, number: int) -> None:
        claim = f"data-{warehouse.keeper_name}-{number}"
        self.kube.delete("PersistentVolumeClaim", warehouse.namespace, claim)

    def delete_warehouse_objects(self, warehouse: Warehouse) -> None:
        namespace, name = warehouse.namespace, warehouse.keeper_name
        for kind in ("StatefulSet", "PodDisruptionBudget", "Service", "ConfigMap"):
            self.kube.delete(kind, namespace, name)
        if warehouse.retention is Retention.DELETE:
            claims = self.kube.list("PersistentVolumeClaim", namespace, keeper_selector(warehouse))
            for claim in claims:
                self.kube.delete("PersistentVolumeClaim", namespace, claim["metadata"]["name"])
            self.kube.delete("Secret", namespace, warehouse.secret_name)
            if warehouse.encryption:
                self.kube.delete("Secret", namespace, keyring_name(warehouse))

    def service_objects_differ(self, service: Service) -> bool:
        if any(True for _ in self.kube.differing(service_manifests(service))):
            return True
        return any(True for _ in self.allowlists_differing(service))

    def ensure_service_objects(self, service: Service) -> None:
        for document in self.kube.differing(service_manifests(service)):
            self.kube.apply(document)
        for document in self.allowlists_differing(service):
            self.change_allowlists(document)

    def allowlists_differing(self, service: Service) -> Iterator[dict[str, Any]]:
        """Of what is there: the ConfigMap is the ingress's, which admits nobody without it."""
        for document in ingress_allowlists(service):
            meta = document["metadata"]
            current = self.kube.find("ConfigMap", meta["namespace"], meta["name"])
            if current is not None and not contains(current, document):
                yield document

    def withdraw_allowlists(self, service: Service) -> None:
        """A service of the same name that comes later begins with a closed door."""
        for document in ingress_allowlists(service):
            gone = {"data": dict.fromkeys(document["data"])}
            with suppress(KubeNotFoundError):
                self.change_allowlists(document | gone)

    def change_allowlists(self, document: Mapping[str, Any]) -> None:
        """Other services have theirs in the same object: only what is this one's is written."""
        meta = document["metadata"]
        change = {"data": document["data"]}
        self.kube.patch("ConfigMap", meta["namespace"], meta["name"], change)

    def observe(self, service: Service) -> Sequence[ReplicaObservation]:
        labels = service_selector(service)
        kinds = ("Pod", *PARTS_OF_REPLICAS)
        found = {kind: self.kube.list(kind, service.namespace, labels) for kind in kinds}
        return replicas_from(found, self.awaited_nodes.of(service.namespace, found["Pod"]))

    def freshen(self, service: Service) -> bool:
        namespace, siblings = service.namespace, self.services(service.namespace)
        of_warehouse = {WAREHOUSE_LABEL: service.warehouse}
        if not self.kube.freshen("Pod", namespace, of_warehouse):
            return False
        for kind in PARTS_OF_REPLICAS:
            self.kube.freshen(kind, namespace, service_selector(service))
        self.kube.freshen_one(WAREHOUSE, namespace, service.warehouse)
        for sibling in siblings:
            if sibling.warehouse == service.warehouse:
                self.kube.freshen_one(SERVICE, namespace, sibling.name)
        return True

    def peers(self, services: Sequence[Service]) -> Sequence[Peer]:
        """Replicas of these services of one warehouse that serve clients now."""
        by_name = {service.name: service for service in services}
        if not by_name:
            return []
        first = services[0]
        labels = {WAREHOUSE_LABEL: first.warehouse, SERVING_LABEL: "true"}
        return [
            peer_from(pod, by_name)
            for pod in self.kube.list("Pod", first.namespace, labels)
            if pod_phase(pod) is PodPhase.READY
            and pod["metadata"]["labels"].get(SERVICE_LABEL) in by_name
        ]

    def ensure_replica(
        self, deployment: Deployment, warehouse: Warehouse, service: Service, rid: str
    ) -> None:
        for document in replica_manifests(deployment, warehouse, service, rid):
            self.kube.apply(document)

    def set_serving(self, service: Service, rid: str, *, serving: bool) -> None:
        labels = {SERVING_LABEL: "true" if serving else None}
        with suppress(KubeNotFoundError) if not serving else nullcontext():
            self.kube.patch(
                "Pod", service.namespace, service.pod_name(rid), {"metadata": {"labels": labels}}
            )

    def note(self, service: Service, rid: str, notes: Mapping[str, str | None]) -> None:
        self.kube.patch(
            "StatefulSet",
            service.namespace,
            service.replica_name(rid),
            {"metadata": {"annotations": dict(notes)}},
        )

    def stop(self, service: Service, rid: str) -> None:
        self.scale(service, rid, 0)

    def start(self, service: Service, rid: str) -> None:
        self.scale(service, rid, 1)

    def scale(self, service: Service, rid: str, replicas: int) -> None:
        name = service.replica_name(rid)
        self.kube.patch("StatefulSet", service.namespace, name, {"spec": {"replicas": replicas}})

    def delete_replica(self, service: Service, rid: str, *, keep_volume: bool) -> None:
        """The volume first and the ConfigMap last: what is torn is still found by its label."""
        namespace, name = service.namespace, service.replica_name(rid)
        claim = f"data-{service.pod_name(rid)}"
        if keep_volume:
            with suppress(KubeNotFoundError):
                self.kube.patch("PersistentVolumeClaim", namespace, claim, ORPHANED)
        else:
            self.kube.delete("PersistentVolumeClaim", namespace, claim)
        self.kube.delete("StatefulSet", namespace, name)
        self.kube.delete("ConfigMap", namespace, name)


def peer_from(pod: Mapping[str, Any], services: Mapping[str, Service]) -> Peer:
    labels = pod["metadata"]["labels"]
    return Peer(
        rid=labels[REPLICA_LABEL],
        service=labels[SERVICE_LABEL],
        address=pod["status"]["podIP"],
        read_only=services[labels[SERVICE_LABEL]].read_only,
    )


def kind_of(subject: Service | Warehouse) -> str:
    return SERVICE if isinstance(subject, Service) else WAREHOUSE
