"""config.xml of one replica, for a genuine clickhouse-server 26.x."""

from collections.abc import Mapping
from datetime import timedelta

from control.warehouses.backup_storage import allowed_disks
from control.warehouses.data_keys import KEYS_FILE, KEYS_FOLDER
from control.warehouses.keeper_config import CLIENT_PORT as KEEPER_PORT
from control.warehouses.keeper_config import keeper_hosts
from control.warehouses.model import Deployment, Service, Size, Warehouse
from control.warehouses.storage_profiles import POLICY, PROFILES, storage_configuration
from control.warehouses.xml_document import FromEnv, Node, xml_document

HTTP_PORT, TCP_PORT, INTERSERVER_PORT, METRICS_PORT = 8123, 9000, 9009, 9363
HTTPS_PORT, NATIVE_TLS_PORT = 8443, 9440
TLS_FOLDER = "/etc/clickhouse-tls"
OLD_PROTOCOLS = "sslv2,sslv3,tlsv1,tlsv1_1"
SHARD = "s1"
AUTHENTICATION = "warehouse"
LOG_DAYS = 30
UNFINISHED_QUERIES = timedelta(hours=1)
"""A server told to stop lets running queries end within this: as long as the longest drain."""
MERGED_PARTS_KEPT = timedelta(minutes=8)
"""Since 26.x servers drop parts as soon as they are merged, before the figures of a backup that
holds them can be taken. This was the server's own default before."""

SYSTEM_LOGS = (
    "query_log",
    "query_views_log",
    "part_log",
    "session_log",
    "backup_log",
    "error_log",
    "text_log",
    "metric_log",
    "asynchronous_metric_log",
    "crash_log",
)


def server_config(deployment: Deployment, warehouse: Warehouse, service: Service, rid: str) -> str:
    return xml_document(
        "clickhouse",
        {
            **listeners(service, rid),
            **tls_listeners(service),
            **coordination(warehouse, service, rid),
            **users(service),
            **resources(service.size),
            **shutdown(),
            **data_keys(warehouse),
            **tables(deployment, warehouse, service, rid),
            **allowed_disks(deployment, warehouse),
            **system_logs(),
        },
    )


def listeners(service: Service, rid: str) -> Mapping[str, Node]:
    return {
        "logger": {"level": "information", "console": True},
        "display_name": service.replica_name(rid),
        "listen_host": FromEnv("POD_IP"),
        "http_port": HTTP_PORT,
        "tcp_port": TCP_PORT,
        "interserver_http_port": INTERSERVER_PORT,
        "interserver_http_host": service.host(rid),
        "interserver_http_credentials": {
            "user": "interserver",
            "password": FromEnv("INTERSERVER_PASSWORD"),
        },
        "keep_alive_timeout": 3,
        "asynchronous_metrics_update_period_s": 5,
        "prometheus": {
            "endpoint": "/metrics",
            "port": METRICS_PORT,
            "metrics": True,
            "events": True,
            "asynchronous_metrics": True,
            "errors": True,
        },
    }


def tls_listeners(service: Service) -> Mapping[str, Node]:
    """The server takes a renewed certificate by itself."""
    if service.tls is None:
        return {}
    return {
        "https_port": HTTPS_PORT,
        "tcp_port_secure": NATIVE_TLS_PORT,
        "openSSL": {
            "server": {
                "certificateFile": f"{TLS_FOLDER}/tls.crt",
                "privateKeyFile": f"{TLS_FOLDER}/tls.key",
                "verificationMode": "none",
                "cacheSessions": True,
                "preferServerCiphers": True,
                "disableProtocols": OLD_PROTOCOLS,
            }
        },
    }


def coordination(warehouse: Warehouse, service: Service, rid: str) -> Mapping[str, Node]:
    """What makes the replicas of all services of a warehouse one warehouse."""
    return {
        "zookeeper": {
            "node": [{"host": host, "port": KEEPER_PORT} for host in keeper_hosts(warehouse)],
            "session_timeout_ms": 30000,
        },
        "macros": {
            "shard": SHARD,
            "replica": rid,
            "warehouse": warehouse.name,
            "service": service.name,
        },
        "replica_group_name": service.name,
        "distributed_ddl": {"path": "/clickhouse/task_queue/ddl", "profile": "internal"},
        "user_defined_zookeeper_path": "/clickhouse/user_defined",
        "named_collections": {AUTHENTICATION: {"cluster_secret": FromEnv("CLUSTER_SECRET")}},
    }


def users(service: Service) -> Mapping[str, Node]:
    """The file holds the two users of ours; those made by SQL belong to the whole warehouse."""
    return {
        "users_config": "users.xml",
        "user_directories": {
            "users_xml": {"path": "users.xml"},
            "replicated": {"zookeeper_path": "/clickhouse/access"},
        },
        "default_profile": "default",
        "system_profile": "internal",
        "default_database": "default",
        "access_control_improvements": {
            "settings_constraints_replace_previous": True,
            "select_from_system_db_requires_grant": False,
        },
    }


def resources(size: Size) -> Mapping[str, Node]:
    """Shares of the pod's memory and CPUs, stated rather than guessed from the node."""
    memory = size.memory_bytes
    return {
        "max_server_memory_usage": memory * 9 // 10,
        "mark_cache_size": memory // 20,
        "uncompressed_cache_size": 0,
        "index_mark_cache_size": memory // 100,
        "max_concurrent_queries": 100 * size.cpus,
        "max_connections": 1024 + 256 * size.cpus,
        "background_pool_size": max(4, 2 * size.cpus),
        "background_merges_mutations_concurrency_ratio": 2,
        "background_fetches_pool_size": max(8, 2 * size.cpus),
        "background_move_pool_size": 2,
        "background_common_pool_size": max(4, size.cpus),
        "background_schedule_pool_size": max(16, 8 * size.cpus),
        "background_message_broker_schedule_pool_size": max(4, size.cpus),
        "background_distributed_schedule_pool_size": max(4, size.cpus),
        "background_buffer_flush_schedule_pool_size": 4,
        "max_thread_pool_size": 2000 + 500 * size.cpus,
    }


def shutdown() -> Mapping[str, Node]:
    return {
        "shutdown_wait_unfinished_queries": True,
        "shutdown_wait_unfinished": int(UNFINISHED_QUERIES.total_seconds()),
        "shutdown_wait_backups_and_restores": True,
    }


def data_keys(warehouse: Warehouse) -> Mapping[str, Node]:
    """The server does not start without the file."""
    return {"include_from": f"{KEYS_FOLDER}/{KEYS_FILE}"} if warehouse.encryption else {}


def tables(
    deployment: Deployment, warehouse: Warehouse, service: Service, rid: str
) -> Mapping[str, Node]:
    settings: dict[str, Node] = {
        "storage_policy": POLICY,
        "old_parts_lifetime": int(MERGED_PARTS_KEPT.total_seconds()),
    }
    settings |= dict(PROFILES[warehouse.profile].merge_tree)
    if service.read_only:
        settings |= {"always_fetch_merged_part": 1, "replicated_can_become_leader": 0}
    config: dict[str, Node] = {
        "path": "/var/lib/clickhouse/",
        "tmp_path": "/var/lib/clickhouse/tmp/",
        "user_files_path": "/var/lib/clickhouse/user_files/",
        "format_schema_path": "/var/lib/clickhouse/format_schemas/",
        "storage_configuration": storage_configuration(deployment, warehouse, rid),
        "merge_tree": settings,
        "default_replica_path": "/clickhouse/tables/{uuid}/{shard}",
        "default_replica_name": "{replica}",
        "wait_dictionaries_load_at_startup": False,
        "max_table_size_to_drop": 50_000_000_000,
    }
    if service.read_only:
        config["disable_insertion_and_mutation"] = True
    return config


def system_logs() -> Mapping[str, Node]:
    """On the replica's own volume, so that they never weigh on the data bucket."""
    common: dict[str, Node] = {
        "database": "system",
        "partition_by": "event_date",
        "ttl": f"event_date + INTERVAL {LOG_DAYS} DAY DELETE",
        "storage_policy": "default",
        "flush_interval_milliseconds": 7500,
    }
    logs: dict[str, Node] = {name: common | {"table": name} for name in SYSTEM_LOGS}
    logs["text_log"] = common | {"table": "text_log", "level": "warning"}
    # A row of metric_log has 1,500 columns: merging many small parts of it is most of what an idle
    # server does.
    rarely: dict[str, Node] = {"flush_interval_milliseconds": 60_000}
    sparse = rarely | {"collect_interval_milliseconds": 10_000}
    logs["metric_log"] = common | sparse | {"table": "metric_log"}
    logs["asynchronous_metric_log"] = common | rarely | {"table": "asynchronous_metric_log"}
    return logs
