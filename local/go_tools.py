"""Programs that no package registry ships, built from their Go modules into the cache."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from local.cache import GIB, building, require_disk_space
from local.errors import LocalError

TOOLS_FOLDER = Path(__file__).parent / "tools"
HEARTBEAT_S = 20


@dataclass(frozen=True, kw_only=True)
class GoTool:
    """A program pinned by the go.mod and go.sum in `local/tools/<folder>`."""

    name: str
    version: str
    folder: str
    package: str
    link_flags: str
    expected_s: int

    def digest(self) -> str:
        """Changes with anything that changes the binary."""
        digest = hashlib.sha256(f"{self.package}\n{self.link_flags}\n".encode())
        for file in sorted((TOOLS_FOLDER / self.folder).iterdir()):
            digest.update(file.name.encode() + b"\0" + file.read_bytes())
        return digest.hexdigest()[:12]

    def target(self, cache: Path) -> Path:
        return cache / "tools" / f"{self.name}-{self.version}-{self.digest()}"


def version_flags(package: str, **values: str) -> str:
    return " ".join(["-s -w", *(f"-X {package}.{name}={value}" for name, value in values.items())])


PULUMI = GoTool(
    name="pulumi",
    version="3.255.0",
    folder="pulumi",
    package="github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    # Without a version the Automation API refuses the CLI.
    link_flags=version_flags(
        "github.com/pulumi/pulumi/sdk/v3/go/common/version", Version="v3.255.0"
    ),
    expected_s=240,
)
KUBERNETES = GoTool(
    name="byoc-kubernetes",
    version="1.35.4",
    folder="kubernetes",
    package=".",
    link_flags=version_flags(
        "k8s.io/component-base/version", gitVersion="v1.35.4", gitMajor="1", gitMinor="35"
    ),
    expected_s=240,
)
ACTIONLINT = GoTool(
    name="actionlint",
    version="1.7.12",
    folder="actionlint",
    package="github.com/rhysd/actionlint/cmd/actionlint",
    link_flags="-s -w",
    expected_s=60,
)
"""Used by tests alone."""
GO_TOOLS = (PULUMI, KUBERNETES)


def ensure_built(
    tool: GoTool, cache: Path, env: Mapping[str, str], say: Callable[[str], None]
) -> Path:
    """Return the program's path, building it first if this cache has it not yet."""
    target = tool.target(cache)
    if not target.exists():
        require_go(tool, env)
        require_disk_space(cache, 3 * GIB, f"Building {tool.name}")
        with building(target) as draft:
            if draft is not None:
                build(tool, draft, env, say)
    return target / tool.name


def require_go(tool: GoTool, env: Mapping[str, str]) -> None:
    if shutil.which("go", path=env.get("PATH")) is None:
        raise LocalError(
            f"{tool.name} {tool.version} has to be built from its Go module, and there is no "
            f"`go` on PATH.",
            "Install Go 1.26 or newer, or put a ready-made binary on PATH (pulumi only).",
        )


def build(tool: GoTool, draft: Path, env: Mapping[str, str], say: Callable[[str], None]) -> None:
    started_s = time.monotonic()
    say(
        f"{tool.name} {tool.version}: building from its Go module, about "
        f"{tool.expected_s // 60} min"
    )
    binary = draft / tool.name
    argv = ["go", "build", "-trimpath", "-mod=readonly", "-o", str(binary)]
    argv += ["-ldflags", tool.link_flags, tool.package]
    build_env = {**env, "GOTOOLCHAIN": "local", "CGO_ENABLED": "0", "GOFLAGS": "-buildvcs=false"}
    output = draft / "build.log"
    with output.open("wb") as log:
        process = subprocess.Popen(
            argv, cwd=TOOLS_FOLDER / tool.folder, env=build_env, stdout=log, stderr=log
        )
        wait_with_heartbeat(process, tool, started_s, say)
    if process.returncode:
        raise LocalError(
            f"Building {tool.name} failed: {last_error(output)}",
            "If the Go module proxy was out of reach, run the same command again: what was "
            "fetched is kept.",
        )
    output.unlink()
    say(f"{tool.name} {tool.version}: built in {time.monotonic() - started_s:.0f} s")


def wait_with_heartbeat(
    process: subprocess.Popen[bytes], tool: GoTool, started_s: float, say: Callable[[str], None]
) -> None:
    try:
        while True:
            try:
                process.wait(HEARTBEAT_S)
                return
            except subprocess.TimeoutExpired:
                say(f"{tool.name}: still building, {time.monotonic() - started_s:.0f} s")
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def last_error(output: Path) -> str:
    lines = [
        line
        for line in output.read_text(errors="replace").splitlines()
        if line.strip() and not line.startswith("go: downloading")
    ]
    return " / ".join(lines[-3:]) or "no output"
