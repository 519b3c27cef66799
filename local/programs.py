"""What the local cloud runs: each program found on PATH, else downloaded, else built or fetched,
and how genuine it is."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from local.clickhouse import engine
from local.debian import fetch
from local.downloads import PULUMI_RELEASE, try_download
from local.errors import LocalError
from local.go_tools import KUBERNETES, PULUMI, ensure_built

Say = Callable[[str], None]


class Kind(StrEnum):
    GENUINE = "genuine"
    EMULATOR = "emulator"
    STAND_IN = "stand-in"
    MISSING = "missing"


@dataclass(frozen=True, kw_only=True)
class Program:
    """`path` is None for what is missing; `origin` says in words where the program came from."""

    name: str
    kind: Kind
    version: str
    origin: str
    path: str | None

    def to_record(self) -> dict[str, str | None]:
        return asdict(self)


@dataclass(frozen=True, kw_only=True)
class Programs:
    """Everything that `up` needs before it starts a process."""

    pulumi: Program
    kubernetes: Program
    bubblewrap: Program
    prometheus: Program
    alertmanager: Program
    engine: engine.Engine

    def listed(self) -> list[Program]:
        return [
            self.pulumi,
            self.kubernetes,
            self.bubblewrap,
            self.prometheus,
            self.alertmanager,
            *engine_programs(self.engine),
        ]


ENGINE_KINDS = {
    engine.EngineKind.GENUINE: Kind.GENUINE,
    engine.EngineKind.EMBEDDED: Kind.STAND_IN,
    engine.EngineKind.MISSING: Kind.MISSING,
}


def engine_programs(found: engine.Engine) -> list[Program]:
    """ClickHouse's server and Keeper as rows of the status."""
    genuine = found.kind is engine.EngineKind.GENUINE
    server = Program(
        name="clickhouse-server",
        kind=ENGINE_KINDS[found.kind],
        version=found.version,
        origin=found.origin,
        path=found.server.argv[-1] if found.server.argv else None,
    )
    keeper = Program(
        name="clickhouse-keeper",
        kind=Kind.MISSING if found.keeper.why_not else (Kind.GENUINE if genuine else Kind.STAND_IN),
        version="",
        origin=found.keeper.why_not or (found.origin if genuine else "ZooKeeper, local launcher"),
        path=found.keeper.argv[-1] if found.keeper.argv else None,
    )
    return [server, keeper]


def provision(cache: Path, env: Mapping[str, str], say: Say) -> Programs:
    """Find or make every program, side by side; safe to interrupt and repeat.

    Raises LocalError when a program without which nothing works cannot be had.
    """
    with ThreadPoolExecutor(max_workers=6) as pool:
        pulumi = pool.submit(find_pulumi, cache, env, say)
        kubernetes = pool.submit(find_kubernetes, cache, env, say)
        bubblewrap = pool.submit(find_debian, "bwrap", "bubblewrap", cache, env, say)
        prometheus = pool.submit(find_debian, "prometheus", "prometheus", cache, env, say)
        alertmanager = pool.submit(
            find_debian, "prometheus-alertmanager", "prometheus-alertmanager", cache, env, say
        )
        clickhouse = pool.submit(engine.provision, cache, env, say)
        return Programs(
            pulumi=pulumi.result(),
            kubernetes=kubernetes.result(),
            bubblewrap=bubblewrap.result(),
            prometheus=prometheus.result(),
            alertmanager=alertmanager.result(),
            engine=clickhouse.result(),
        )


def find_pulumi(cache: Path, env: Mapping[str, str], say: Say) -> Program:
    """A CLI on PATH must be the SDK's version or newer: they speak one protocol."""
    wanted = PULUMI.version
    on_path = shutil.which("pulumi", path=env.get("PATH"))
    if on_path and (version := printed_version([on_path, "version"])):
        if as_numbers(version) >= as_numbers(wanted):
            return Program(
                name="pulumi", kind=Kind.GENUINE, version=version, origin="on PATH", path=on_path
            )
        say(f"pulumi {version} on PATH is older than {wanted} and is not used")
    if not PULUMI.target(cache).exists() and (folder := try_download(PULUMI_RELEASE, cache, say)):
        path = str(folder / "pulumi" / "pulumi")
        origin = "official download"
    else:
        path = str(ensure_built(PULUMI, cache, env, say))
        origin = "built from its Go module"
    return Program(name="pulumi", kind=Kind.GENUINE, version=wanted, origin=origin, path=path)


def find_kubernetes(cache: Path, env: Mapping[str, str], say: Say) -> Program:
    path = ensure_built(KUBERNETES, cache, env, say)
    return Program(
        name="kubernetes",
        kind=Kind.GENUINE,
        version=KUBERNETES.version,
        origin="built from its Go modules",
        path=str(path),
    )


def find_debian(
    executable: str, package: str, cache: Path, env: Mapping[str, str], say: Say
) -> Program:
    """Debian's program: installed, else unpacked into the cache; missing where there is no apt."""
    origin = "on PATH"
    path = shutil.which(executable, path=env.get("PATH"))
    if path is None:
        try:
            root = fetch([package], cache, env=env, say=say)
        except LocalError as problem:
            say(f"{package}: {problem}")
            return Program(
                name=package, kind=Kind.MISSING, version="", origin=problem.problem, path=None
            )
        path = str(root / "usr" / "bin" / executable)
        origin = "Debian's package"
    version = printed_version([path, "--version"]) or "unknown"
    return Program(name=package, kind=Kind.GENUINE, version=version, origin=origin, path=path)


def printed_version(argv: list[str]) -> str | None:
    try:
        answer = subprocess.run(argv, capture_output=True, text=True, timeout=20, check=False)
    except OSError:
        return None
    found = re.search(r"\d+(?:\.\d+)+", answer.stdout + answer.stderr)
    return found.group() if found else None


def as_numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
