"""The API server of a test, spoken to in plain documents."""

import base64
import ssl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import yaml

from tests.kube_api import KubeApi

PLURALS = {
    "NetworkPolicy": "networkpolicies",
    "PriorityClass": "priorityclasses",
    "StorageClass": "storageclasses",
    "ValidatingAdmissionPolicy": "validatingadmissionpolicies",
}
CLUSTER_KINDS = {
    "Namespace",
    "StorageClass",
    "PriorityClass",
    "CustomResourceDefinition",
    "ClusterRole",
    "ClusterRoleBinding",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
}

Document = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Cluster:
    http: httpx.Client

    def apply(self, document: Document, *, dry_run: bool = False) -> Document:
        """Server-side apply; an unknown field is an error."""
        query = {"fieldManager": "test", "fieldValidation": "Strict", "force": "true"}
        answer = self.http.patch(
            f"{collection(document)}/{document['metadata']['name']}",
            params=query | ({"dryRun": "All"} if dry_run else {}),
            content=yaml.safe_dump(document),
            headers={"Content-Type": "application/apply-patch+yaml"},
        )
        return self.answered(answer)

    def create(self, path: str, document: Document) -> Document:
        return self.answered(self.http.post(path, json=document))

    def answered(self, answer: httpx.Response) -> Document:
        document: Document = answer.json()
        assert answer.is_success, document.get("message", document)
        return document

    def may(self, user: str, *, verb: str, group: str, resource: str, namespace: str) -> bool:
        """Whether RBAC lets `user` do this."""
        plain, _, subresource = resource.partition("/")
        attributes = {
            "verb": verb,
            "group": group,
            "resource": plain,
            "subresource": subresource,
            "namespace": namespace,
        }
        review = self.create(
            "/apis/authorization.k8s.io/v1/subjectaccessreviews",
            {
                "apiVersion": "authorization.k8s.io/v1",
                "kind": "SubjectAccessReview",
                "spec": {"user": user, "resourceAttributes": attributes},
            },
        )
        allowed: bool = review["status"]["allowed"]
        return allowed

    def token(self, namespace: str, account: str) -> str:
        request = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}
        path = f"/api/v1/namespaces/{namespace}/serviceaccounts/{account}/token"
        token: str = self.create(path, request)["status"]["token"]
        return token


@contextmanager
def connected(api: KubeApi, folder: Path) -> Iterator[Cluster]:
    """As the administrator of the kubeconfig, whose certificates are inside it."""
    config = yaml.safe_load(api.kubeconfig.read_text())
    user = config["users"][0]["user"]
    files = {
        "client.crt": user["client-certificate-data"],
        "client.key": user["client-key-data"],
        "ca.crt": config["clusters"][0]["cluster"]["certificate-authority-data"],
    }
    for name, encoded in files.items():
        (folder / name).write_bytes(base64.b64decode(encoded))
    context = ssl.create_default_context(cafile=str(folder / "ca.crt"))
    context.load_cert_chain(folder / "client.crt", folder / "client.key")
    with httpx.Client(base_url=api.server, verify=context, timeout=30, trust_env=False) as http:
        yield Cluster(http=http)


def collection(document: Document) -> str:
    version, kind = document["apiVersion"], document["kind"]
    root = f"/apis/{version}" if "/" in version else f"/api/{version}"
    plural = PLURALS.get(kind, f"{kind.lower()}s")
    if kind in CLUSTER_KINDS:
        return f"{root}/{plural}"
    return f"{root}/namespaces/{document['metadata']['namespace']}/{plural}"


def in_order(documents: Iterable[Document]) -> list[Document]:
    """Namespaces and kinds first: the rest stands on them."""
    first = ("Namespace", "CustomResourceDefinition", "PriorityClass", "ServiceAccount")
    order = {kind: number for number, kind in enumerate(first)}
    return sorted(documents, key=lambda one: order.get(one["kind"], len(first)))
