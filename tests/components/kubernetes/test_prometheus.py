"""Prometheus starts with what we give it, and reads what it should."""

from dataclasses import replace
from datetime import timedelta

import pytest
import yaml

from components.errors import ConfigError
from components.kubernetes.monitoring import PrometheusArgs
from local.prometheus.targets import pod_targets
from local.prometheus.translation import translated
from tests.components.kubernetes.baseline import (
    MONITORING,
    containers,
    everything,
    found,
    monitoring,
)
from tests.components.kubernetes.programs import checked

DOCUMENTS = found(everything(), "ConfigMap", "prometheus")["data"]
CONFIG = yaml.safe_load(DOCUMENTS["prometheus.yaml"])
JOBS = {job["job_name"]: job for job in CONFIG["scrape_configs"]}


def prometheus(seen=None):
    return found(seen or everything(), "StatefulSet", "prometheus")


def server(seen=None):
    return containers(prometheus(seen))[0]


def test_the_configuration_is_accepted(tmp_path):
    """Debian's promtool knows no Kubernetes discovery; all else is checked as it is."""
    (tmp_path / "rules.yaml").write_text(DOCUMENTS["rules.yaml"])
    config = tmp_path / "prometheus.yaml"
    config.write_text(yaml.safe_dump(translated(CONFIG, tmp_path, tmp_path)))
    checked("promtool", "check", "config", "--syntax-only", config)
    said = checked("promtool", "check", "rules", tmp_path / "rules.yaml")
    assert "SUCCESS" in said


def test_every_15_seconds_as_documented():
    assert CONFIG["global"]["scrape_interval"] == "15s"


def test_samples_say_where_they_are_from():
    labels = CONFIG["global"]["external_labels"]
    assert labels["deployment"] == "acme"
    assert labels["region"] == "eu-west-1"
    assert labels["prometheus_replica"] == "${POD_NAME}"
    assert "--enable-feature=expand-external-labels" in server()["args"]


def test_alerts_of_two_servers_are_one_alert():
    (rule,) = CONFIG["alerting"]["alert_relabel_configs"]
    assert rule == {"action": "labeldrop", "regex": "prometheus_replica"}


def test_pods_are_looked_for_only_where_the_rights_are():
    for job in ("pods", "kube-state-metrics"):
        (search,) = JOBS[job]["kubernetes_sd_configs"]
        assert search["namespaces"]["names"] == [
            "byoc-system",
            "byoc-monitoring",
            "byoc-tailscale",
            "byoc-ingress",
            "clickhouse",
        ]


@pytest.mark.parametrize("job", ["volumes", "resources", "containers"])
def test_the_kubelet_is_read_over_verified_tls(job):
    assert JOBS[job]["scheme"] == "https"
    assert JOBS[job]["tls_config"] == {
        "ca_file": "/var/run/secrets/kubernetes.io/serviceaccount/ca.crt"
    }


def test_samples_on_the_volume_are_bounded_in_time_and_size():
    flags = set(server()["args"])
    assert f"--storage.tsdb.retention.time={15 * 86400}s" in flags
    assert "--storage.tsdb.retention.size=40GB" in flags


def test_no_door_to_change_or_delete_samples_is_open():
    for flag in server()["args"]:
        assert "web.enable-admin-api" not in flag
        assert "web.enable-lifecycle" not in flag
        assert "remote-write-receiver" not in flag


def test_with_thanos_blocks_are_not_merged_before_they_are_uploaded():
    assert "--storage.tsdb.min-block-duration=2h" in server()["args"]
    assert "--storage.tsdb.max-block-duration=2h" in server()["args"]
    without = monitoring(replace(MONITORING, thanos=None))
    assert [c["name"] for c in containers(prometheus(without))] == ["prometheus"]
    assert not [flag for flag in server(without)["args"] if "block-duration" in flag]


def test_thanos_has_no_keys_of_its_own():
    document = found(everything(), "ConfigMap", "prometheus")["data"]["objstore.yaml"]
    config = yaml.safe_load(document)["config"]
    assert config == {
        "bucket": "acme-monitoring",
        "region": "eu-west-1",
        "endpoint": "s3.eu-west-1.amazonaws.com",
        "insecure": False,
        "aws_sdk_auth": True,
    }


def test_prometheus_answers_though_thanos_does_not_run():
    service = found(everything(), "Service", "prometheus")["spec"]
    assert service["publishNotReadyAddresses"] is True
    names = [
        container["name"] for container in prometheus()["spec"]["template"]["spec"]["containers"]
    ]
    assert names == ["prometheus", "thanos"]
    assert "initContainers" not in prometheus()["spec"]["template"]["spec"]


def test_the_volume_goes_with_the_stack_and_is_of_our_class():
    spec = prometheus()["spec"]
    (claim,) = spec["volumeClaimTemplates"]
    assert claim["spec"]["storageClassName"] == "gp3"
    assert claim["spec"]["resources"]["requests"]["storage"] == "50Gi"
    assert spec["persistentVolumeClaimRetentionPolicy"]["whenDeleted"] == "Delete"


def test_a_retention_below_the_look_back_of_sizing_is_refused():
    with pytest.raises(ConfigError, match="30 hours"):
        PrometheusArgs(retention=timedelta(hours=29, minutes=59))
    assert PrometheusArgs(retention=timedelta(hours=30))


def test_a_changed_configuration_makes_a_new_pod():
    def digest(seen):
        template = prometheus(seen)["spec"]["template"]
        return template["metadata"]["annotations"]["byoc.clickhouse.dev/config-hash"]

    other = replace(MONITORING.deployment, name="other")
    assert digest(everything()) != digest(monitoring(replace(MONITORING, deployment=other)))


def test_not_waiting_is_said_on_everything_that_may_not_get_ready():
    seen = monitoring(replace(MONITORING, await_workloads=False))
    for item in seen.resources:
        if item.type.partition(":")[2] in (
            "apps/v1:Deployment",
            "apps/v1:StatefulSet",
            "core/v1:Service",
        ):
            annotations = item.inputs["metadata"]["annotations"]
            assert annotations["pulumi.com/skipAwait"] == "true", item.name
    assert not [
        item
        for item in everything().resources
        if "pulumi.com/skipAwait" in (item.inputs.get("metadata", {}).get("annotations") or {})
    ]


def relabelled(target: dict, job: dict) -> dict | None:
    """The labels that a target ends up with, by the few actions that our jobs use."""
    import re

    labels = {
        "__address__": target["targets"][0],
        "__metrics_path__": "/metrics",
        **target["labels"],
    }
    for rule in job["relabel_configs"]:
        text = ";".join(labels.get(name, "") for name in rule["source_labels"])
        match = re.fullmatch(rule.get("regex", "(.*)"), text)
        action = rule.get("action", "replace")
        if (action == "keep" and not match) or (action == "drop" and match):
            return None
        if action == "replace" and match:
            replacement = rule.get("replacement", "$1").replace("$", "\\")
            labels[rule["target_label"]] = match.expand(replacement)
    return {
        name: value for name, value in labels.items() if not name.startswith("__meta") and value
    }


def pod(name: str, labels: dict, annotations: dict, ports: dict[str, int], namespace="clickhouse"):
    return {
        "metadata": {
            "name": name,
            "namespace": namespace,
            "uid": name,
            "labels": labels,
            "annotations": annotations,
        },
        "spec": {
            "nodeName": "n1",
            "containers": [
                {"name": "c", "ports": [{"name": k, "containerPort": v} for k, v in ports.items()]}
            ],
        },
        "status": {"phase": "Running", "podIP": "10.20.3.4"},
    }


def targets(of: dict, job: str) -> list[dict]:
    seen = [relabelled(target, JOBS[job]) for target in pod_targets(of)]
    unique = {tuple(sorted(labels.items())) for labels in seen if labels}
    return [dict(labels) for labels in unique]


def test_a_server_is_read_at_its_metrics_port_with_its_names():
    labels = {
        "app.kubernetes.io/name": "clickhouse-server",
        "app.kubernetes.io/part-of": "clickhouse-byoc",
        "byoc.clickhouse.dev/warehouse": "shop",
        "byoc.clickhouse.dev/service": "main",
        "byoc.clickhouse.dev/replica": "a1b2",
    }
    server_pod = pod("shop-main-a1b2-0", labels, {}, {"http": 8123, "metrics": 9363})
    assert targets(server_pod, "pods") == [
        {
            "__address__": "10.20.3.4:9363",
            "__metrics_path__": "/metrics",
            "namespace": "clickhouse",
            "pod": "shop-main-a1b2-0",
            "node": "n1",
            "app": "clickhouse-server",
            "warehouse": "shop",
            "service": "main",
            "replica": "a1b2",
        }
    ]


@pytest.mark.parametrize(
    ("kind", "name", "address"),
    [
        ("Deployment", "controller", "10.20.3.4:9100"),
        ("StatefulSet", "prometheus", "10.20.3.4:9090"),
        ("StatefulSet", "alertmanager", "10.20.3.4:9093"),
        ("Deployment", "grafana", "10.20.3.4:3000"),
        ("Deployment", "ingress", "10.20.3.4:9102"),
        ("Deployment", "kube-state-metrics", "10.20.3.4:8080"),
    ],
)
def test_a_program_of_ours_is_read_once_where_it_says(kind, name, address):
    template = found(everything(), kind, name)["spec"]["template"]
    ports = {
        port["name"]: port["containerPort"]
        for container in template["spec"]["containers"]
        for port in container["ports"]
    }
    metadata = template["metadata"]
    ours = pod(name, metadata["labels"], metadata["annotations"], ports, "byoc-system")
    job, other = ("pods", "kube-state-metrics")
    if name == "kube-state-metrics":
        job, other = other, job
    assert [target["__address__"] for target in targets(ours, job)] == [address]
    assert targets(ours, other) == []


@pytest.mark.parametrize(("phase", "read"), [("Pending", 1), ("Running", 1), ("Succeeded", 0)])
def test_a_pod_that_cannot_start_is_seen_as_down_and_one_that_ended_is_not(phase, read):
    labels = {"app.kubernetes.io/part-of": "clickhouse-byoc"}
    one = pod("p", labels, {}, {"metrics": 9363})
    one["status"]["phase"] = phase
    assert len(targets(one, "pods")) == read


def test_a_stranger_in_our_namespace_is_not_read():
    stranger = pod("stranger", {}, {"prometheus.io/scrape": "true"}, {"metrics": 1})
    assert targets(stranger, "pods") == []
