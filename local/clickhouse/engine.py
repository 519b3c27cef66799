"""The program of ClickHouse's pods: a genuine `clickhouse` where there is one, else the engine of
chdb-core and ZooKeeper behind launchers."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from local.cache import GIB, building, require_disk_space
from local.clickhouse import zookeeper
from local.clickhouse.library import (
    LIBRARY_NAME,
    UnknownLibraryError,
    check_build,
    check_content,
)
from local.errors import LocalError

SERVER_IMAGE = "clickhouse/clickhouse-server"
KEEPER_IMAGE = "clickhouse/clickhouse-keeper"
SERVER, KEEPER = "clickhouse-server", "clickhouse-keeper"
OLDEST_GENUINE = (25, 1)
HERE = Path(__file__).parent
CHECKOUT = HERE.parent.parent
REQUIREMENTS = HERE / "requirements.lock"
INSTALLED_BYTES = GIB
INSTALL_TIMEOUT_S = 900
Say = Callable[[str], None]


class EngineKind(StrEnum):
    GENUINE = "genuine"
    EMBEDDED = "embedded"
    MISSING = "missing"


@dataclass(frozen=True, kw_only=True)
class PodProgram:
    """How a pod's command is run; `why_not` instead of `argv` where it can't be."""

    argv: Sequence[str] = ()
    read_only: Sequence[str] = ()
    env: Mapping[str, str]
    why_not: str = ""

    def image(self, command: str) -> dict[str, Any]:
        if self.why_not:
            return {"why_not": self.why_not}
        return {
            "entrypoint": list(self.argv),
            "commands": {command: list(self.argv)},
            "read_only": list(self.read_only),
            "env": dict(self.env),
        }


@dataclass(frozen=True, kw_only=True)
class Engine:
    kind: EngineKind
    version: str
    origin: str
    server: PodProgram
    keeper: PodProgram

    def images(self) -> dict[str, dict[str, Any]]:
        """The entries of the image map."""
        return {
            SERVER_IMAGE: self.server.image(SERVER),
            KEEPER_IMAGE: self.keeper.image(KEEPER),
        }


def provision(cache: Path, env: Mapping[str, str], say: Say) -> Engine:
    """Find or fetch; safe to interrupt and repeat. What can't be had is said in `why_not`."""
    if genuine := find_genuine(env, say):
        return genuine
    server = provision_server(cache, env, say)
    return Engine(
        kind=EngineKind.MISSING if server.why_not else EngineKind.EMBEDDED,
        version="" if server.why_not else "26.9.2",
        origin=server.why_not or "engine of chdb-core 26.9.0, local launcher",
        server=server,
        keeper=provision_keeper(cache, env, say),
    )


def find_genuine(env: Mapping[str, str], say: Say) -> Engine | None:
    """One binary is server and Keeper; distributions ship ones that are years too old."""
    found = shutil.which("clickhouse", path=env.get("PATH"))
    if found is None:
        return None
    version = printed_version([found, "server", "--version"])
    if version is None or numbers(version)[:2] < OLDEST_GENUINE:
        oldest = ".".join(map(str, OLDEST_GENUINE))
        say(f"clickhouse {version or 'of unknown version'} on PATH is not {oldest} or newer")
        return None
    folders = [str(Path(found).resolve().parent)]
    return Engine(
        kind=EngineKind.GENUINE,
        version=version,
        origin="on PATH",
        server=PodProgram(argv=[found, "server"], read_only=folders, env={}),
        keeper=PodProgram(argv=[found, "keeper"], read_only=folders, env={}),
    )


def provision_server(cache: Path, env: Mapping[str, str], say: Say) -> PodProgram:
    try:
        packages = install_engine(cache, env, say)
    except LocalError as problem:
        say(f"clickhouse: {problem}")
        return PodProgram(env={}, why_not=f"{problem.problem} {problem.remedy}")
    return PodProgram(
        argv=launcher("server.py"),
        read_only=[str(CHECKOUT / "local"), str(packages), *interpreter_folders()],
        env=python_env(packages),
    )


def provision_keeper(cache: Path, env: Mapping[str, str], say: Say) -> PodProgram:
    try:
        found = zookeeper.provision(cache, env, say)
    except LocalError as problem:
        say(f"clickhouse-keeper: {problem}")
        return PodProgram(env={}, why_not=f"{problem.problem} {problem.remedy}")
    options = ["--java", found.java, "--jars", found.jars_folder]
    return PodProgram(
        argv=[*launcher("keeper.py"), *options],
        read_only=[str(CHECKOUT / "local"), *found.folders, *interpreter_folders()],
        env=python_env(),
    )


def launcher(script: str) -> list[str]:
    return [sys.executable, "-P", str(HERE / script)]


def interpreter_folders() -> list[str]:
    return sorted({sys.prefix, sys.base_prefix})


def python_env(*folders: Path) -> dict[str, str]:
    path = ":".join(str(folder) for folder in (CHECKOUT, *folders))
    return {"PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}


def install_engine(cache: Path, env: Mapping[str, str], say: Say) -> Path:
    """chdb-core without the packages that it asks for, which are for data frames, in a folder
    of the cache."""
    pinned = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()
    target = cache / "clickhouse" / f"engine-{pinned[:12]}"
    if not target.exists():
        require_disk_space(cache, INSTALLED_BYTES, "ClickHouse's engine")
    with building(target) as draft:
        if draft is not None:
            say("clickhouse: installing the engine (chdb-core 26.9.0, 180 MB)")
            run_installer(draft, env)
            check_installed(draft / "chdb" / LIBRARY_NAME, check_content)
    check_installed(target / "chdb" / LIBRARY_NAME, check_build)
    return target


def run_installer(folder: Path, env: Mapping[str, str]) -> None:
    argv = [*installer(env), "--no-deps", "--require-hashes", "--target", str(folder)]
    result = subprocess.run(
        [*argv, "-r", str(REQUIREMENTS)],
        env=dict(env),
        capture_output=True,
        text=True,
        timeout=INSTALL_TIMEOUT_S,
        check=False,
    )
    if result.returncode != 0:
        said = " ".join(result.stderr.strip().splitlines()[-3:])
        raise LocalError(
            f"chdb-core 26.9.0, ClickHouse's engine, cannot be installed: {said}",
            "Check the network, or put a genuine `clickhouse` binary on PATH; then run "
            "`byoc local up` again.",
        )


def installer(env: Mapping[str, str]) -> list[str]:
    """uv beside this interpreter or on PATH, else pip."""
    beside = Path(sys.executable).parent / "uv"
    found = str(beside) if beside.exists() else shutil.which("uv", path=env.get("PATH"))
    if found:
        return [found, "pip", "install", "--quiet", "--python", sys.executable]
    return [sys.executable, "-m", "pip", "install", "--quiet"]


def check_installed(library: Path, check: Callable[[Path], None]) -> None:
    try:
        check(library)
    except (OSError, UnknownLibraryError) as problem:
        raise LocalError(
            f"The installed engine is not usable: {problem}",
            f"Remove {library.parent.parent} and run `byoc local up` again.",
        ) from problem


def printed_version(argv: Sequence[str]) -> str | None:
    try:
        answer = subprocess.run(argv, capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(r"version (\d+(?:\.\d+)+)", answer.stdout)
    return found[1] if found else None


def numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
