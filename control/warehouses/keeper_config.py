"""The configuration of Keeper's members: each learns its number from its environment.

Keeper reads its file again when it changes, and its leader takes in or lets go the one member by
which the list of servers differs. So the list is no part of what rolls the pods.
"""

from collections.abc import Collection

from control.warehouses.keeper_ensemble import FIRST_MEMBER, Ensemble, Standing
from control.warehouses.model import Warehouse
from control.warehouses.xml_document import FromEnv, Node, xml_document

CLIENT_PORT, RAFT_PORT, METRICS_PORT, CONTROL_PORT = 9181, 9234, 9363, 9182
ROOT = "/var/lib/clickhouse-keeper"
READY_PATH = "/ready"
KNOWN_TO_CLIENTS = range(FIRST_MEMBER, FIRST_MEMBER + 3)
"""Of up to five members any majority has one of these, or is one of these: whoever knows the three
reaches Keeper wherever it serves, and need not hear of members that come and go."""


def keeper_host(warehouse: Warehouse, member: int) -> str:
    name = warehouse.keeper_name
    return f"{name}-{member}.{name}.{warehouse.namespace}.svc.cluster.local"


def keeper_hosts(warehouse: Warehouse) -> list[str]:
    return [keeper_host(warehouse, member) for member in KNOWN_TO_CLIENTS]


def config_file(warehouse: Warehouse, member: int) -> str:
    return f"{warehouse.keeper_name}-{member}.xml"


def config_files(warehouse: Warehouse) -> dict[str, str]:
    """By name; equal but for a member that comes, which alone knows of itself."""
    ensemble = warehouse.ensemble
    preparing = ensemble.standing({Standing.PREPARING})
    return {
        config_file(warehouse, number): keeper_config(
            warehouse, {*ensemble.told, number} if number in preparing else ensemble.told
        )
        for number in range(FIRST_MEMBER, FIRST_MEMBER + ensemble.pods)
    }


def keeper_config(warehouse: Warehouse, servers: Collection[int]) -> str:
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
                "http_control": {"port": CONTROL_PORT, "readiness": {"endpoint": READY_PATH}},
                "coordination_settings": {
                    "operation_timeout_ms": 10000,
                    "session_timeout_ms": 30000,
                    "raft_logs_level": "warning",
                },
                "raft_configuration": {"server": servers_of(warehouse, servers)},
            },
            **told_again(warehouse.ensemble),
        },
    )


def servers_of(warehouse: Warehouse, servers: Collection[int]) -> list[Node]:
    coming = warehouse.ensemble.standing({Standing.PREPARING, Standing.JOINING})
    rows: list[Node] = []
    for number in sorted(servers):
        row: dict[str, Node] = {
            "id": number,
            "hostname": keeper_host(warehouse, number),
            "port": RAFT_PORT,
        }
        if number in coming:  # It knows nothing yet, and calls for no election.
            row["start_as_follower"] = True
        rows.append(row)
    return rows


def told_again(ensemble: Ensemble) -> dict[str, Node]:
    """Another content, for Keeper to compare the list with its members once more."""
    return {"told_again": ensemble.tellings} if ensemble.tellings else {}
