"""The two dashboards: one for services, one for what runs them."""

from components.kubernetes.monitoring.dashboards import Choice, Dashboard, Panel

CHOSEN = 'warehouse=~"$warehouse", service=~"$service"'
SERVERS = f'app="clickhouse-server", {CHOSEN}'

SERVICES = Dashboard(
    uid="byoc-services",
    title="ClickHouse services",
    choices=(
        Choice(name="warehouse", values_of="label_values(byoc:replica_info, warehouse)"),
        Choice(
            name="service",
            values_of='label_values(byoc:replica_info{warehouse=~"$warehouse"}, service)',
        ),
    ),
    panels=(
        Panel(
            title="Replicas that answer",
            expression=f"sum by (service) (up{{{SERVERS}}})",
            legend="{{service}}",
            kind="stat",
        ),
        Panel(
            title="Phase",
            expression=f"max by (warehouse, service, phase) (byoc_service_phase{{{CHOSEN}}}) == 1",
            legend="{{service}}: {{phase}}",
            kind="stat",
        ),
        Panel(
            title="CPU in use",
            expression=f"byoc:replica_cpu_cores{{{CHOSEN}}}",
            legend="{{pod}}",
            unit="cores",
        ),
        Panel(
            title="Memory in use",
            expression=f"byoc:replica_memory_bytes{{{CHOSEN}}}",
            legend="{{pod}}",
            unit="bytes",
        ),
        Panel(
            title="Queries per second",
            expression=f"byoc:replica_queries:rate2m{{{CHOSEN}}}",
            legend="{{pod}}",
            unit="ops",
        ),
        Panel(
            title="Failed queries per second",
            expression=f"rate(ClickHouseProfileEvents_FailedQuery{{{SERVERS}}}[2m])",
            legend="{{pod}}",
            unit="ops",
        ),
        Panel(
            title="Rows inserted per second",
            expression=f"rate(ClickHouseProfileEvents_InsertedRows{{{SERVERS}}}[2m])",
            legend="{{pod}}",
            unit="ops",
        ),
        Panel(
            title="Parts in the fullest partition",
            expression=f"ClickHouseAsyncMetrics_MaxPartCountForPartition{{{SERVERS}}}",
            legend="{{pod}}",
        ),
        Panel(
            title="Replication lag",
            expression=f"ClickHouseAsyncMetrics_ReplicasMaxAbsoluteDelay{{{SERVERS}}}",
            legend="{{pod}}",
            unit="s",
        ),
        Panel(
            title="Merges running",
            expression=f"ClickHouseMetrics_Merge{{{SERVERS}}}",
            legend="{{pod}}",
        ),
        Panel(
            title="Written to object storage",
            expression=f"rate(ClickHouseProfileEvents_WriteBufferFromS3Bytes{{{SERVERS}}}[2m])",
            legend="{{pod}}",
            unit="bytes",
        ),
        Panel(
            title="Kills and refusals for want of memory",
            expression=f"byoc:replica_oom_kills:increase5m{{{CHOSEN}}}"
            f" + byoc:replica_query_ooms:increase5m{{{CHOSEN}}}",
            legend="{{pod}}",
        ),
    ),
)

PLATFORM = Dashboard(
    uid="byoc-platform",
    title="BYOC platform",
    choices=(),
    panels=(
        Panel(
            title="Alerts",
            expression='ALERTS{alertstate="firing", severity!="none"}',
            legend="{{alertname}} {{pod}}{{service}}",
            kind="stat",
        ),
        Panel(
            title="Programs that answer",
            expression='min by (app) (up{job=~"pods|kube-state-metrics"})',
            legend="{{app}}",
            kind="stat",
        ),
        Panel(
            title="Keeper members that answer",
            expression='sum by (warehouse) (up{app="clickhouse-keeper"})',
            legend="{{warehouse}}",
        ),
        Panel(
            title="Restarts in the last hour",
            expression="increase(kube_pod_container_status_restarts_total[1h]) > 0",
            legend="{{namespace}}/{{pod}}",
        ),
        Panel(
            title="Fill of volumes",
            expression="1 - kubelet_volume_stats_available_bytes"
            " / kubelet_volume_stats_capacity_bytes",
            legend="{{namespace}}/{{persistentvolumeclaim}}",
            unit="percentunit",
        ),
        Panel(
            title="Memory of the platform's own pods",
            expression="sum by (namespace, pod)"
            ' (container_memory_working_set_bytes{namespace=~"byoc-.*", container!=""})',
            legend="{{namespace}}/{{pod}}",
            unit="bytes",
        ),
        Panel(
            title="Connections at the ingress",
            expression="sum by (entrypoint) (traefik_open_connections)",
            legend="{{entrypoint}}",
        ),
        Panel(
            title="Samples taken per second",
            expression="rate(prometheus_tsdb_head_samples_appended_total[5m])",
            legend="{{pod}}",
            unit="ops",
        ),
    ),
)

DASHBOARDS = (SERVICES, PLATFORM)
