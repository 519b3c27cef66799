"""A genuine API server accepts the objects and gives each program its rights, and no more."""

from datetime import UTC, datetime

import pytest

from control.warehouses.crds import crd_documents
from control.warehouses.keeper_manifests import keeper_pod
from control.warehouses.model import Role, Service, Size, Warehouse
from control.warehouses.objects import deployment_from
from control.warehouses.replica_manifests import pod_spec
from tests.components.kubernetes.baseline import (
    everything,
    found,
    workloads,
)
from tests.components.kubernetes.cluster import Cluster, collection
from tests.components.kubernetes.test_rights import TABLES
from tests.waiting import wait_for

pytestmark = pytest.mark.cluster

NAMESPACES = dict.fromkeys(("controller", "state-exporter"), "byoc-system") | {
    "usage-scraper": "byoc-system",
    "cluster-autoscaler": "byoc-system",
    "tailscale": "byoc-tailscale",
    "activator": "clickhouse",
}


@pytest.mark.parametrize("item", list(workloads(everything())), ids=lambda item: item.name)
def test_a_workload_is_accepted_as_it_is(item, cluster):
    cluster.apply(item.inputs, dry_run=True)


@pytest.mark.parametrize("item", list(workloads(everything())), ids=lambda item: item.name)
def test_its_pods_pass_the_restricted_standard(item, cluster):
    template = item.inputs["spec"]["template"]
    admitted(cluster, template["spec"], item.inputs["metadata"]["namespace"])


WAREHOUSE = Warehouse(name="shop", namespace="clickhouse", uid="u1")
SERVICE = Service(
    name="main",
    namespace="clickhouse",
    uid="u2",
    warehouse="shop",
    role=Role.PRIMARY,
    replicas=2,
    size=Size(units=2),
    smallest=Size(units=2),
    largest=Size(units=4),
    created_at=datetime(2026, 1, 1, tzinfo=UTC),
)
FACTS = deployment_from(
    found(everything(), "ConfigMap", "deployment")["data"], s3_endpoint="https://s3"
)
CONTROLLERS_PODS = {
    "server": pod_spec(FACTS, WAREHOUSE, SERVICE, "r1"),
    "keeper": keeper_pod(FACTS, WAREHOUSE) | {"serviceAccountName": "clickhouse-server"},
}


@pytest.mark.parametrize("spec", CONTROLLERS_PODS.values(), ids=CONTROLLERS_PODS.keys())
def test_pods_that_the_controller_makes_pass_it_too(spec, cluster):
    admitted(cluster, spec, "clickhouse")


def admitted(cluster: Cluster, spec: dict, namespace: str) -> None:
    """Create the pod, but only in thought. A claim's volume gets its name as in a StatefulSet."""
    present = spec.get("volumes", [])
    mounted_names = {
        mount["name"] for c in spec["containers"] for mount in c.get("volumeMounts", [])
    }
    claims = [
        {"name": name, "persistentVolumeClaim": {"claimName": name}}
        for name in mounted_names - {volume["name"] for volume in present}
    ]
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "probe", "namespace": namespace},
        "spec": spec | {"volumes": [*present, *claims]},
    }
    cluster.create(f"{collection(pod)}?dryRun=All&fieldValidation=Strict", pod)


def test_a_pod_with_more_rights_is_refused(cluster):
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "probe", "namespace": "clickhouse"},
        "spec": {
            "serviceAccountName": "clickhouse-server",
            "containers": [{"name": "c", "image": "busybox:1"}],
        },
    }
    with pytest.raises(AssertionError, match="restricted"):
        cluster.create(f"{collection(pod)}?dryRun=All", pod)


@pytest.mark.parametrize("program", TABLES)
def test_a_program_may_do_what_its_rows_say(program, cluster):
    user = account(program)
    for right in TABLES[program]:
        if right.names:
            continue
        for namespace in right.namespaces or ("",):
            for verb in right.reasons:
                assert cluster.may(
                    user,
                    verb=verb,
                    group=right.group,
                    resource=right.resource,
                    namespace=str(namespace),
                ), f"{program}: {verb} {right.resource} in {namespace}"


@pytest.mark.parametrize("program", TABLES)
@pytest.mark.parametrize(
    ("verb", "group", "resource", "namespace"),
    [
        ("list", "", "secrets", "clickhouse"),
        ("get", "", "secrets", "byoc-monitoring"),
        ("create", "", "pods/exec", "clickhouse"),
        ("create", "", "secrets", "byoc-tailscale"),
        ("create", "rbac.authorization.k8s.io", "rolebindings", "clickhouse"),
        ("patch", "", "namespaces", ""),
        ("delete", "byoc.clickhouse.dev", "warehouses", "clickhouse"),
        ("create", "apps", "statefulsets", "kube-system"),
    ],
)
def test_no_program_may_do_this(program, verb, group, resource, namespace, cluster):
    assert not cluster.may(
        account(program), verb=verb, group=group, resource=resource, namespace=namespace
    )


@pytest.mark.parametrize(
    ("name", "allowed"), [("ingress-allowlists", True), ("ingress-routes", False)]
)
def test_the_controller_may_change_the_allow_lists_and_not_the_routes(name, allowed, cluster):
    answer = cluster.http.patch(
        f"/api/v1/namespaces/byoc-ingress/configmaps/{name}",
        params={"dryRun": "All"},
        json={"data": {"clickhouse-lake-main.yaml": "{}"}},
        headers={
            "Content-Type": "application/merge-patch+json",
            "Impersonate-User": account("controller"),
        },
    )
    assert answer.status_code == (200 if allowed else 403)


def account(program: str) -> str:
    namespace = NAMESPACES.get(program, "byoc-monitoring")
    return f"system:serviceaccount:{namespace}:{program}"


def test_our_kinds_are_served(cluster):
    for document in crd_documents():
        plural = document["spec"]["names"]["plural"]
        path = f"/apis/byoc.clickhouse.dev/v1alpha1/namespaces/clickhouse/{plural}"
        wait_for(
            lambda path=path: cluster.http.get(path).is_success,
            within_s=10,
            what=f"{plural} served",
        )
