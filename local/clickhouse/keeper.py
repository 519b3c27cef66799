"""clickhouse-keeper where there is none: its arguments and configuration, served by ZooKeeper."""

from __future__ import annotations

import argparse
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from local.clickhouse import keeper_metrics, zookeeper
from local.clickhouse.keeper_membership import Membership, Superuser
from local.clickhouse.server_config import ConfigError, ServerConfig, load
from local.clickhouse.zookeeper import Member

DEFAULT_CONFIG = "/etc/clickhouse-keeper/keeper_config.xml"
DEFAULT_PATH = "/var/lib/clickhouse-keeper"
DEFAULT_COMMANDS = "conf,cons,envi,ruok,srvr,stat,wchs,dirs,mntr,isro"
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)
STOPPED_BY_SIGNAL = {128 + number for number in STOP_SIGNALS}
BAD_ARGUMENTS = 36
PR_SET_PDEATHSIG = 1
LOG_LEVELS = {"trace": "trace", "debug": "debug", "information": "error", "warning": "error"}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What is used of keeper_config.xml."""

    address: str
    client_port: int
    members: Sequence[Member]
    own: Member
    snapshots: Path
    logs: Path
    session_timeouts_ms: tuple[int, int]
    commands: str
    log_level: str
    metrics_port: int
    control_port: int


def main(argv: Sequence[str], env: Mapping[str, str]) -> int:
    arguments = parse_arguments(argv)
    if arguments.version:
        sys.stdout.write("ClickHouse keeper version 26.9 (local launcher of ZooKeeper 3.8).\n")
        return 0
    try:
        settings = read_settings(load(Path(arguments.config_file), {}, env))
    except ConfigError as problem:
        sys.stderr.write(f"launcher: {problem}\n")
        return BAD_ARGUMENTS
    return run(settings, arguments, env)


def parse_arguments(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="clickhouse-keeper", allow_abbrev=False)
    parser.add_argument("--java", required=True, help="the Java to run ZooKeeper with")
    parser.add_argument("--jars", required=True, help="the folder of ZooKeeper's jars")
    parser.add_argument("--config-file", "--config", "-C", default=DEFAULT_CONFIG)
    parser.add_argument("--version", "-V", action="store_true")
    return parser.parse_args(argv)


def read_settings(config: ServerConfig) -> Settings:
    keeper = "keeper_server"
    members = read_members(config)
    number = config.number(f"{keeper}.server_id", 1)
    own = next((member for member in members if member.number == number), None)
    if own is None:
        known = ", ".join(str(member.number) for member in members)
        raise ConfigError(
            f"keeper_server.server_id: {number} is not in raft_configuration, which has {known}."
        )
    root = Path(config.text("path", DEFAULT_PATH))
    storage = Path(config.text(f"{keeper}.storage_path", str(root / "coordination")))
    coordination = f"{keeper}.coordination_settings"
    return Settings(
        address=config.text("listen_host") or own.host,
        client_port=config.number(f"{keeper}.tcp_port", 9181),
        members=members,
        own=own,
        snapshots=Path(config.text(f"{keeper}.snapshot_storage_path", str(storage / "snapshots"))),
        logs=Path(config.text(f"{keeper}.log_storage_path", str(storage / "log"))),
        session_timeouts_ms=(
            config.number(f"{coordination}.min_session_timeout_ms", 10_000),
            config.number(f"{coordination}.session_timeout_ms", 100_000),
        ),
        commands=config.text(f"{keeper}.four_letter_word_white_list", DEFAULT_COMMANDS),
        log_level=LOG_LEVELS.get(config.text("logger.level", "information"), "error"),
        metrics_port=config.number("prometheus.port", 0),
        control_port=config.number(f"{keeper}.http_control.port", 0),
    )


def read_members(config: ServerConfig) -> list[Member]:
    raft = "keeper_server.raft_configuration.server"
    rows = zip(
        config.texts(f"{raft}.id"),
        config.texts(f"{raft}.hostname"),
        config.texts(f"{raft}.port"),
        strict=True,
    )
    try:
        members = [
            Member(number=int(number), host=host, quorum_port=int(port))
            for number, host, port in rows
        ]
    except ValueError as problem:
        raise ConfigError(
            "keeper_server.raft_configuration: each server needs a number as id, a hostname and "
            f"a port ({problem})."
        ) from problem
    if not members or any(not 1 <= member.number <= 255 for member in members):
        raise ConfigError(
            "keeper_server.raft_configuration: at least one server, with ids from 1 to 255."
        )
    return members


def write_files(settings: Settings) -> Path:
    """zoo.cfg and myid; returns the former."""
    for folder in (settings.snapshots, settings.logs):
        folder.mkdir(parents=True, exist_ok=True)
    (settings.snapshots / "myid").write_text(f"{settings.own.number}\n")
    file = settings.snapshots / "zoo.cfg"
    file.write_text(
        zookeeper.properties(
            settings.members,
            own=settings.own,
            address=settings.address,
            client_port=settings.client_port,
            snapshots=settings.snapshots.absolute(),
            logs=settings.logs.absolute(),
            session_timeouts_ms=settings.session_timeouts_ms,
            commands=f"{settings.commands},conf,mntr",
        )
    )
    return file


def run(settings: Settings, arguments: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Stand before ZooKeeper: pass signals on, serve metrics, end as it ends."""
    superuser, config_file = Superuser(), Path(arguments.config_file)
    argv = zookeeper.command(
        arguments.java,
        arguments.jars,
        write_files(settings),
        settings.log_level,
        [superuser.flag],
    )
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    child = subprocess.Popen(argv, preexec_fn=start_child)
    stopping = False

    def stop(number: int, frame: object) -> None:
        nonlocal stopping
        stopping = True
        child.send_signal(signal.SIGTERM)

    for number in STOP_SIGNALS:
        signal.signal(number, stop)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)
    for port in filter(None, (settings.metrics_port, settings.control_port)):
        keeper_metrics.serve(settings.address, port, settings.client_port, settings.own.number)
    Membership(
        address=settings.address,
        client_port=settings.client_port,
        superuser=superuser,
        listed=lambda: read_members(load(config_file, {}, env)),
    ).follow_forever()
    code = child.wait()
    if stopping and (code in STOPPED_BY_SIGNAL or code == 0):
        return 0
    return code if code > 0 else 128 - code


def start_child() -> None:
    """In ZooKeeper's process, before it starts: it must not outlive this one."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
