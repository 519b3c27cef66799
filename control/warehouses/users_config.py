"""users.xml of one replica: two users, and the settings everybody starts with."""

from collections.abc import Mapping

from control.warehouses.model import Service, Size
from control.warehouses.storage_profiles import PROFILES
from control.warehouses.xml_document import FromEnv, Node, xml_document

DEFAULT_USER = "default"
OPERATOR_USER = "byoc_operator"

PRIVATE_NETWORKS = (
    "127.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "::1/128",
    "fc00::/7",
)


def users_config(profile: str, service: Service) -> str:
    return xml_document(
        "clickhouse",
        {
            "profiles": profiles(profile, service),
            "quotas": {"default": {}},
            "users": {
                DEFAULT_USER: user("DEFAULT_PASSWORD_SHA256", profile="default")
                | {"networks": {"ip": "::/0"}, "named_collection_control": True},
                # It restores users, and gives them nothing that it does not hold itself.
                OPERATOR_USER: user("OPERATOR_PASSWORD_SHA256", profile="internal")
                | {"networks": {"ip": list(PRIVATE_NETWORKS)}, "named_collection_control": True},
            },
        },
    )


def user(password_variable: str, *, profile: str) -> dict[str, Node]:
    return {
        "password_sha256_hex": FromEnv(password_variable),
        "profile": profile,
        "quota": "default",
        "access_management": True,
    }


def profiles(profile: str, service: Service) -> Mapping[str, Node]:
    """Read-only services bind people, not replication: DDL of the others still arrives.

    The server lays `default` beneath every other profile, so `internal` must lift what it forbids.
    """
    settings = query_settings(profile, service.size)
    if not service.read_only:
        return {"default": settings, "internal": settings}
    forbidden: dict[str, Node] = {"allow_ddl": False, "constraints": {"allow_ddl": {"const": ""}}}
    allowed: dict[str, Node] = {
        "allow_ddl": True,
        "constraints": {"allow_ddl": {"min": 0, "max": 1}},
    }
    return {"default": {**settings, **forbidden}, "internal": {**settings, **allowed}}


def query_settings(profile: str, size: Size) -> Mapping[str, Node]:
    return {
        "max_memory_usage": size.memory_bytes * 8 // 10,
        "max_threads": size.cpus,
        "default_table_engine": PROFILES[profile].table_engine,
        "database_replicated_allow_only_replicated_engine": True,
        "distributed_ddl_output_mode": "none_only_active",
        "log_queries": True,
        "log_query_settings": True,
    }
