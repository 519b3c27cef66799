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
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from local.clickhouse import engine_files, listeners, server_setup
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
from local.clickhouse.listeners import Listeners, Role
from local.clickhouse.metrics import MetricsUpdater, metrics_view
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
    updater = MetricsUpdater(library, config.number("asynchronous_metrics_update_period_s", 1))
    listeners.install(library, placed, updater.start)
    listeners.set_host_name(library, placed.host)
    return Server(
        library=library,
        access=keep_users(library, config),
        listeners=placed,
        metrics=updater,
        default_database=config.text("default_database", "default"),
        waits_for_queries=config.flag("shutdown_wait_unfinished_queries", default=False),
    )


def keep_users(library: Library, config: ServerConfig) -> AccessSync | None:
    """What the server does for `user_directories` besides users.xml."""
    kind = kept_in(config)
    if kind is None:
        return None
    return AccessSync(library, lambda on_change: open_store(kind, config, on_change), say)


@dataclass(frozen=True)
class Step:
    statement: str
    before: Callable[[], None] | None = None


@dataclass(kw_only=True)
class Server:
    """The engine's own session opens the listeners, then stands still between two statements until
    the process is told to stop."""

    library: Library
    access: AccessSync | None
    listeners: Listeners
    metrics: MetricsUpdater
    default_database: str
    waits_for_queries: bool
    stop: threading.Event = field(default_factory=threading.Event)
    problem: str = ""
    coming: Iterator[Step] = field(default_factory=lambda: iter(()))

    def steps(self) -> list[Step]:
        """The statements of a server's life, each with what is done before it."""
        metrics_port = self.listeners.role_ports.get(Role.PROMETHEUS)
        steps = [
            Step(f"ALTER USER {INTERNAL_USER} HOST NONE", self.when_loaded),
            Step(f"CREATE DATABASE IF NOT EXISTS `{self.default_database}`"),
            Step("SYSTEM START LISTEN TCP", self.when_database_exists),
            Step("SYSTEM START LISTEN HTTP"),
            Step("SYSTEM STOP LISTEN QUERIES ALL", self.when_ready),
        ]
        if metrics_port:
            view = metrics_view(self.listeners.host, metrics_port, INTERNAL_USER)
            steps.insert(2, Step(view))
        if not self.waits_for_queries:
            kill = f"KILL QUERY WHERE user NOT IN ('', '{INTERNAL_USER}') ASYNC FORMAT Null"
            steps.append(Step(kill))
        return steps

    def before_statement(self) -> None:
        step = next(self.coming, None)
        if step and step.before:
            step.before()

    def when_loaded(self) -> None:
        server_setup.allow_replicated_ddl(self.library)

    def when_database_exists(self) -> None:
        server_setup.set_default_database(self.library, self.default_database)
        if self.access:
            self.access.start()

    def when_ready(self) -> None:
        """Stands still until the process is told to stop."""
        say("Ready for connections.")
        self.stop.wait()
        self.metrics.stop()
        if self.access:
            self.access.stop()

    def run(self) -> int:
        callback = self.library.callback(ctypes.CFUNCTYPE(None), self.before_statement)
        server_setup.on_each_statement(self.library, callback)
        steps = self.steps()
        self.coming = iter(steps)
        threading.stack_size(THREAD_STACK_BYTES)
        statements = "; ".join(step.statement for step in steps)
        thread = threading.Thread(
            target=self.run_engine, args=[statements], name="engine", daemon=True
        )
        thread.start()
        received = signal.sigwait(STOP_SIGNALS | {ENDED})
        if received != ENDED:
            say(f"Received {signal.Signals(received).name}, stopping.")
            self.stop.set()
            signal.sigwait({ENDED})
        return exit_code(self.problem)

    def run_engine(self, statements: str) -> None:
        try:
            self.problem = self.library.query(statements)
            if not self.problem and not self.stop.is_set():
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
