"""The files that the engine reads in its working folder, made at each start from the server's
own."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from local.clickhouse.listeners import Listeners, Role
from local.clickhouse.server_config import (
    ConfigError,
    ServerConfig,
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
SERVER_DEFAULTS = {
    "allow_introspection_functions": "0",
    "implicit_select": "0",
    "storage_file_read_method": "pread",
}
USER_PATH = f"users.{INTERNAL_USER}"
INTERNAL_USER_VALUES = {
    f"profiles.{INTERNAL_USER}.log_queries": "0",
    f"profiles.{INTERNAL_USER}.allow_ddl": "1",
    f"profiles.{INTERNAL_USER}.readonly": "0",
    f"{USER_PATH}.no_password": "",
    f"{USER_PATH}.networks.ip": "127.0.0.1",
    f"{USER_PATH}.profile": INTERNAL_USER,
    f"{USER_PATH}.quota": "default",
    f"{USER_PATH}.access_management": "1",
    f"{USER_PATH}.named_collection_control": "1",
}


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
    values = engine_values(config, listeners, users)
    write_copy(config.files, folder, "config.xml", DECIDED_HERE, values)
    ensure_system_database(data)
    return EngineFiles(folder=folder, data=data, server_uuid=ensure_uuid(data / "uuid"))


def write_users(config: ServerConfig, folder: Path) -> Path:
    """users.xml with one user more, for the engine's own session."""
    named = config.text("users_config") or config.text("user_directories.users_xml.path")
    file = config.main_file.parent / (named or "users.xml")
    if not file.is_file():
        raise ConfigError(f"users_config: {file} does not exist.")
    values = INTERNAL_USER_VALUES | profile_values(load(file, {}, config.env))
    return write_copy([file, *merged_files(file)], folder, "users.xml", (), values)


def profile_values(users: ServerConfig) -> dict[str, str]:
    """clickhouse-local starts sessions with some settings of its own: set them back."""
    names = sorted({profile.tag for root in users.roots for profile in root.findall("profiles/*")})
    return {
        f"profiles.{name}.{setting}": value
        for name in names
        for setting, value in SERVER_DEFAULTS.items()
        if not users.has(f"profiles.{name}.{setting}")
    }


def engine_values(
    config: ServerConfig, listeners: Listeners, users: Path
) -> dict[str, str | Sequence[str]]:
    return {
        **{name: str(size) for name, size in POOLS.items() if not config.has(name)},
        **config.overrides,
        "listen_host": listeners.listen_hosts(),
        "path": config.text("path", DEFAULT_PATH),
        "default_database": FIRST_DATABASE,
        "users_config": str(users),
        "log-level": config.text("logger.level", "information"),
        "logger.console": "1",
        "listen_try": "0",
        "tcp_port": str(listeners.tcp_port),
        "http_port": str(listeners.http_port),
    }


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


def ensure_system_database(data: Path) -> None:
    """As the server makes it at its first start: on disk, so that its logs outlive the process."""
    metadata = data / "metadata"
    statement = metadata / "system.sql"
    if statement.exists():
        return
    identity = str(uuid.uuid4())
    store = data / "store" / identity[:3] / identity
    store.mkdir(parents=True)
    metadata.mkdir(exist_ok=True)
    link = metadata / "system"
    link.unlink(missing_ok=True)
    link.symlink_to(Path("..") / store.relative_to(data))
    statement.write_text(f"ATTACH DATABASE _ UUID '{identity}'\nENGINE = Atomic\n")


def ensure_uuid(file: Path) -> uuid.UUID:
    if not file.exists():
        file.write_text(str(uuid.uuid4()))
    return uuid.UUID(file.read_text().strip())
