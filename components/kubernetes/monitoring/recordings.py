"""Series about replicas, which sizing, dashboards and usage figures build on."""

from datetime import timedelta

from components.kubernetes.monitoring.rules import Recording

STEP = timedelta(seconds=60)
"""Sizing looks at one sample a minute."""

REPLICA = "namespace, pod, warehouse, service, replica"
SERVERS = 'app="clickhouse-server"'
CONTAINERS = 'namespace="clickhouse", container!="", container!="POD"'


def of_replica(of_container: str) -> str:
    """The kubelet knows pods; which warehouse, service and replica a pod is, its target knows.

    A container that is seen twice counts once.
    """
    of_pod = f"sum by (namespace, pod) (max by (namespace, pod, container) ({of_container}))"
    return (
        f"{of_pod} * on (namespace, pod) group_left (warehouse, service, replica) byoc:replica_info"
    )


def of_server(expression: str) -> str:
    return f"max by ({REPLICA}) ({expression})"


RECORDINGS = (
    Recording(
        name="byoc:replica_info",
        expression=f'group by ({REPLICA}) (up{{job="pods", {SERVERS}}})',
        why="Names the replica that a pod is.",
    ),
    Recording(
        name="byoc:rules_evaluated",
        expression="vector(1)",
        why="Tells a replica that was not there from a minute of which nothing is known.",
    ),
    Recording(
        name="byoc:replica_cpu_cores",
        expression=of_replica(
            f"sum by (namespace, pod) (rate(container_cpu_usage_seconds_total{{{CONTAINERS}}}[2m]))"
        )
        + " or "
        + of_server(
            f"rate(ClickHouseProfileEvents_OSCPUVirtualTimeMicroseconds{{{SERVERS}}}[2m]) / 1e6"
        ),
        why="CPU of a replica by the kubelet, else as the server itself counts it.",
    ),
    Recording(
        name="byoc:replica_memory_bytes",
        expression=of_replica(f"max_over_time(container_memory_rss{{{CONTAINERS}}}[1m])")
        + " or "
        + of_server(f"max_over_time(ClickHouseAsyncMetrics_MemoryResident{{{SERVERS}}}[1m])")
        + " or "
        + of_replica(f"max_over_time(container_memory_working_set_bytes{{{CONTAINERS}}}[1m])")
        + " or "
        + of_server(f"max_over_time(ClickHouseMetrics_MemoryTracking{{{SERVERS}}}[1m])"),
        why="Resident memory of a replica, its peak in the minute.",
    ),
    Recording(
        name="byoc:replica_query_memory_bytes",
        expression=of_server(f"max_over_time(ClickHouseMetrics_MemoryTracking{{{SERVERS}}}[1m])"),
        why="Memory that queries and merges hold, its peak in the minute.",
    ),
    Recording(
        name="byoc:replica_memory_limit_bytes",
        expression=of_replica(f"container_spec_memory_limit_bytes{{{CONTAINERS}}} > 0"),
        why="What the kubelet allows a replica.",
    ),
    Recording(
        name="byoc:replica_oom_kills:increase5m",
        expression=of_replica(f"increase(container_oom_events_total{{{CONTAINERS}}}[5m])"),
        why="Kills for want of memory: sizing adds half of what was in use.",
    ),
    Recording(
        name="byoc:replica_query_ooms:increase5m",
        expression=of_server(
            f"increase(ClickHouseProfileEvents_QueryMemoryLimitExceeded{{{SERVERS}}}[5m])"
        ),
        why="Queries refused for want of memory: the same.",
    ),
    Recording(
        name="byoc:replica_queries:rate2m",
        expression=of_server(f"rate(ClickHouseProfileEvents_Query{{{SERVERS}}}[2m])"),
        why="Queries per second, for dashboards.",
    ),
    Recording(
        name="byoc:service_cpu_cores",
        expression="sum by (namespace, warehouse, service) (byoc:replica_cpu_cores)",
        why="CPU of a whole service, for dashboards and usage figures.",
    ),
    Recording(
        name="byoc:service_memory_bytes",
        expression="sum by (namespace, warehouse, service) (byoc:replica_memory_bytes)",
        why="Memory of a whole service, for dashboards and usage figures.",
    ),
)
