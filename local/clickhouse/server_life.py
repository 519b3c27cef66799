"""A server's life as the statements of the engine's own session: it opens the listeners, then
stands still between two statements until the process is told to stop."""

from __future__ import annotations

import ctypes
import os
import re
import signal
import ssl
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from local.clickhouse import distributed_ddl, listeners, server_setup, tls_front
from local.clickhouse.access_sync import AccessSync
from local.clickhouse.library import Library
from local.clickhouse.listeners import EngineObjects, Listeners, Role
from local.clickhouse.metrics import MetricsUpdater, metrics_view
from local.clickhouse.server_config import ServerConfig
from local.clickhouse.server_setup import INTERNAL_USER

STOP_SIGNALS = {signal.SIGTERM, signal.SIGINT, signal.SIGQUIT}
ENDED = signal.SIGUSR1
THREAD_STACK_BYTES = 64 << 20


def block_signals() -> None:
    """Before the first thread: they are waited for, not handled."""
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS | {ENDED})


@dataclass(frozen=True)
class Step:
    statement: str
    before: Callable[[], None] | None = None


@dataclass(kw_only=True)
class Server:
    library: Library
    config: ServerConfig
    listeners: Listeners
    metrics: MetricsUpdater
    access: AccessSync | None
    tls: ssl.SSLContext | None
    stop: threading.Event = field(default_factory=threading.Event)
    problem: str = ""
    coming: Iterator[Step] = field(default_factory=lambda: iter(()))
    objects: EngineObjects | None = None

    @property
    def default_database(self) -> str:
        return self.config.text("default_database", "default")

    def steps(self) -> list[Step]:
        """The statements, each with what is done before it."""
        steps = [
            Step(f"ALTER USER {INTERNAL_USER} HOST NONE", self.when_loaded),
            Step(f"CREATE DATABASE IF NOT EXISTS `{self.default_database}`"),
            Step("SYSTEM START LISTEN TCP", self.when_database_exists),
            Step("SYSTEM START LISTEN HTTP"),
            Step("SYSTEM STOP LISTEN QUERIES ALL", self.when_listening),
        ]
        if metrics_port := self.listeners.role_ports.get(Role.PROMETHEUS):
            view = metrics_view(self.listeners.host, metrics_port, INTERNAL_USER)
            steps.insert(2, Step(view))
        if not self.config.flag("shutdown_wait_unfinished_queries", default=False):
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

    def when_handlers_are_made(self, objects: EngineObjects) -> None:
        self.objects = objects
        self.metrics.start(objects.metrics)

    def when_listening(self) -> None:
        """Stands still until the process is told to stop."""
        if self.objects and self.config.has("distributed_ddl") and self.config.has("zookeeper"):
            distributed_ddl.start(self.library, self.config, self.objects.config)
        if self.tls:
            ports = tls_front.ports_of(self.config, self.listeners)
            tls_front.serve(self.listeners.host, ports, self.tls)
        say("Ready for connections.")
        self.stop.wait()
        self.metrics.stop()
        if self.access:
            self.access.stop()

    def run(self) -> int:
        """Serve until a signal to stop; returns the exit code."""
        listeners.install(self.library, self.listeners, self.when_handlers_are_made)
        callback = self.library.callback(ctypes.CFUNCTYPE(None), self.before_statement)
        server_setup.on_each_statement(self.library, callback)
        threading.stack_size(THREAD_STACK_BYTES)
        threading.Thread(target=self.run_engine, name="engine", daemon=True).start()
        received = signal.sigwait(STOP_SIGNALS | {ENDED})
        if received != ENDED:
            say(f"Received {signal.Signals(received).name}, stopping.")
            self.stop.set()
            signal.sigwait({ENDED})
        return exit_code(self.problem)

    def run_engine(self) -> None:
        steps = self.steps()
        self.coming = iter(steps)
        try:
            self.problem = self.library.query("; ".join(step.statement for step in steps))
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
