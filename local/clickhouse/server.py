"""clickhouse-server where there is none: its arguments and configuration, served by the engine of
chdb-core."""

from __future__ import annotations

import argparse
import ctypes
import os
import re
import signal
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from local.clickhouse import engine_files, listeners, server_setup
from local.clickhouse.library import (
    ENGINE_VERSION,
    LIBRARY_NAME,
    Library,
    UnknownLibraryError,
    check_build,
)
from local.clickhouse.server_config import ConfigError, ServerConfig, load
from local.clickhouse.server_setup import INTERNAL_USER, Interserver

DEFAULT_CONFIG = "/etc/clickhouse-server/config.xml"
STOP_SIGNALS = {signal.SIGTERM, signal.SIGINT, signal.SIGQUIT}
ENDED = signal.SIGUSR1
BAD_ARGUMENTS = 36
THREAD_STACK_BYTES = 64 << 20


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


def library_path(env: Mapping[str, str]) -> Path:
    """chdb-core as Python finds it, without importing it."""
    for folder in sys.path:
        candidate = Path(folder) / "chdb" / LIBRARY_NAME
        if candidate.is_file():
            return candidate
    raise UnknownLibraryError("chdb-core is not installed for this Python.")


def prepare(config: ServerConfig) -> Server:
    """Read everything, write the engine's files, load the library and set it up."""
    placed = engine_files.listeners_of(config)
    path = library_path(os.environ)
    check_build(path)
    files = engine_files.write(config, placed)
    os.chdir(files.folder)
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS | {ENDED})
    library = Library(path)
    interserver = Interserver(
        host=placed.host,
        port=placed.role_ports[listeners.Role.INTERSERVER],
        user=config.text("interserver_http_credentials.user"),
        password=config.text("interserver_http_credentials.password"),
    )
    server_setup.apply_to(library, interserver, files.server_uuid)
    server_setup.allow_user_management(library)
    server_setup.set_shutdown_wait(library, config.number("shutdown_wait_unfinished", 5))
    listeners.install(library, placed)
    listeners.set_host_name(library, placed.host)
    return Server(
        library=library,
        default_database=config.text("default_database", "default"),
        waits_for_queries=config.flag("shutdown_wait_unfinished_queries", default=False),
    )


@dataclass(kw_only=True)
class Server:
    """The engine's own session opens the listeners, then stands still between two statements until
    the process is told to stop."""

    library: Library
    default_database: str
    waits_for_queries: bool
    stop: threading.Event = field(default_factory=threading.Event)
    problem: str = ""
    statements_seen: int = 0

    def statements(self) -> list[str]:
        kill = f"KILL QUERY WHERE user != '' AND user != '{INTERNAL_USER}' ASYNC FORMAT Null"
        return [
            f"ALTER USER {INTERNAL_USER} HOST NONE",
            f"CREATE DATABASE IF NOT EXISTS `{self.default_database}`",
            "SYSTEM START LISTEN TCP",
            "SYSTEM START LISTEN HTTP",
            "SYSTEM STOP LISTEN QUERIES ALL",
            "SELECT 1 FORMAT Null" if self.waits_for_queries else kill,
        ]

    def before_statement(self) -> None:
        self.statements_seen += 1
        if self.statements_seen == 1:
            server_setup.allow_replicated_ddl(self.library)
        elif self.statements_seen == 3:
            server_setup.set_default_database(self.library, self.default_database)
        elif self.statements_seen == 5:
            say("Ready for connections.")
            self.stop.wait()

    def run(self) -> int:
        callback = self.library.keep(ctypes.CFUNCTYPE(None)(self.before_statement))
        address = ctypes.cast(callback, ctypes.c_void_p).value or 0
        server_setup.on_each_statement(self.library, address)
        threading.stack_size(THREAD_STACK_BYTES)
        thread = threading.Thread(target=self.run_engine, name="engine", daemon=True)
        thread.start()
        received = signal.sigwait(STOP_SIGNALS | {ENDED})
        if received != ENDED:
            say(f"Received {signal.Signals(received).name}, stopping.")
            self.stop.set()
            signal.sigwait({ENDED})
        return exit_code(self.problem)

    def run_engine(self) -> None:
        try:
            self.library.query("; ".join(self.statements()))
            if not self.stop.is_set():
                self.problem = "The engine ended by itself."
        except RuntimeError as problem:
            self.problem = str(problem)
        finally:
            os.kill(os.getpid(), ENDED)


def exit_code(problem: str) -> int:
    """The server's: the number of the error, as far as it fits."""
    if not problem:
        return 0
    say(problem)
    matched = re.search(r"Code: (\d+)", problem)
    return (int(matched[1]) & 0xFF if matched else 0) or 1


def say(line: str) -> None:
    sys.stderr.write(f"launcher: {line}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # the engine's threads and destructors are not to be waited for
