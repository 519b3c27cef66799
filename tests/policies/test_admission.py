"""The twin of the rules on pods in the cluster: a genuine API server says what the checks say."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from policies.admission import admission_policies, said_in_cel
from policies.catalog import all_rules
from policies.rule import Rule
from policies.settings import Settings
from tests.components.kubernetes.cluster import Cluster, collection, connected
from tests.kube_api import KubeApi
from tests.policies.case import World, changed
from tests.policies.cases import CASES
from tests.policies.test_rules import messages, without
from tests.waiting import wait_for

TWINS = {rule.name: rule for rule, _ in said_in_cel(all_rules())}
HELD_WITHIN_S = 60


def worlds(name: str) -> Iterator[World]:
    """All that the rule's case has: the good one, the bad ones, the one with something missing."""
    case = CASES[name]
    yield case.good
    for change in case.bad:
        yield changed(case.good, change)
    path, outcome = case.missing
    if outcome != "crashes":  # the API server refuses it by itself
        yield without(case, path)


def template(world: World) -> dict[str, Any]:
    found = copy.deepcopy(world["spec"].get("template") or world)
    return {"metadata": {"labels": {"app": "web"}}, "spec": valid(found["spec"])}


def valid(pod: dict[str, Any]) -> dict[str, Any]:
    """What Kubernetes itself would refuse is made good where no rule speaks of it."""
    if not pod["containers"]:
        pod["containers"] = copy.deepcopy(template(CASES["kubernetes-non-root"].good)["spec"])[
            "containers"
        ]
    for container in [*pod.get("initContainers", ()), *pod["containers"]]:
        security = container.get("securityContext", {})
        if security.get("privileged") or "SYS_ADMIN" in str(security.get("capabilities")):
            security["allowPrivilegeEscalation"] = True
    return pod


def workload(world: World, kind: str, namespace: str) -> dict[str, Any]:
    own = {"serviceName": "web"} if kind == "StatefulSet" else {}
    return {
        "apiVersion": "apps/v1",
        "kind": kind,
        "metadata": {"name": "web", "namespace": namespace},
        "spec": {"selector": {"matchLabels": {"app": "web"}}, "template": template(world), **own},
    }


INVALID = "is no object of Kubernetes"


def refused(cluster: Cluster, document: dict[str, Any]) -> str:
    """What the policies say of it; empty where they let it pass."""
    answer = cluster.http.post(collection(document), params={"dryRun": "All"}, json=document)
    body = answer.json()
    if answer.status_code == 422:
        return INVALID
    assert answer.status_code in (201, 403), body
    return "" if answer.is_success else str(body["message"])


@pytest.fixture(scope="module")
def cluster(kube_api: KubeApi, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Each rule alone in a namespace of its name."""
    with connected(kube_api, tmp_path_factory.mktemp("admin")) as cluster:
        for name, rule in TWINS.items():
            cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
            account = {"apiVersion": "v1", "kind": "ServiceAccount"}
            cluster.apply(account | {"metadata": {"name": "web", "namespace": name}})
            cluster.apply(account | {"metadata": {"name": "default", "namespace": name}})
            install(cluster, name, rule)
        yield cluster
        for name in TWINS:
            for kind in ("policies", "policybindings"):
                path = "/apis/admissionregistration.k8s.io/v1/validatingadmission"
                cluster.http.delete(f"{path}{kind}/{name}")
            cluster.http.delete(f"/api/v1/namespaces/{name}")


def install(cluster: Cluster, name: str, rule: Rule) -> None:
    [found] = admission_policies([rule], Settings(), "any", [name])
    head = {"apiVersion": "admissionregistration.k8s.io/v1", "metadata": {"name": name}}
    cluster.apply(head | {"kind": "ValidatingAdmissionPolicy", "spec": dict(found.policy)})
    bound = dict(found.binding) | {"policyName": name}
    cluster.apply(head | {"kind": "ValidatingAdmissionPolicyBinding", "spec": bound})


@pytest.mark.cluster
@pytest.mark.parametrize("name", sorted(TWINS))
def test_the_api_server_judges_each_case_as_the_check_does(cluster: Cluster, name: str) -> None:
    rule = TWINS[name]
    kind = "StatefulSet" if name == "kubernetes-memory-guaranteed" else "Deployment"
    documents = [workload(world, kind, name) for world in worlds(name)]
    wait_for(
        lambda: any(f"{name}: " in refused(cluster, document) for document in documents),
        within_s=HELD_WITHIN_S,
        what=f"{name} holds",
    )
    for document in documents:
        said = refused(cluster, document)
        assert bool(said) == bool(messages(rule, document)), (said, document)
        assert said in ("", INVALID) or (f"{name}: " in said and rule.remedy in said)


@pytest.fixture(scope="module")
def held(cluster: Cluster) -> Cluster:
    """The namespace of the rule on host networks, with a pod that is older than the rule."""
    wait_for(
        lambda: refused(cluster, pod(host=True)), within_s=HELD_WITHIN_S, what="the rule holds"
    )
    return cluster


NETWORK = "kubernetes-no-host-network"


def pod(*, host: bool, namespace: str = NETWORK) -> dict[str, Any]:
    spec = template(CASES["kubernetes-non-root"].good)["spec"] | {"hostNetwork": host}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "web", "namespace": namespace},
        "spec": spec,
    }


@pytest.mark.cluster
def test_pods_of_every_maker_are_judged(held: Cluster) -> None:
    inner = {"metadata": {"labels": {"app": "web"}}, "spec": pod(host=True)["spec"]}
    inner["spec"] |= {"restartPolicy": "Never"}
    job = {"template": inner}
    cron = {"schedule": "0 0 * * *", "jobTemplate": {"spec": job}}
    for kind, spec in {"Job": job, "CronJob": cron}.items():
        head = {"apiVersion": "batch/v1", "metadata": {"name": "web", "namespace": NETWORK}}
        assert NETWORK in refused(held, head | {"kind": kind, "spec": spec})
    assert refused(held, pod(host=False)) == ""


@pytest.mark.cluster
def test_other_namespaces_are_left_alone(held: Cluster) -> None:
    assert refused(held, pod(host=True, namespace="kubernetes-no-host-ipc")) == ""


@pytest.mark.cluster
def test_a_debugging_container_is_judged(cluster: Cluster) -> None:
    rule = "kubernetes-no-privileged-containers"
    good = pod(host=False, namespace=rule)
    cluster.create(collection(good), good)
    debugger = {
        "name": "debugger",
        "image": "ghcr.io/acme/debug:1",
        "securityContext": {"privileged": True},
    }
    answer = cluster.http.patch(
        f"{collection(good)}/web/ephemeralcontainers",
        params={"dryRun": "All"},
        json={"spec": {"ephemeralContainers": [debugger]}},
        headers={"Content-Type": "application/strategic-merge-patch+json"},
    )
    assert answer.status_code == 403
    assert f"{rule}: container debugger: " in answer.json()["message"]


@pytest.mark.cluster
def test_a_pod_that_is_older_than_a_rule_may_still_be_labelled(cluster: Cluster) -> None:
    rule = TWINS["kubernetes-image-tag"]
    old = pod(host=False, namespace=rule.name)
    old["metadata"]["name"] = "old"
    old["spec"]["containers"][0]["image"] = "ghcr.io/acme/web:latest"
    wait_for(lambda: refused(cluster, old), within_s=HELD_WITHIN_S, what="the rule holds")
    binding = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings"
    cluster.http.delete(f"{binding}/{rule.name}").raise_for_status()
    wait_for(lambda: not refused(cluster, old), within_s=HELD_WITHIN_S, what="the rule is gone")
    cluster.create(collection(old), old)
    install(cluster, rule.name, rule)
    other = copy.deepcopy(old)
    other["metadata"]["name"] = "other"
    wait_for(lambda: refused(cluster, other), within_s=HELD_WITHIN_S, what="the rule holds again")

    def changed_to(change: dict[str, Any]) -> int:
        return cluster.http.patch(
            f"{collection(old)}/old",
            params={"dryRun": "All"},
            json=change,
            headers={"Content-Type": "application/strategic-merge-patch+json"},
        ).status_code

    assert changed_to({"metadata": {"labels": {"serving": "no"}}}) == 200
    newer = {"name": "web", "image": "docker.io/acme/web:latest"}
    assert changed_to({"spec": {"containers": [newer]}}) == 403
