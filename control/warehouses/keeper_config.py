"""keeper_config.xml, the same for every member: each learns its number from its environment."""

from control.warehouses.model import Warehouse
from control.warehouses.xml_document import FromEnv, Node, xml_document

CLIENT_PORT, RAFT_PORT, METRICS_PORT = 9181, 9234, 9363
FIRST_MEMBER = 1
ROOT = "/var/lib/clickhouse-keeper"


def members(warehouse: Warehouse) -> range:
    return range(FIRST_MEMBER, FIRST_MEMBER + warehouse.keeper.replicas)


def keeper_host(warehouse: Warehouse, member: int) -> str:
    name = warehouse.keeper_name
    return f"{name}-{member}.{name}.{warehouse.namespace}.svc.cluster.local"


def keeper_hosts(warehouse: Warehouse) -> list[str]:
    return [keeper_host(warehouse, member) for member in members(warehouse)]


def keeper_config(warehouse: Warehouse) -> str:
    servers: list[Node] = [
        {"id": member, "hostname": keeper_host(warehouse, member), "port": RAFT_PORT}
        for member in members(warehouse)
    ]
    return xml_document(
        "clickhouse",
        {
            "logger": {"level": "information", "console": True},
            "listen_host": FromEnv("POD_IP"),
            "path": f"{ROOT}/",
            "prometheus": {
                "endpoint": "/metrics",
                "port": METRICS_PORT,
                "metrics": True,
                "events": True,
                "asynchronous_metrics": True,
            },
            "keeper_server": {
                "tcp_port": CLIENT_PORT,
                "server_id": FromEnv("KEEPER_SERVER_ID"),
                "log_storage_path": f"{ROOT}/coordination/log",
                "snapshot_storage_path": f"{ROOT}/coordination/snapshots",
                "hostname_checks_enabled": False,
                "four_letter_word_white_list": "ruok,mntr,srvr,stat,conf,isro",
                "coordination_settings": {
                    "operation_timeout_ms": 10000,
                    "session_timeout_ms": 30000,
                    "raft_logs_level": "warning",
                },
                "raft_configuration": {"server": servers},
            },
        },
    )
