"""Every pod of the deployment keeps the same rules."""

import pytest

from components.kubernetes.images import is_pinned
from components.kubernetes.names import Namespace
from tests.components.kubernetes.baseline import containers, everything, pod_spec, workloads
from tests.engine import strings

WORKLOADS = {item.inputs["metadata"]["name"]: item.inputs for item in workloads(everything())}
CONTAINERS = {
    f"{name}/{container['name']}": container
    for name, workload in WORKLOADS.items()
    for container in containers(workload)
}
every_workload = pytest.mark.parametrize("workload", WORKLOADS.values(), ids=WORKLOADS.keys())
every_container = pytest.mark.parametrize("container", CONTAINERS.values(), ids=CONTAINERS.keys())


def test_all_programs_are_there():
    assert set(WORKLOADS) == {
        "controller",
        "activator",
        "state-exporter",
        "usage-scraper",
        "ingress",
        "prometheus",
        "alertmanager",
        "grafana",
        "kube-state-metrics",
        "tailscale",
        "cluster-autoscaler",
    }


@every_container
def test_a_container_has_no_more_rights_than_it_needs(container):
    context = container["securityContext"]
    assert context["runAsNonRoot"] is True
    assert context["readOnlyRootFilesystem"] is True
    assert context["allowPrivilegeEscalation"] is False
    assert context["privileged"] is False
    assert context["capabilities"] == {"drop": ["ALL"]}
    assert context["seccompProfile"] == {"type": "RuntimeDefault"}


@every_container
def test_a_container_is_bounded(container):
    resources = container["resources"]
    assert set(resources["requests"]) == {"cpu", "memory"}
    assert set(resources["limits"]) == {"cpu", "memory"}
    assert resources["requests"]["memory"] == resources["limits"]["memory"]


@every_container
def test_an_image_is_pinned(container):
    assert is_pinned(container["image"])


@every_container
def test_programs_bind_to_the_address_of_their_pod(container):
    assert {
        "name": "POD_IP",
        "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}},
    } in container["env"]
    assert not [text for text in strings(container) if "0.0.0.0" in text]
    assert not [text for text in container.get("args", []) if text.rpartition("=")[2][:1] == ":"]


@every_workload
def test_a_long_running_container_is_probed(workload):
    for container in pod_spec(workload)["containers"]:
        assert "readinessProbe" in container
        ports = {port["name"] for port in container["ports"]}
        for kind in ("startupProbe", "readinessProbe", "livenessProbe"):
            if kind in container:
                assert container[kind]["httpGet"]["port"] in ports


@every_workload
def test_a_pod_runs_as_nobody_special(workload):
    spec = pod_spec(workload)
    context = spec["securityContext"]
    assert context["runAsNonRoot"] is True
    assert context["runAsUser"] > 0
    assert context["runAsGroup"] > 0
    assert context["seccompProfile"] == {"type": "RuntimeDefault"}
    for forbidden in ("hostNetwork", "hostPID", "hostIPC"):
        assert forbidden not in spec
    assert not [volume for volume in spec.get("volumes", []) if "hostPath" in volume]


@every_workload
def test_a_pod_has_an_account_of_its_own(workload):
    assert pod_spec(workload)["serviceAccountName"] == workload["metadata"]["name"]
    accounts = {
        item.inputs["metadata"]["name"]: item.inputs
        for item in everything().all("kubernetes:core/v1:ServiceAccount")
    }
    assert accounts[workload["metadata"]["name"]]["automountServiceAccountToken"] is False


def test_only_programs_that_call_the_api_get_a_token():
    holders = {
        name
        for name, workload in WORKLOADS.items()
        if pod_spec(workload)["automountServiceAccountToken"]
    }
    bound = {
        subject["name"]
        for kind in ("RoleBinding", "ClusterRoleBinding")
        for item in everything().all(f"kubernetes:rbac.authorization.k8s.io/v1:{kind}")
        for subject in item.inputs["subjects"]
        if subject["kind"] == "ServiceAccount"
    }
    assert holders == bound
    assert holders == {
        "controller",
        "activator",
        "state-exporter",
        "usage-scraper",
        "prometheus",
        "kube-state-metrics",
        "tailscale",
        "cluster-autoscaler",
    }


@every_workload
def test_a_pod_is_on_the_system_pool_and_spread(workload):
    spec = pod_spec(workload)
    assert spec["nodeSelector"] == {"byoc.clickhouse.dev/pool": "system"}
    labels = workload["spec"]["template"]["metadata"]["labels"]
    keys = [constraint["topologyKey"] for constraint in spec["topologySpreadConstraints"]]
    assert keys == ["topology.kubernetes.io/zone", "kubernetes.io/hostname"]
    for constraint in spec["topologySpreadConstraints"]:
        assert constraint["labelSelector"]["matchLabels"].items() <= labels.items()


@every_workload
def test_drains_take_one_pod_at_a_time_and_are_never_blocked(workload):
    budgets = {
        (item.inputs["metadata"]["namespace"], item.inputs["metadata"]["name"]): item.inputs
        for item in everything().all("kubernetes:policy/v1:PodDisruptionBudget")
    }
    metadata = workload["metadata"]
    budget = budgets[metadata["namespace"], metadata["name"]]["spec"]
    assert budget["maxUnavailable"] == 1
    assert budget["selector"] == workload["spec"]["selector"]


@every_workload
def test_a_selector_finds_its_pods_and_holds_nothing_that_changes(workload):
    labels = workload["spec"]["template"]["metadata"]["labels"]
    selector = workload["spec"]["selector"]["matchLabels"]
    assert selector.items() <= labels.items()
    assert set(selector) == {"app.kubernetes.io/name", "app.kubernetes.io/part-of"}


def test_volumes_that_are_mounted_are_there_and_the_other_way_round():
    for name, workload in WORKLOADS.items():
        spec = pod_spec(workload)
        claims = workload["spec"].get("volumeClaimTemplates", [])
        present = {volume["name"] for volume in spec.get("volumes", [])}
        present |= {claim["metadata"]["name"] for claim in claims}
        mounted = {
            mount["name"]
            for container in containers(workload)
            for mount in container.get("volumeMounts", [])
        }
        assert mounted == present, name


def test_two_controllers_never_run_at_a_time():
    spec = WORKLOADS["controller"]["spec"]
    assert (spec["replicas"], spec["strategy"]) == (1, {"type": "Recreate"})


def test_everything_carries_the_same_labels():
    for item in everything().resources:
        if not item.type.startswith("kubernetes:"):
            continue
        labels = item.inputs["metadata"]["labels"]
        assert labels["app.kubernetes.io/part-of"] == "clickhouse-byoc", item.name
        assert labels["app.kubernetes.io/instance"] == "acme", item.name


def test_objects_are_only_in_our_namespaces():
    used = {
        item.inputs["metadata"]["namespace"]
        for item in everything().resources
        if item.type.startswith("kubernetes:") and "namespace" in item.inputs["metadata"]
    }
    assert used <= set(Namespace)
