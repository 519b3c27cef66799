"""clickhouse-server where there is none: its arguments and configuration, served by the engine of
chdb-core."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from local.clickhouse import engine_files, identity, server_setup, tls_front
from local.clickhouse.access_store import kept_in, open_store
from local.clickhouse.access_sync import AccessSync
from local.clickhouse.forwarding import accept_credentials_address
from local.clickhouse.library import (
    ENGINE_VERSION,
    LIBRARY_NAME,
    Library,
    UnknownLibraryError,
    check_build,
)
from local.clickhouse.listeners import Role
from local.clickhouse.metrics import MetricsUpdater
from local.clickhouse.server_config import ConfigError, ServerConfig, load
from local.clickhouse.server_life import Server, block_signals, say
from local.clickhouse.server_setup import Interserver

DEFAULT_CONFIG = "/etc/clickhouse-server/config.xml"
BAD_ARGUMENTS = 36


def main(argv: Sequence[str]) -> int:
    arguments = parse_arguments(argv)
    if arguments.version:
        sys.stdout.write(f"ClickHouse server version {ENGINE_VERSION} (local launcher).\n")
        return 0
    try:
        config = load(Path(arguments.config_file), arguments.overrides, os.environ)
        server = prepare(config)
    except (ConfigError, UnknownLibraryError) as problem:
        say(str(problem))
        return BAD_ARGUMENTS
    with pid_file(arguments.pid_file):
        return server.run()


def parse_arguments(argv: Sequence[str]) -> argparse.Namespace:
    own, _, rest = "\0".join(argv).partition("\0--\0")
    parser = argparse.ArgumentParser(prog="clickhouse-server", allow_abbrev=False)
    parser.add_argument("--config-file", "--config", "-C", default=DEFAULT_CONFIG)
    parser.add_argument("--pid-file", "--pidfile", "-P", default=None)
    parser.add_argument("--version", "-V", action="store_true")
    arguments = parser.parse_args(own.split("\0") if own else [])
    arguments.overrides = dict(override(word) for word in rest.split("\0") if word)
    return arguments


def override(word: str) -> tuple[str, str]:
    """`--logger.level=debug` after `--` sets one field of the configuration."""
    matched = re.fullmatch(r"--([\w.]+)=(.*)", word)
    if not matched:
        raise SystemExit(f"clickhouse-server: {word!r} is not of the form --field=value")
    return matched[1], matched[2]


class pid_file:  # noqa: N801 - used as a function
    def __init__(self, path: str | None) -> None:
        self.path = Path(path) if path else None

    def __enter__(self) -> None:
        if self.path:
            self.path.write_text(str(os.getpid()))

    def __exit__(self, *exc: object) -> None:
        if self.path:
            self.path.unlink(missing_ok=True)


def library_path() -> Path:
    """chdb-core as Python finds it, without importing it."""
    for folder in sys.path:
        candidate = Path(folder) / "chdb" / LIBRARY_NAME
        if candidate.is_file():
            return candidate
    raise UnknownLibraryError("chdb-core is not installed for this Python.")


def prepare(config: ServerConfig) -> Server:
    """Read everything, write the engine's files, load the library and set it up."""
    placed = engine_files.listeners_of(config)
    tls = tls_front.context_of(config)
    path = library_path()
    check_build(path)
    files = engine_files.write(config, placed)
    os.chdir(files.folder)
    block_signals()
    accept_credentials_address(os.environ)
    library = Library(path)
    interserver = Interserver(
        host=placed.host,
        port=placed.role_ports[Role.INTERSERVER],
        user=config.text("interserver_http_credentials.user"),
        password=config.text("interserver_http_credentials.password"),
    )
    server_setup.apply_to(library, interserver, files.server_uuid)
    server_setup.allow_user_management(library)
    server_setup.set_shutdown_wait(library, config.number("shutdown_wait_unfinished", 5))
    identity.assume(library, placed.host)
    return Server(
        library=library,
        config=config,
        listeners=placed,
        tls=tls,
        metrics=MetricsUpdater(library, config.number("asynchronous_metrics_update_period_s", 1)),
        access=keep_users(library, config),
    )


def keep_users(library: Library, config: ServerConfig) -> AccessSync | None:
    """What the server does for `user_directories` besides users.xml."""
    kind = kept_in(config)
    if kind is None:
        return None
    return AccessSync(library, lambda on_change: open_store(kind, config, on_change), say)


if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # the engine's threads and destructors are not to be waited for
