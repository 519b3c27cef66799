"""The API server of these tests in plain documents, and pods for one kubelet's nodes."""

from __future__ import annotations

import base64
import ssl
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
import yaml

from tests.kube_api import KubeApi
from tests.waiting import wait_for

Document = dict[str, Any]
TAINT = "byoc.clickhouse.dev/kubelet-test"
SHELL = "test/shell"
PYTHON = "test/python"
START_S = 30
PLURALS = {"StorageClass": "storageclasses"}
GROUPS = {
    "v1": "/api/v1",
    "apps/v1": "/apis/apps/v1",
    "storage.k8s.io/v1": "/apis/storage.k8s.io/v1",
}


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """One namespace of the API server; pods are meant for the nodes of one kubelet."""

    http: httpx.Client = field(repr=False)
    namespace: str
    kubelet: str

    def create(self, document: Document) -> Document:
        return self.answered(self.http.post(self.collection(document["kind"]), json=document))

    def get(self, kind: str, name: str) -> Document | None:
        answer = self.http.get(f"{self.collection(kind)}/{name}")
        return None if answer.status_code == 404 else self.answered(answer)

    def list(self, kind: str) -> list[Document]:
        items: list[Document] = self.answered(self.http.get(self.collection(kind)))["items"]
        return items

    def patch(self, kind: str, name: str, change: Document) -> Document:
        headers = {"Content-Type": "application/merge-patch+json"}
        path = f"{self.collection(kind)}/{name}"
        return self.answered(self.http.patch(path, json=change, headers=headers))

    def delete(self, kind: str, name: str, grace_s: int | None = None) -> None:
        body = {} if grace_s is None else {"gracePeriodSeconds": grace_s}
        path = f"{self.collection(kind)}/{name}"
        answer = self.http.request("DELETE", path, json=body)
        if answer.status_code != 404:
            self.answered(answer)

    def collection(self, kind: str) -> str:
        plural = PLURALS.get(kind, f"{kind.lower()}s")
        if kind in ("Node", "PersistentVolume", "Namespace"):
            return f"/api/v1/{plural}"
        if kind == "StorageClass":
            return f"/apis/storage.k8s.io/v1/{plural}"
        group = "/apis/apps/v1" if kind in ("Deployment", "StatefulSet") else "/api/v1"
        return f"{group}/namespaces/{self.namespace}/{plural}"

    def answered(self, answer: httpx.Response) -> Document:
        document: Document = answer.json()
        assert answer.is_success, document.get("message", document)
        return document

    def run(self, name: str = "pod", *containers: Document, **spec: Any) -> str:
        """Create a pod; containers without a name are `main`."""
        self.create(self.pod(name, *containers, **spec))
        return name

    def pod(self, name: str, *containers: Document, labels: Any = None, **spec: Any) -> Document:
        return {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": name, "labels": labels or {}},
            "spec": {**self.pod_spec(*containers), **spec},
        }

    def pod_spec(self, *containers: Document) -> Document:
        return {
            "containers": list(containers),
            "terminationGracePeriodSeconds": 5,
            "nodeSelector": {TAINT: self.kubelet},
            "tolerations": [{"key": TAINT, "value": self.kubelet, "effect": "NoSchedule"}],
        }

    def status(self, name: str) -> Document:
        pod = self.get("Pod", name)
        return (pod or {}).get("status") or {}

    def wait_ready(self, *names: str) -> None:
        for name in names:
            self.wait_condition(name, "Ready", "True")

    def wait_condition(self, name: str, kind: str, value: str) -> Document:
        return wait_for(
            lambda: next(
                (
                    one
                    for one in self.status(name).get("conditions", ())
                    if (one["type"], one["status"]) == (kind, value)
                ),
                None,
            ),
            within_s=START_S,
            what=f"{kind} of {name} is {value}: {self.status(name)}",
        )

    def wait_phase(self, name: str, phase: str, within_s: float = START_S) -> Document:
        def ended() -> Document | None:
            status = self.status(name)
            return status if status.get("phase") == phase else None

        return wait_for(ended, within_s=within_s, what=f"{name} is {phase}: {self.status(name)}")

    def wait_gone(self, kind: str, name: str, within_s: float = START_S) -> None:
        wait_for(
            lambda: self.get(kind, name) is None, within_s=within_s, what=f"{kind} {name} is gone"
        )

    def container(self, name: str, container: str = "main") -> Document:
        status = self.status(name)
        for section in ("containerStatuses", "initContainerStatuses"):
            for one in status.get(section, ()):
                if one["name"] == container:
                    found: Document = one
                    return found
        return {}

    def wait_container(self, name: str, look: Any, what: str, container: str = "main") -> Document:
        def seen() -> Document | None:
            status = self.container(name, container)
            return status if status and look(status) else None

        return wait_for(seen, within_s=START_S, what=f"{what}: {self.container(name, container)}")

    def logs(self, name: str, container: str = "main", **query: Any) -> str:
        path = f"{self.collection('Pod')}/{name}/log"
        answer = self.http.get(path, params={"container": container, **query})
        assert answer.is_success, answer.text
        return answer.text

    def wait_logs(self, name: str, text: str, container: str = "main", **query: Any) -> str:
        path = f"{self.collection('Pod')}/{name}/log"

        def seen() -> str | None:
            answer = self.http.get(path, params={"container": container, **query})
            return answer.text if answer.is_success and text in answer.text else None

        return wait_for(seen, within_s=START_S, what=f"{text!r} in the log of {name}")

    def events(self, name: str) -> list[tuple[str, str]]:
        """Reasons and messages, in the order in which they were last written."""
        path = f"{self.collection('Event')}"
        answer = self.answered(
            self.http.get(path, params={"fieldSelector": f"involvedObject.name={name}"})
        )
        items = sorted(answer["items"], key=lambda one: int(one["metadata"]["resourceVersion"]))
        return [(one["reason"], one["message"]) for one in items]

    def wait_event(self, name: str, reason: str, text: str = "") -> str:
        def seen() -> str | None:
            for found, message in self.events(name):
                if found == reason and text in message:
                    return message
            return None

        return wait_for(
            seen, within_s=START_S, what=f"event {reason} {text!r} of {name}: {self.events(name)}"
        )

    def token_of_new_account(self, name: str, *, resource: str, verb: str) -> str:
        """A token of a new service account that may do this one thing in the whole cluster."""
        unique = f"{self.namespace}-{name}"
        access = "rbac.authorization.k8s.io"
        account = self.collection("ServiceAccount")
        self.answered(self.http.post(account, json={"metadata": {"name": name}}))
        rules = [{"apiGroups": [""], "resources": [resource], "verbs": [verb]}]
        role = {"metadata": {"name": unique}, "rules": rules}
        self.answered(self.http.post(f"/apis/{access}/v1/clusterroles", json=role))
        binding = {
            "metadata": {"name": unique},
            "roleRef": {"apiGroup": access, "kind": "ClusterRole", "name": unique},
            "subjects": [{"kind": "ServiceAccount", "name": name, "namespace": self.namespace}],
        }
        self.answered(self.http.post(f"/apis/{access}/v1/clusterrolebindings", json=binding))
        answer = self.answered(self.http.post(f"{account}/{name}/token", json={"spec": {}}))
        return str(answer["status"]["token"])

    def in_new_namespace(self) -> Cluster:
        name = f"t-{uuid.uuid4().hex[:8]}"
        self.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
        fresh = replace(self, namespace=name)
        wait_for(
            lambda: fresh.get("ServiceAccount", "default"), within_s=10, what="service account"
        )
        wait_for(
            lambda: fresh.get("ConfigMap", "kube-root-ca.crt"), within_s=10, what="root certificate"
        )
        return fresh


@contextmanager
def connected(api: KubeApi, kubelet: str) -> Iterator[Cluster]:
    with httpx.Client(base_url=api.server, verify=client_tls(api), timeout=20) as http:
        yield Cluster(http=http, namespace="default", kubelet=kubelet)


def client_tls(api: KubeApi) -> ssl.SSLContext:
    config = yaml.safe_load(api.kubeconfig.read_text())
    authority = config["clusters"][0]["cluster"]["certificate-authority-data"]
    context = ssl.create_default_context(cadata=base64.b64decode(authority).decode())
    user = config["users"][0]["user"]
    pair = api.folder / "client.pem"
    pem = [user["client-certificate-data"], user["client-key-data"]]
    pair.write_bytes(b"\n".join(base64.b64decode(part) for part in pem))
    context.load_cert_chain(pair)
    return context


def shell(script: str, name: str = "main", **fields: Any) -> Document:
    """A container that runs a script in /bin/sh."""
    return {"name": name, "image": SHELL, "command": ["sh", "-c", script], **fields}


def python(script: str, name: str = "main", **fields: Any) -> Document:
    return {"name": name, "image": PYTHON, "command": ["python", "-c", script], **fields}


FOREVER = "trap 'exit 0' TERM; while true; do sleep 0.1; done"
