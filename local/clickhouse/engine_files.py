"""The files that the engine reads in its working folder, made at each start from the server's
own."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from local.clickhouse.listeners import Listeners, Role
from local.clickhouse.server_config import (
    ConfigError,
    ServerConfig,
    element,
    load,
    merged_files,
    write_copy,
)
from local.clickhouse.server_setup import INTERNAL_USER

DEFAULT_PATH = "/var/lib/clickhouse/"
FOLDER = "launcher"
FIRST_DATABASE = "_local"
DECIDED_HERE = ("listen_host", "default_database", "users_config", "user_directories", "log-level")
# clickhouse-local would take one or two threads for each of these.
POOLS: Mapping[str, int] = {
    "background_pool_size": 8,
    "background_merges_mutations_concurrency_ratio": 2,
    "background_schedule_pool_size": 32,
    "background_fetches_pool_size": 8,
    "background_move_pool_size": 2,
    "background_common_pool_size": 8,
    "background_distributed_schedule_pool_size": 4,
    "background_buffer_flush_schedule_pool_size": 2,
    "background_message_broker_schedule_pool_size": 4,
}
INTERNAL_USER_XML = f"""
<profiles><{INTERNAL_USER}><log_queries>0</log_queries><allow_ddl>1</allow_ddl>
</{INTERNAL_USER}></profiles>
<users><{INTERNAL_USER} replace="1"><no_password/><networks><ip>127.0.0.1</ip></networks>
<profile>{INTERNAL_USER}</profile><quota>default</quota><access_management>1</access_management>
<named_collection_control>1</named_collection_control></{INTERNAL_USER}></users>
"""


@dataclass(frozen=True, kw_only=True)
class EngineFiles:
    folder: Path
    data: Path
    server_uuid: uuid.UUID


def write(config: ServerConfig, listeners: Listeners) -> EngineFiles:
    data = Path(config.text("path", DEFAULT_PATH))
    folder = data / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    users = write_users(config, folder)
    overlay = engine_overlay(config, listeners, users)
    write_copy(config.files, folder, "config.xml", DECIDED_HERE, overlay)
    return EngineFiles(folder=folder, data=data, server_uuid=ensure_uuid(data / "uuid"))


def write_users(config: ServerConfig, folder: Path) -> Path:
    """users.xml with one user more, for the engine's own session."""
    file = users_file(config)
    if not file.is_file():
        raise ConfigError(f"users_config: {file} does not exist.")
    return write_copy([file, *merged_files(file)], folder, "users.xml", (), INTERNAL_USER_XML)


def users_file(config: ServerConfig) -> Path:
    named = config.text("users_config") or config.text("user_directories.users_xml.path")
    return config.main_file.parent / (named or "users.xml")


def users_root(config: ServerConfig) -> ServerConfig:
    """users.xml, read as a configuration of its own."""
    return load(users_file(config), {}, config.env)


def engine_overlay(config: ServerConfig, listeners: Listeners, users: Path) -> str:
    lines = [f"<listen_host>{host}</listen_host>" for host in listeners.listen_hosts()]
    lines += [
        element("path", config.text("path", DEFAULT_PATH)),
        element("default_database", FIRST_DATABASE),
        element("users_config", str(users)),
        element("log-level", config.text("logger.level", "information")),
        element("logger.console", "1"),
        element("listen_try", "0"),
        element("tcp_port", str(listeners.tcp_port)),
        element("http_port", str(listeners.http_port)),
    ]
    lines += [element(name, str(size)) for name, size in POOLS.items() if not config.has(name)]
    lines += [element(path, value) for path, value in config.overrides.items()]
    return "".join(lines)


def listeners_of(config: ServerConfig) -> Listeners:
    hosts = config.texts("listen_host") or ["127.0.0.1"]
    if len(hosts) != 1 or ":" in hosts[0]:
        raise ConfigError(
            f"listen_host: this launcher listens on one IPv4 address, and the configuration has "
            f"{', '.join(hosts)}."
        )
    role_ports = {Role.INTERSERVER: config.number("interserver_http_port", 9009)}
    if port := config.number("prometheus.port", 0):
        role_ports[Role.PROMETHEUS] = port
    return Listeners(
        host=hosts[0],
        http_port=config.number("http_port", 8123),
        tcp_port=config.number("tcp_port", 9000),
        role_ports=role_ports,
    )


def ensure_uuid(file: Path) -> uuid.UUID:
    if not file.exists():
        file.write_text(str(uuid.uuid4()))
    return uuid.UUID(file.read_text().strip())
