"""ZooKeeper in Keeper's place: its jars, a Java, its configuration and command line."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from local.debian import fetch
from local.errors import LocalError

PACKAGES = (
    "libzookeeper-java",
    "libslf4j-java",
    "libnetty-java",
    "libdropwizard-metrics-java",
    "libsnappy-java",
)
JARS = (
    "zookeeper",
    "zookeeper-jute",
    "slf4j-api",
    "slf4j-simple",
    "metrics-core",
    "snappy-java",
    "netty-buffer",
    "netty-codec",
    "netty-common",
    "netty-handler",
    "netty-resolver",
    "netty-transport",
)
JAVA_PACKAGES = ("openjdk-17-jre-headless", "openjdk-21-jre-headless")
SYSTEM_ROOT = Path("/")
JARS_FOLDER = "usr/share/java"
MAIN_CLASS = "org.apache.zookeeper.server.quorum.QuorumPeerMain"
TICK_MS = 500
INIT_TICKS = 40
SYNC_TICKS = 20
# Small and quick to start: a member holds a few thousand nodes.
JVM_FLAGS = (
    "-Xmx96m",
    "-Xss256k",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-XX:CICompilerCount=1",
    "-XX:ReservedCodeCacheSize=32m",
    "-XX:-UsePerfData",
    "-XX:+ExitOnOutOfMemoryError",
    "-Dsun.net.inetaddr.ttl=1",
    "-Dsun.net.inetaddr.negative.ttl=1",
    "-Djute.maxbuffer=16777216",
    "-Dzookeeper.preAllocSize=1024",
    "-Dzookeeper.forceSync=no",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
)


@dataclass(frozen=True, kw_only=True)
class ZooKeeper:
    """`folders` is what a pod must see of the machine, besides what every pod sees."""

    java: str
    jars_folder: str
    folders: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Member:
    number: int
    host: str
    quorum_port: int


def provision(
    cache: Path, env: Mapping[str, str], say: Callable[[str], None], *, system: Path = SYSTEM_ROOT
) -> ZooKeeper:
    """What is installed, else Debian's packages in the cache. Raises LocalError without apt."""
    root = system
    if not all((system / JARS_FOLDER / f"{name}.jar").exists() for name in JARS):
        root = fetch(PACKAGES, cache, env=env, say=say)
    java, java_folders = find_java(cache, env, say)
    folders = [] if root == SYSTEM_ROOT else [str(root)]
    return ZooKeeper(
        java=java, jars_folder=str(root / JARS_FOLDER), folders=[*folders, *java_folders]
    )


def find_java(
    cache: Path, env: Mapping[str, str], say: Callable[[str], None]
) -> tuple[str, list[str]]:
    if found := shutil.which("java", path=env.get("PATH")):
        home = Path(found).resolve().parent.parent
        return str(home / "bin" / "java"), [str(home), *linked_folders(home)]
    problem: LocalError | None = None
    for package in JAVA_PACKAGES:
        try:
            root = fetch([package], cache, env=env, say=say)
        except LocalError as failed:
            problem = failed
            continue
        return str(next((root / "usr" / "lib" / "jvm").glob("*/bin/java"))), [str(root)]
    raise problem or LocalError("There is no Java.", "Install a Java 17 runtime.")


def linked_folders(home: Path) -> list[str]:
    """Debian keeps a Java's settings in /etc and links to them."""
    targets = {
        path.resolve().parent
        for folder in (home / "conf", home / "lib")
        for path in folder.rglob("*")
        if path.is_symlink() and path.exists() and not path.resolve().is_relative_to(home)
    }
    outermost = {
        target for target in targets if not any(parent in targets for parent in target.parents)
    }
    return sorted(str(target) for target in outermost)


def properties(
    members: Sequence[Member],
    *,
    own: Member,
    address: str,
    client_port: int,
    snapshots: Path,
    logs: Path,
    session_timeouts_ms: tuple[int, int],
    commands: str,
) -> str:
    """zoo.cfg of one member: itself by its address, the others by their names."""
    shortest_ms, longest_ms = session_timeouts_ms
    lines = [
        f"tickTime={TICK_MS}",
        f"initLimit={INIT_TICKS}",
        f"syncLimit={SYNC_TICKS}",
        f"minSessionTimeout={shortest_ms}",
        f"maxSessionTimeout={longest_ms}",
        f"dataDir={snapshots}",
        f"dataLogDir={logs}",
        f"4lw.commands.whitelist={commands}",
        "standaloneEnabled=false",
        "reconfigEnabled=true",
        "admin.enableServer=false",
        "autopurge.snapRetainCount=3",
        "autopurge.purgeInterval=1",
        "maxClientCnxns=0",
    ]
    lines += [
        server_line(replace(member, host=address) if member == own else member, client_port)
        for member in members
    ]
    return "\n".join(lines) + "\n"


def server_line(member: Member, client_port: int) -> str:
    """It takes clients at its own address alone: others may have the same port beside it."""
    quorum_port, election_port = member.quorum_port, member.quorum_port + 1
    ports = f"{quorum_port}:{election_port}:participant;{member.host}:{client_port}"
    return f"server.{member.number}={member.host}:{ports}"


def command(
    java: str, jars_folder: str, config: Path, log_level: str, flags: Sequence[str] = ()
) -> list[str]:
    level = f"-Dorg.slf4j.simpleLogger.defaultLogLevel={log_level}"
    jars = ":".join(f"{jars_folder}/{name}.jar" for name in JARS)
    return [java, *JVM_FLAGS, *flags, level, "-cp", jars, MAIN_CLASS, str(config)]
