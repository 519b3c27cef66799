"""What wakes somebody, or asks somebody to look."""

from datetime import timedelta

from components.kubernetes.monitoring.rules import Alert, Severity

MINUTE = timedelta(minutes=1)

# Every rule names what it watches, or it would stay silent when that is gone.
SERVICE_ALERTS = (
    Alert(
        name="ReplicaNotReady",
        expression='up{job="pods", app="clickhouse-server"} == 0'
        ' or on (namespace, pod) kube_pod_status_ready{namespace="clickhouse", condition="true"}'
        " == 0",
        lasting=5 * MINUTE,
        severity=Severity.WARNING,
        summary="{{ $labels.pod }} has not been ready for 5 minutes.",
        remedy="byoc status; then the pod's events and log.",
    ),
    Alert(
        name="ServiceDown",
        expression="count by (namespace, warehouse, service)"
        ' (up{job="pods", app="clickhouse-server"})'
        " unless on (namespace, warehouse, service)"
        ' (up{job="pods", app="clickhouse-server"} == 1)',
        lasting=2 * MINUTE,
        severity=Severity.CRITICAL,
        summary="No replica of {{ $labels.service }} answers.",
        remedy="byoc status; nodes of the workload pool; Keeper's alerts.",
    ),
    Alert(
        name="KeeperQuorumLost",
        expression="sum by (namespace, warehouse) (up{app='clickhouse-keeper'})"
        " < floor(count by (namespace, warehouse) (up{app='clickhouse-keeper'}) / 2) + 1",
        lasting=1 * MINUTE,
        severity=Severity.CRITICAL,
        summary="Keeper of {{ $labels.warehouse }} has no majority: tables are read-only.",
        remedy="Bring members back; their volumes hold the state. Do not recreate them empty.",
    ),
    Alert(
        name="KeeperMemberDown",
        expression="up{app='clickhouse-keeper'} == 0",
        lasting=5 * MINUTE,
        severity=Severity.WARNING,
        summary="{{ $labels.pod }} of {{ $labels.warehouse }} does not answer.",
        remedy="The pod's events and log; one more loss may end the majority.",
    ),
    Alert(
        name="DiskNearFull",
        expression='kubelet_volume_stats_available_bytes{namespace=~"clickhouse|byoc-.*"}'
        " / kubelet_volume_stats_capacity_bytes < 0.15",
        lasting=10 * MINUTE,
        severity=Severity.WARNING,
        summary="Volume {{ $labels.persistentvolumeclaim }} has less than 15 % left.",
        remedy="Raise the volume's size; gp3 volumes grow in place.",
    ),
    Alert(
        name="ServerDiskNearFull",
        expression="ClickHouseAsyncMetrics_DiskAvailable_default"
        " / ClickHouseAsyncMetrics_DiskTotal_default < 0.1",
        lasting=5 * MINUTE,
        severity=Severity.CRITICAL,
        summary="The disk of {{ $labels.pod }} has less than 10 % left.",
        remedy="Raise replicaVolume.sizeGib of the warehouse; inserts stop when it is full.",
    ),
    Alert(
        name="ManyParts",
        expression="ClickHouseAsyncMetrics_MaxPartCountForPartition > 1000",
        lasting=10 * MINUTE,
        severity=Severity.WARNING,
        summary="A partition on {{ $labels.pod }} has {{ $value }} parts: inserts are slowed.",
        remedy="Insert in larger blocks, or give the service more CPU for merges.",
    ),
    Alert(
        name="ReplicationLag",
        expression="ClickHouseAsyncMetrics_ReplicasMaxAbsoluteDelay > 300",
        lasting=5 * MINUTE,
        severity=Severity.WARNING,
        summary="{{ $labels.pod }} is {{ $value }} seconds behind.",
        remedy="system.replication_queue on that replica names what it waits for.",
    ),
    Alert(
        name="ReplicaReadOnly",
        expression="ClickHouseMetrics_ReadonlyReplica > 0",
        lasting=5 * MINUTE,
        severity=Severity.CRITICAL,
        summary="{{ $value }} tables on {{ $labels.pod }} refuse writes.",
        remedy="Usually a lost Keeper session: see Keeper's alerts first.",
    ),
    Alert(
        name="OutOfMemoryKill",
        expression="byoc:replica_oom_kills:increase5m > 0"
        " or on (namespace, pod) ("
        'kube_pod_container_status_last_terminated_reason{reason="OOMKilled"} == 1'
        " and on (namespace, pod, container)"
        " increase(kube_pod_container_status_restarts_total[10m]) > 0)",
        lasting=0 * MINUTE,
        severity=Severity.WARNING,
        summary="{{ $labels.pod }} was killed for want of memory.",
        remedy="Raise memory.maxGib of the service, or look for the query in system.query_log.",
    ),
    Alert(
        name="BackupTooOld",
        expression="time() - byoc_warehouse_last_backup_timestamp_seconds"
        " > byoc_warehouse_backup_period_seconds + 2 * 3600",
        lasting=10 * MINUTE,
        severity=Severity.CRITICAL,
        summary="The newest backup of {{ $labels.warehouse }} is older than its schedule allows.",
        remedy="`byoc backup list {{ $labels.warehouse }}` shows what failed, and why.",
    ),
    Alert(
        name="ServiceDegraded",
        expression='max by (warehouse, service) (byoc_service_phase{phase="Degraded"}) == 1',
        lasting=10 * MINUTE,
        severity=Severity.WARNING,
        summary="{{ $labels.service }} has been degraded for 10 minutes.",
        remedy="The conditions of the service say which step waits for what.",
    ),
)

PLATFORM_ALERTS = (
    Alert(
        name="ControllerDown",
        expression='absent(up{job="pods", app="controller"} == 1)',
        lasting=3 * MINUTE,
        severity=Severity.CRITICAL,
        summary="The controller does not answer: services run on, nothing changes or heals.",
        remedy="kubectl -n byoc-system describe deployment controller",
    ),
    Alert(
        name="ReconcileFails",
        expression="increase(byoc_controller_failures_total[15m]) > 5",
        lasting=5 * MINUTE,
        severity=Severity.WARNING,
        summary="The controller keeps failing at {{ $labels.kind }} objects: {{ $labels.error }}.",
        remedy="kubectl -n byoc-system logs deployment/controller",
    ),
    Alert(
        name="ControllerDeaf",
        expression="byoc_controller_watch_silent_seconds > 300",
        lasting=5 * MINUTE,
        severity=Severity.CRITICAL,
        summary="The controller hears nothing of {{ $labels.kind }} objects, and decides nothing.",
        remedy="Its log says why watches break off: the API server, the network or its rights.",
    ),
    Alert(
        name="ExporterDown",
        expression='up{job="pods", app=~"state-exporter|usage-scraper|kube-state-metrics"} == 0',
        lasting=10 * MINUTE,
        severity=Severity.WARNING,
        summary="{{ $labels.app }} does not answer.",
        remedy="The pod's events and log.",
    ),
    Alert(
        name="VolumeClaimPending",
        expression='kube_persistentvolumeclaim_status_phase{phase="Pending"} == 1',
        lasting=15 * MINUTE,
        severity=Severity.WARNING,
        summary="Claim {{ $labels.persistentvolumeclaim }} has no volume.",
        remedy="Its events; often a zone without room in the node group.",
    ),
    Alert(
        name="PodCrashLooping",
        expression="increase(kube_pod_container_status_restarts_total[15m]) > 3",
        lasting=5 * MINUTE,
        severity=Severity.WARNING,
        summary="{{ $labels.container }} in {{ $labels.pod }} keeps restarting.",
        remedy="kubectl logs --previous",
    ),
    Alert(
        name="RuleFailures",
        expression="increase(prometheus_rule_evaluation_failures_total[10m]) > 0",
        lasting=0 * MINUTE,
        severity=Severity.WARNING,
        summary="Prometheus cannot evaluate rules of {{ $labels.rule_group }}.",
        remedy="The rules page of Prometheus names them.",
    ),
    Alert(
        name="NotificationsFail",
        expression="increase(alertmanager_notifications_failed_total[10m]) > 0",
        lasting=5 * MINUTE,
        severity=Severity.CRITICAL,
        summary="Alertmanager cannot reach its receiver.",
        remedy="The URL of the webhook, and the receiver behind it.",
    ),
    Alert(
        name="SamplesNotUploaded",
        expression="time() - thanos_objstore_bucket_last_successful_upload_time > 4 * 3600"
        " and thanos_objstore_bucket_last_successful_upload_time > 0",
        lasting=10 * MINUTE,
        severity=Severity.WARNING,
        summary="No block of samples reached the monitoring bucket for 4 hours.",
        remedy="The log of the thanos container; the role of byoc-monitoring/prometheus.",
    ),
    Alert(
        name="Watchdog",
        expression="vector(1)",
        lasting=0 * MINUTE,
        severity=Severity.NONE,
        summary="Always there: when it stops arriving, alerting is broken.",
        remedy="Nothing to do.",
    ),
)

ALERTS = (*SERVICE_ALERTS, *PLATFORM_ALERTS)
