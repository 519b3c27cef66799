"""Targets and configuration for a Prometheus without Kubernetes discovery."""

import pytest
import yaml

from local.prometheus.discovery import write_if_changed
from local.prometheus.launcher import needs_launcher
from local.prometheus.targets import node_targets, pod_targets
from local.prometheus.translation import Search, UnknownRoleError, searches, translated

POD = {
    "metadata": {
        "name": "server-0",
        "namespace": "clickhouse",
        "uid": "u1",
        "labels": {"app.kubernetes.io/name": "clickhouse-server"},
        "annotations": {"prometheus.io/port": "9363"},
        "ownerReferences": [{"kind": "StatefulSet", "name": "server", "controller": True}],
    },
    "spec": {
        "nodeName": "node-1",
        "containers": [
            {
                "name": "clickhouse",
                "image": "c:1",
                "ports": [
                    {"name": "http", "containerPort": 8123},
                    {"name": "prometheus", "containerPort": 9363},
                ],
            },
            {"name": "sidecar", "image": "s:1"},
        ],
    },
    "status": {
        "phase": "Running",
        "podIP": "127.16.64.1",
        "hostIP": "127.16.0.3",
        "conditions": [{"type": "Ready", "status": "True"}],
    },
}

DOCUMENT = {
    "rule_files": ["rules.yaml"],
    "scrape_configs": [
        {
            "job_name": "pods",
            "kubernetes_sd_configs": [{"role": "pod", "namespaces": {"names": ["a", "b"]}}],
        },
        {"job_name": "fixed", "static_configs": [{"targets": ["127.0.0.1:1"]}]},
    ],
    "alerting": {"alertmanagers": [{"kubernetes_sd_configs": [{"role": "node"}]}]},
}


def test_each_port_of_a_pod_is_a_target_and_a_container_without_ports_too():
    found = [target["targets"] for target in pod_targets(POD)]
    assert found == [["127.16.64.1:8123"], ["127.16.64.1:9363"], ["127.16.64.1"]]


def test_a_target_carries_the_labels_of_its_pod():
    labels = next(iter(pod_targets(POD)))["labels"]
    assert labels["__meta_kubernetes_namespace"] == "clickhouse"
    assert labels["__meta_kubernetes_pod_label_app_kubernetes_io_name"] == "clickhouse-server"
    assert labels["__meta_kubernetes_pod_annotation_prometheus_io_port"] == "9363"
    assert labels["__meta_kubernetes_pod_ready"] == "true"
    assert labels["__meta_kubernetes_pod_controller_name"] == "server"


def test_a_pod_without_an_address_is_no_target():
    assert list(pod_targets(POD | {"status": {"phase": "Pending"}})) == []


def test_a_node_is_its_kubelet():
    node = {
        "metadata": {"name": "node-1", "labels": {"pool": "system"}},
        "status": {
            "addresses": [{"type": "InternalIP", "address": "127.16.0.3"}],
            "daemonEndpoints": {"kubeletEndpoint": {"Port": 10250}},
        },
    }
    (found,) = node_targets(node)
    assert found["targets"] == ["127.16.0.3:10250"]
    assert found["labels"]["__meta_kubernetes_node_label_pool"] == "system"


def test_discovery_becomes_files_and_the_rest_stays(tmp_path):
    changed = translated(DOCUMENT, tmp_path, tmp_path / "config")
    pods, fixed = changed["scrape_configs"]
    assert pods["file_sd_configs"][0]["files"] == [str(tmp_path / "pod-a-b.json")]
    assert "kubernetes_sd_configs" not in yaml.safe_dump(changed)
    assert fixed == DOCUMENT["scrape_configs"][1]
    assert changed["rule_files"] == [str(tmp_path / "config" / "rules.yaml")]


def test_every_search_is_found_once():
    assert searches(DOCUMENT) == {
        Search(role="pod", namespaces=("a", "b")),
        Search(role="node", namespaces=()),
    }


def test_a_role_that_is_not_known_is_an_error_that_names_it():
    section = {"kubernetes_sd_configs": [{"role": "ingress"}]}
    with pytest.raises(UnknownRoleError, match="ingress"):
        searches({"scrape_configs": [section]})


def test_targets_are_written_only_when_they_changed(tmp_path):
    file = tmp_path / "pod.json"
    write_if_changed(file, [{"targets": ["a"]}])
    first = file.stat().st_mtime_ns
    write_if_changed(file, [{"targets": ["a"]}])
    assert file.stat().st_mtime_ns == first
    write_if_changed(file, [])
    assert file.read_text() == "[]"


def test_a_program_with_discovery_of_its_own_is_run_as_it_is(tmp_path):
    program = tmp_path / "prometheus"
    program.write_bytes(b"\0github.com/prometheus/prometheus/discovery/kubernetes.New\0")
    assert not needs_launcher(program)
    program.write_bytes(b"\0github.com/prometheus/prometheus/discovery/file.New\0")
    assert needs_launcher(program)
