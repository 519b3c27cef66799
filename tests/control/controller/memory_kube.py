"""A Kubernetes API, StatefulSet controller and kubelet in memory."""

import copy
import itertools
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from control.controller.kube_client import (
    KubeClient,
    KubeConflictError,
    KubeError,
    KubeNotFoundError,
    kind_of,
)
from control.warehouses.names import API_VERSION, GROUP
from control.warehouses.objects import moment_text

ATOMIC = ("selector",)
"""Maps that the API server replaces as a whole."""
START = datetime(2026, 1, 5, 12, tzinfo=UTC)


class Died(BaseException):
    """The controller's process ends between two instructions."""


class MemoryKube(KubeClient):
    def __init__(self) -> None:
        self.documents: dict[tuple[str, str, str], dict[str, Any]] = {}
        self.now = START
        self.writes = 0
        self.events: list[dict[str, Any]] = []
        self.dies_at: int | None = None
        self.away = False
        self.told: dict[str, set[str]] = {}
        self.numbers = itertools.count(1)
        self.refuse: Callable[[dict[str, Any]], str | None] = lambda document: None
        self.unready: Callable[[dict[str, Any]], dict[str, Any] | None] = lambda pod: None

    # What the controller calls

    def find(self, kind: str, namespace: str, name: str) -> dict[str, Any] | None:
        return copy.deepcopy(self.documents.get((kind, namespace, name)))

    def list(self, kind: str, namespace: str, labels: Mapping[str, str]) -> list[dict[str, Any]]:
        return [
            copy.deepcopy(document)
            for (a_kind, a_namespace, _), document in sorted(self.documents.items())
            if (a_kind, a_namespace) == (kind, namespace)
            and labels.items() <= (document["metadata"].get("labels") or {}).items()
        ]

    def told_of(self, kind: str, namespace: str, reasons: Sequence[str]) -> set[str]:
        """By others, about pods."""
        return {name for name, told in self.told.items() if kind == "Pod" and told & set(reasons)}

    def apply(self, document: dict[str, Any]) -> dict[str, Any]:
        self.write()
        problem = self.refuse(document)
        if problem:
            raise KubeError(problem)
        identity = self.identity(document)
        current = self.documents.get(identity)
        if current is None:
            self.put(document)
        else:
            merge(current, copy.deepcopy(document))
        return copy.deepcopy(self.documents[identity])

    def create(self, document: dict[str, Any]) -> dict[str, Any]:
        if document["kind"] == "Event":
            self.events.append(document)
            return document
        self.write()
        if self.identity(document) in self.documents:
            raise KubeError(f"{self.identity(document)} exists already")
        self.put(document)
        return copy.deepcopy(self.documents[self.identity(document)])

    def patch(self, kind: str, namespace: str, name: str, change: dict[str, Any]) -> dict[str, Any]:
        self.write()
        document = self.present(kind, namespace, name)
        read = change.get("metadata", {}).get("resourceVersion")
        if read not in (None, document["metadata"]["resourceVersion"]):
            raise KubeConflictError(f"{kind} {namespace}/{name} has been modified")
        merge(document, copy.deepcopy(change))
        self.version(document)
        if "spec" in change:
            document["metadata"]["generation"] += 1
        if "deletionTimestamp" in document["metadata"] and not document["metadata"]["finalizers"]:
            self.forget((kind, namespace, name))
        return copy.deepcopy(document)

    def patch_status(
        self, kind: str, namespace: str, name: str, status: dict[str, Any]
    ) -> dict[str, Any]:
        self.write()
        document = self.present(kind, namespace, name)
        merge(document, {"status": copy.deepcopy(status)})
        self.version(document)
        return copy.deepcopy(document)

    def delete(self, kind: str, namespace: str, name: str) -> None:
        self.write()
        document = self.documents.get((kind, namespace, name))
        if document is None:
            return
        if document["metadata"].get("finalizers"):
            document["metadata"].setdefault("deletionTimestamp", moment_text(self.now))
        else:
            self.forget((kind, namespace, name))

    # What the rest of the cluster does

    def write(self) -> None:
        self.writes += 1
        if self.dies_at is not None and self.writes > self.dies_at:
            self.dies_at = None
            raise Died
        if self.away:
            raise KubeError("the API server is restarting")

    def version(self, document: dict[str, Any]) -> None:
        document["metadata"]["resourceVersion"] = str(next(self.numbers))

    def identity(self, document: dict[str, Any]) -> tuple[str, str, str]:
        meta = document["metadata"]
        return (kind_of(document), meta["namespace"], meta["name"])

    def present(self, kind: str, namespace: str, name: str) -> dict[str, Any]:
        found = self.documents.get((kind, namespace, name))
        if found is None:
            raise KubeNotFoundError(f"{kind} {namespace}/{name} is not there")
        return found

    def put(self, document: dict[str, Any]) -> None:
        made = copy.deepcopy(document)
        meta = made["metadata"]
        meta.setdefault("uid", f"uid-{next(self.numbers)}")
        meta.setdefault("generation", 1)
        meta.setdefault("resourceVersion", "1")
        meta.setdefault("creationTimestamp", moment_text(self.now))
        self.documents[self.identity(made)] = made

    def forget(self, identity: tuple[str, str, str]) -> None:
        """With everything that it owns, as the garbage collector does."""
        gone = self.documents.pop(identity)
        for other, document in list(self.documents.items()):
            owners = document["metadata"].get("ownerReferences") or ()
            if any(owner["uid"] == gone["metadata"]["uid"] for owner in owners):
                self.documents.pop(other, None)

    def person_makes(self, kind: str, name: str, spec: dict[str, Any]) -> None:
        document = {
            "apiVersion": API_VERSION,
            "kind": kind,
            "metadata": {"name": name, "namespace": "clickhouse"},
            "spec": spec,
        }
        self.put(document)

    def person_edits(self, kind: str, name: str, change: dict[str, Any]) -> None:
        document = self.present(f"{GROUP}/{kind}", "clickhouse", name)
        merge(document["spec"], change)
        document["metadata"]["generation"] += 1
        self.version(document)

    def tick(self, seconds: float = 1) -> None:
        """Every StatefulSet and pod goes one stage on."""
        self.now += timedelta(seconds=seconds)
        sets = [d for (kind, _, _), d in sorted(self.documents.items()) if kind == "StatefulSet"]
        wanted = {name: made_by for made_by in sets for name in pod_names(made_by)}
        for key in [key for key in self.documents if key[0] == "Pod"]:
            is_going = "deletionTimestamp" in self.documents[key]["metadata"]
            if is_going or key[2] not in wanted:
                self.advance_ending(key)
        for name, made_by in wanted.items():
            self.advance(name, made_by)

    def advance_ending(self, key: tuple[str, str, str]) -> None:
        meta = self.documents[key]["metadata"]
        if "deletionTimestamp" in meta:
            del self.documents[key]
        else:
            meta["deletionTimestamp"] = moment_text(self.now)

    def advance(self, name: str, made_by: dict[str, Any]) -> None:
        namespace = made_by["metadata"]["namespace"]
        pod = self.documents.get(("Pod", namespace, name))
        if pod is None:
            self.start_pod(name, made_by)
            return
        broken = self.unready(pod)
        if broken is not None:
            pod["status"] = broken
            return
        scheduled = condition("PodScheduled", "True", self.now)
        conditions = pod["status"].setdefault("conditions", [])
        if not conditions:
            conditions.append(scheduled)
        elif len(conditions) == 1:
            pod["status"] |= {"podIP": f"10.0.0.{next(self.numbers)}", "phase": "Running"}
            conditions.append(condition("Ready", "True", self.now))

    def start_pod(self, name: str, made_by: dict[str, Any]) -> None:
        meta, template = made_by["metadata"], made_by["spec"]["template"]
        self.put(
            {
                "apiVersion": "v1",
                "kind": "Pod",
                "metadata": {
                    "name": name,
                    "namespace": meta["namespace"],
                    "labels": dict(template["metadata"]["labels"]),
                },
                "spec": template["spec"],
                "status": {"phase": "Pending"},
            }
        )
        for claim in made_by["spec"]["volumeClaimTemplates"]:
            claim_name = f"{claim['metadata']['name']}-{name}"
            if ("PersistentVolumeClaim", meta["namespace"], claim_name) not in self.documents:
                labels = dict(claim["metadata"]["labels"])
                named = {"name": claim_name, "namespace": meta["namespace"], "labels": labels}
                self.put(claim | {"metadata": named})


def pod_names(made_by: dict[str, Any]) -> list[str]:
    spec = made_by["spec"]
    first = (spec.get("ordinals") or {}).get("start", 0)
    name = made_by["metadata"]["name"]
    return [f"{name}-{first + number}" for number in range(spec["replicas"])]


def condition(kind: str, status: str, now: datetime, **more: str) -> dict[str, str]:
    return {"type": kind, "status": status, "lastTransitionTime": moment_text(now)} | more


def merge(document: dict[str, Any], change: Mapping[str, Any]) -> None:
    for name, value in change.items():
        if value is None:
            document.pop(name, None)
        elif name in ATOMIC:
            document[name] = value
        elif isinstance(value, Mapping) and isinstance(document.get(name), dict):
            merge(document[name], value)
        else:
            document[name] = (
                {k: v for k, v in value.items() if v is not None}
                if isinstance(value, Mapping)
                else value
            )
