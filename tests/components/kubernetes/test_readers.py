"""Those who only read see every kind of the stack but secrets, and change nothing."""

import httpx
import pytest

from components.kubernetes.names import Namespace
from components.kubernetes.platform.readers import READER_RIGHTS
from tests.components.kubernetes.baseline import everything, objects
from tests.components.kubernetes.cluster import Cluster, collection

GROUP = "byoc:readers"
UNSEEN = {"secrets"}


def test_every_kind_of_the_stack_but_secrets_has_its_row() -> None:
    made = set()
    for document in objects(everything()):
        group = document["apiVersion"].rpartition("/")[0]
        made.add((group, collection(document).rpartition("/")[2]))
    ours = {(right.group, right.resource) for right in READER_RIGHTS}
    assert made - ours == {("", resource) for resource in UNSEEN}
    # of warehouses, whose objects are made beside the layers
    assert ours - made <= {("byoc.clickhouse.dev", kind) for kind in ("services", "warehouses")}


def test_a_row_is_for_looking_at_one_object() -> None:
    for right in READER_RIGHTS:
        assert set(right.reasons) == {"get"}
        assert right.resource not in UNSEEN
        assert right.namespaces in ((), tuple(Namespace))


def allowed(cluster: Cluster, verb: str, group: str, resource: str, namespace: str) -> bool:
    asked = {"verb": verb, "group": group, "resource": resource, "namespace": namespace}
    answer: httpx.Response = cluster.http.post(
        "/apis/authorization.k8s.io/v1/subjectaccessreviews",
        json={
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SubjectAccessReview",
            "spec": {"user": "a-pipeline", "groups": [GROUP], "resourceAttributes": asked},
        },
    )
    assert answer.is_success, answer.text
    return bool(answer.json()["status"]["allowed"])


@pytest.mark.cluster
@pytest.mark.parametrize("right", READER_RIGHTS, ids=lambda r: f"{r.group}/{r.resource}")
def test_a_genuine_api_server_lets_them_look_and_nothing_more(right, cluster):
    for namespace in right.namespaces or ("",):
        assert allowed(cluster, "get", right.group, right.resource, namespace)
        for verb in ("list", "create", "update", "patch", "delete"):
            assert not allowed(cluster, verb, right.group, right.resource, namespace)
    if right.namespaces:
        assert not allowed(cluster, "get", right.group, right.resource, "kube-system")


@pytest.mark.cluster
@pytest.mark.parametrize("namespace", [*Namespace, "kube-system"])
def test_no_secret_is_shown_to_them(namespace, cluster):
    for resource in ("secrets", "pods/exec", "pods/log", "serviceaccounts/token"):
        for verb in ("get", "list", "create"):
            assert not allowed(cluster, verb, "", resource, namespace)
