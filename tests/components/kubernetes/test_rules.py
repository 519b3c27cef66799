"""Alerts fire when they should, and recordings say what they promise: by promtool."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import yaml

from components.kubernetes.monitoring.alerts import ALERTS
from components.kubernetes.monitoring.dashboard_rows import DASHBOARDS
from components.kubernetes.monitoring.recordings import RECORDINGS, STEP
from components.kubernetes.monitoring.rules import Severity, rules_document
from tests.components.kubernetes.programs import checked

SERVER = 'job="pods", app="clickhouse-server", namespace="clickhouse", warehouse="shop"'
R1 = f'{SERVER}, service="main", replica="r1", pod="shop-main-r1-0"'
R2 = f'{SERVER}, service="main", replica="r2", pod="shop-main-r2-0"'
KEEPER = 'job="pods", app="clickhouse-keeper", namespace="clickhouse", warehouse="shop"'
CONTAINER = 'namespace="clickhouse", pod="shop-main-r1-0", container="clickhouse"'
SIDECAR = 'namespace="clickhouse", pod="shop-main-r1-0", container="sidecar"'
OOM_KILLED = f'{CONTAINER}, reason="OOMKilled"'
LAST_ENDED = "kube_pod_container_status_last_terminated_reason"
KUBE_POD = 'namespace="clickhouse", pod="shop-main-r1-0"'

VOLUME = f'{KUBE_POD}, persistentvolumeclaim="d"'
LAST_BACKUP = 'byoc_warehouse_last_backup_timestamp_seconds{warehouse="shop"}'
BACKUP_PERIOD = 'byoc_warehouse_backup_period_seconds{warehouse="shop"}'
DAILY, EVERY_OTHER_DAY = f"{24 * 3600}x60", f"{48 * 3600}x60"
# Time begins at 0 here: a moment before it is negative.
ELEVEN_MINUTES, TWENTY_SIX_HOURS = 11 * 60, 26 * 3600


@dataclass(frozen=True, kw_only=True)
class Case:
    """Series, and which alerts they raise at a minute: name to number of them."""

    series: dict[str, str]
    at: str
    firing: dict[str, int]
    watched: tuple[str, ...] = ()
    """Alerts that must not fire."""


def keepers(*values: int) -> dict[str, str]:
    return {f'up{{{KEEPER}, pod="k-{n}"}}': f"{value}x30" for n, value in enumerate(values)}


CASES = {
    "a replica that does not answer for 5 minutes": Case(
        series={f"up{{{R1}}}": "0x30", f"up{{{R2}}}": "1x30"},
        at="6m",
        firing={"ReplicaNotReady": 1},
        watched=("ServiceDown",),
    ),
    "a replica that came back in time": Case(
        series={f"up{{{R1}}}": "0x12 1x30"},
        at="6m",
        firing={},
        watched=("ReplicaNotReady", "ServiceDown"),
    ),
    "a pod that answers Prometheus but is not ready": Case(
        series={
            f"up{{{R1}}}": "1x40",
            f'kube_pod_status_ready{{{KUBE_POD}, condition="true"}}': "0x40",
        },
        at="6m",
        firing={"ReplicaNotReady": 1},
    ),
    "no replica of a service answers": Case(
        series={f"up{{{R1}}}": "0x30", f"up{{{R2}}}": "0x30"},
        at="3m",
        firing={"ServiceDown": 1},
    ),
    "one of three members of Keeper is down": Case(
        series=keepers(1, 1, 0),
        at="6m",
        firing={"KeeperMemberDown": 1},
        watched=("KeeperQuorumLost",),
    ),
    "two of three members of Keeper are down": Case(
        series=keepers(1, 0, 0), at="2m", firing={"KeeperQuorumLost": 1}
    ),
    "the only member of Keeper is down": Case(
        series=keepers(0), at="2m", firing={"KeeperQuorumLost": 1}
    ),
    "the only member of Keeper is up": Case(
        series=keepers(1), at="9m", firing={}, watched=("KeeperQuorumLost", "KeeperMemberDown")
    ),
    "a volume with exactly 15 % left": Case(
        series={
            f"kubelet_volume_stats_available_bytes{{{VOLUME}}}": "15x60",
            f"kubelet_volume_stats_capacity_bytes{{{VOLUME}}}": "100x60",
        },
        at="11m",
        firing={},
        watched=("DiskNearFull",),
    ),
    "a volume with less than 15 % left": Case(
        series={
            f"kubelet_volume_stats_available_bytes{{{VOLUME}}}": "14x60",
            f"kubelet_volume_stats_capacity_bytes{{{VOLUME}}}": "100x60",
        },
        at="11m",
        firing={"DiskNearFull": 1},
    ),
    "a server whose disk has 9 % left": Case(
        series={
            f"ClickHouseAsyncMetrics_DiskAvailable_default{{{R1}}}": "9x60",
            f"ClickHouseAsyncMetrics_DiskTotal_default{{{R1}}}": "100x60",
        },
        at="6m",
        firing={"ServerDiskNearFull": 1},
    ),
    "1000 parts": Case(
        series={f"ClickHouseAsyncMetrics_MaxPartCountForPartition{{{R1}}}": "1000x60"},
        at="11m",
        firing={},
        watched=("ManyParts",),
    ),
    "1001 parts": Case(
        series={f"ClickHouseAsyncMetrics_MaxPartCountForPartition{{{R1}}}": "1001x60"},
        at="11m",
        firing={"ManyParts": 1},
    ),
    "a replica 301 seconds behind": Case(
        series={f"ClickHouseAsyncMetrics_ReplicasMaxAbsoluteDelay{{{R1}}}": "301x60"},
        at="6m",
        firing={"ReplicationLag": 1},
    ),
    "tables that refuse writes": Case(
        series={f"ClickHouseMetrics_ReadonlyReplica{{{R1}}}": "2x60"},
        at="6m",
        firing={"ReplicaReadOnly": 1},
    ),
    "a pod killed for want of memory, by the kubelet": Case(
        series={
            f"up{{{R1}}}": "1x60",
            f"container_oom_events_total{{{CONTAINER}}}": "0x8 1x60",
        },
        at="4m",
        firing={"OutOfMemoryKill": 1},
    ),
    "a pod killed for want of memory, by kube-state-metrics": Case(
        series={
            f"{LAST_ENDED}{{{OOM_KILLED}}}": ("1x60"),
            f"kube_pod_container_status_restarts_total{{{CONTAINER}}}": "0x8 1x60",
        },
        at="4m",
        firing={"OutOfMemoryKill": 1},
    ),
    "a pod killed for want of memory long ago": Case(
        series={
            f"{LAST_ENDED}{{{OOM_KILLED}}}": ("1x120"),
            f"kube_pod_container_status_restarts_total{{{CONTAINER}}}": "1x120",
        },
        at="20m",
        firing={},
        watched=("OutOfMemoryKill",),
    ),
    "a daily backup older than 26 hours": Case(
        series={LAST_BACKUP: f"{-TWENTY_SIX_HOURS}x60", BACKUP_PERIOD: DAILY},
        at="11m",
        firing={"BackupTooOld": 1},
    ),
    "a daily backup exactly 26 hours old": Case(
        series={LAST_BACKUP: f"{ELEVEN_MINUTES - TWENTY_SIX_HOURS}x60", BACKUP_PERIOD: DAILY},
        at="11m",
        firing={},
        watched=("BackupTooOld",),
    ),
    "a backup older than 26 hours where one is made every other day": Case(
        series={LAST_BACKUP: f"{-TWENTY_SIX_HOURS}x60", BACKUP_PERIOD: EVERY_OTHER_DAY},
        at="11m",
        firing={},
        watched=("BackupTooOld",),
    ),
    "a degraded service": Case(
        series={
            'byoc_service_phase{service="main", phase="Degraded"}': "1x60",
            'byoc_service_phase{service="main", phase="Running"}': "0x60",
        },
        at="11m",
        firing={"ServiceDegraded": 1},
    ),
    "a controller that is gone": Case(series={}, at="4m", firing={"ControllerDown": 1}),
    "a controller that answers": Case(
        series={'up{job="pods", app="controller"}': "1x60"},
        at="9m",
        firing={},
        watched=("ControllerDown",),
    ),
    "a controller that keeps failing": Case(
        series={'byoc_controller_failures_total{kind="Service", error="SqlError"}': "0+1x120"},
        at="20m",
        firing={"ReconcileFails": 1},
    ),
    "a controller that hears nothing": Case(
        series={'byoc_controller_watch_silent_seconds{kind="Pod"}': "0+60x60"},
        at="12m",
        firing={"ControllerDeaf": 1},
    ),
    "an exporter that does not answer": Case(
        series={'up{job="pods", app="usage-scraper"}': "0x60"}, at="11m", firing={"ExporterDown": 1}
    ),
    "a claim without a volume": Case(
        series={
            'kube_persistentvolumeclaim_status_phase{persistentvolumeclaim="d", phase="Pending"}': (
                "1x90"
            )
        },
        at="16m",
        firing={"VolumeClaimPending": 1},
    ),
    "a container that keeps restarting": Case(
        series={f"kube_pod_container_status_restarts_total{{{CONTAINER}}}": "0+1x120"},
        at="20m",
        firing={"PodCrashLooping": 1},
    ),
    "rules that fail": Case(
        series={'prometheus_rule_evaluation_failures_total{rule_group="g"}': "0x8 3x60"},
        at="4m",
        firing={"RuleFailures": 1},
    ),
    "a receiver that is away": Case(
        series={'alertmanager_notifications_failed_total{integration="webhook"}': "0+1x120"},
        at="16m",
        firing={"NotificationsFail": 1},
    ),
    "samples that are not uploaded": Case(
        series={"thanos_objstore_bucket_last_successful_upload_time": "60x2000"},
        at="5h",
        firing={"SamplesNotUploaded": 1},
    ),
    "nothing at all": Case(series={}, at="1m", firing={"Watchdog": 1}),
}

REPLICA = (
    'namespace="clickhouse", warehouse="shop", service="main", replica="r1", pod="shop-main-r1-0"'
)
SERVER_CPU = f"ClickHouseProfileEvents_OSCPUVirtualTimeMicroseconds{{{R1}}}"

RECORDED = {
    "the kubelet's CPU, with the names of the replica": (
        {
            f"up{{{R1}}}": "1x40",
            f'container_cpu_usage_seconds_total{{{CONTAINER}, cpu="total"}}': "0+30x40",
            SERVER_CPU: "0+7500000x40",
        },
        f"byoc:replica_cpu_cores{{{REPLICA}}}",
        2,
    ),
    "the server's own CPU where the kubelet says nothing": (
        {f"up{{{R1}}}": "1x40", SERVER_CPU: "0+7500000x40"},
        f"byoc:replica_cpu_cores{{{REPLICA}}}",
        0.5,
    ),
    "the kubelet's memory, its peak": (
        {
            f"up{{{R1}}}": "1x40",
            f"container_memory_rss{{{CONTAINER}}}": "5x18 9 5x20",
            f"ClickHouseMetrics_MemoryTracking{{{R1}}}": "3x40",
        },
        f"byoc:replica_memory_bytes{{{REPLICA}}}",
        9,
    ),
    "the server's resident memory where the kubelet says nothing": (
        {
            f"ClickHouseAsyncMetrics_MemoryResident{{{R1}}}": "7x40",
            f"ClickHouseMetrics_MemoryTracking{{{R1}}}": "3x40",
        },
        f"byoc:replica_memory_bytes{{{REPLICA}}}",
        7,
    ),
    "the kubelet's working set where the server says less": (
        {
            f"up{{{R1}}}": "1x40",
            f"container_memory_working_set_bytes{{{CONTAINER}}}": "4x40",
            f"ClickHouseMetrics_MemoryTracking{{{R1}}}": "3x40",
        },
        f"byoc:replica_memory_bytes{{{REPLICA}}}",
        4,
    ),
    "a container that two nodes speak of counts once": (
        {
            f"up{{{R1}}}": "1x40",
            f'container_memory_rss{{{CONTAINER}, node="n1"}}': "5x40",
            f'container_memory_rss{{{CONTAINER}, node="n2"}}': "5x40",
            f'container_memory_rss{{{SIDECAR}, node="n1"}}': "1x40",
        },
        f"byoc:replica_memory_bytes{{{REPLICA}}}",
        6,
    ),
    "the server's tracked memory where nothing else is known": (
        {f"ClickHouseMetrics_MemoryTracking{{{R1}}}": "3x40"},
        f"byoc:replica_memory_bytes{{{REPLICA}}}",
        3,
    ),
}


def rule_test(series: dict[str, str], interval: str = "15s") -> dict[str, Any]:
    return {
        "interval": interval,
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
    }


def alert_query(name: str) -> str:
    return f'count(ALERTS{{alertname="{name}", alertstate="firing"}}) or vector(0)'


def alert_test(case: Case) -> dict[str, Any]:
    wanted = case.firing | dict.fromkeys(case.watched, 0)
    return rule_test(case.series) | {
        "promql_expr_test": [
            {
                "expr": alert_query(name),
                "eval_time": case.at,
                "exp_samples": [{"labels": "{}", "value": count}],
            }
            for name, count in wanted.items()
        ]
    }


def run_tests(folder, tests: list[dict[str, Any]]) -> None:
    (folder / "rules.yaml").write_text(rules_document(RECORDINGS, ALERTS, step=STEP))
    document = {
        "rule_files": ["rules.yaml"],
        "evaluation_interval": "15s",
        "tests": tests,
    }
    (folder / "tests.yaml").write_text(yaml.safe_dump(document, sort_keys=False))
    checked("promtool", "test", "rules", folder / "tests.yaml")


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_alert(case: Case, tmp_path):
    run_tests(tmp_path, [alert_test(case)])


@pytest.mark.parametrize(("series", "name", "value"), RECORDED.values(), ids=RECORDED.keys())
def test_recording(series, name, value, tmp_path):
    expected = {
        "expr": name.partition("{")[0],
        "eval_time": "5m",
        "exp_samples": [{"labels": name, "value": value}],
    }
    run_tests(tmp_path, [rule_test(series) | {"promql_expr_test": [expected]}])


def test_every_alert_is_seen_firing():
    assert {name for case in CASES.values() for name in case.firing} == {a.name for a in ALERTS}


def test_every_alert_tells_what_to_do():
    for alert in ALERTS:
        assert alert.summary, alert.name
        assert alert.remedy, alert.name
        assert alert.lasting >= timedelta(0)
    names = [alert.name for alert in ALERTS]
    assert len(names) == len(set(names))
    assert [alert.name for alert in ALERTS if alert.severity is Severity.NONE] == ["Watchdog"]


def test_rules_and_dashboards_use_recordings_that_exist():
    recorded = {row.name for row in RECORDINGS}
    expressions = [
        *(row.expression for row in RECORDINGS),
        *(alert.expression for alert in ALERTS),
        *(panel.expression for board in DASHBOARDS for panel in board.panels),
    ]
    used = {name for text in expressions for name in re.findall(r"byoc:[a-z0-9_:]+", text)}
    assert used <= recorded


def test_sizing_gets_a_sample_a_minute():
    group, _ = yaml.safe_load(rules_document(RECORDINGS, ALERTS, step=STEP))["groups"]
    assert group["interval"] == "60s"
