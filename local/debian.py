"""Debian's packages without root: fetched and verified by apt against the machine's own sources,
unpacked into the cache, installed nowhere."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from fcntl import LOCK_EX, flock
from pathlib import Path

from local.cache import building
from local.errors import LocalError

Say = Callable[[str], None]
DOWNLOAD_TIMEOUT_S = 600
OS_RELEASE = Path("/etc/os-release")


def fetch(names: Sequence[str], cache: Path, *, env: Mapping[str, str], say: Say) -> Path:
    """Return a folder that holds these packages' files as `usr/...`, unpacked together.

    Their dependencies are not followed: name every package whose files are needed. Raises
    LocalError where apt is not there or does not have them.
    """
    wanted = sorted(set(names))
    target = cache / "debian" / folder_name(wanted)
    if target.exists():
        return target
    require_apt(wanted, env)
    with building(target) as draft:
        if draft is not None:
            say(f"{', '.join(wanted)}: fetching Debian's packages")
            apt = PrivateApt(cache / "debian" / "apt", env)
            for archive in apt.download(wanted, draft):
                unpack(archive, draft, env)
            keep_links_inside(draft)
    return target


def folder_name(names: Sequence[str]) -> str:
    """Readable and stable; another release of the distribution unpacks beside it."""
    spelled = "+".join(names)
    short = spelled if len(spelled) <= 60 else spelled[:50].rstrip("+-")
    digest = hashlib.sha256(spelled.encode()).hexdigest()[:8]
    return f"{release_codename()}-{short}-{digest}"


def release_codename() -> str:
    lines = OS_RELEASE.read_text().splitlines() if OS_RELEASE.exists() else []
    fields = dict(line.split("=", 1) for line in lines if "=" in line)
    return fields.get("VERSION_CODENAME", "unknown").strip('"')


def require_apt(names: Sequence[str], env: Mapping[str, str]) -> None:
    for program in ("apt-get", "dpkg"):
        if shutil.which(program, path=env.get("PATH")) is None:
            raise LocalError(
                f"{', '.join(names)}: this machine has no {program} to fetch Debian's packages.",
                "Install the programs by your system's own package manager, so that they are on "
                "PATH.",
            )


def unpack(archive: Path, folder: Path, env: Mapping[str, str]) -> None:
    try:
        run(["dpkg", "-x", str(archive), str(folder)], env, cwd=folder)
    except AptError as problem:
        raise LocalError(
            f"{archive.name} cannot be unpacked: {problem}", "Check the disk, and try again."
        ) from problem
    archive.unlink()


def keep_links_inside(folder: Path) -> None:
    """Links to absolute places among these packages' files lead to the unpacked ones."""
    for path in folder.rglob("*"):
        if path.is_symlink() and (wanted := path.readlink()).is_absolute():
            inside = folder / wanted.relative_to("/")
            if inside.exists() or inside.is_symlink():
                path.unlink()
                path.symlink_to(os.path.relpath(inside, path.parent))


class PrivateApt:
    """apt-get with the machine's sources and keys, and indexes of its own below `folder`."""

    def __init__(self, folder: Path, env: Mapping[str, str]) -> None:
        self.folder = folder
        self.env = {**env, "LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"}
        (folder / "state" / "lists" / "partial").mkdir(parents=True, exist_ok=True)
        (folder / "cache" / "archives" / "partial").mkdir(parents=True, exist_ok=True)

    def download(self, names: Sequence[str], into: Path) -> list[Path]:
        """Try the known indexes first; when they are absent or outdated, renew them once."""
        with (self.folder / "lock").open("w") as lock:
            flock(lock, LOCK_EX)
            try:
                self.run(["download", *names], cwd=into)
            except AptError:
                try:
                    self.run(["update"], cwd=into)
                    self.run(["download", *names], cwd=into)
                except AptError as problem:
                    raise LocalError(
                        f"apt cannot fetch {', '.join(names)}: {problem}",
                        "Check the network and the sources in /etc/apt, or install the packages "
                        "yourself.",
                    ) from problem
        return sorted(into.glob("*.deb"))

    def run(self, arguments: Sequence[str], cwd: Path) -> None:
        options = {
            "Dir::State": str(self.folder / "state"),
            "Dir::State::status": "/dev/null",
            "Dir::Cache": str(self.folder / "cache"),
            "Debug::NoLocking": "1",
            "APT::Sandbox::User": "",
            "Acquire::Languages": "none",
            "Acquire::IndexTargets::deb::DEP-11::DefaultEnabled": "false",
            "Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled": "false",
            "Acquire::Retries": "2",
        }
        flags = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
        run(["apt-get", "-q", "-y", *flags, *arguments], self.env, cwd=cwd)


class AptError(Exception):
    """apt or dpkg ended with an error; the text is what it said last."""


def run(argv: Sequence[str], env: Mapping[str, str], cwd: Path) -> None:
    try:
        result = subprocess.run(
            argv,
            env=dict(env),
            cwd=cwd,
            capture_output=True,
            text=True,
            timeout=DOWNLOAD_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as problem:
        raise AptError(f"{argv[0]} did not end within {DOWNLOAD_TIMEOUT_S} s") from problem
    if result.returncode != 0:
        said = (result.stderr.strip() or result.stdout.strip()).splitlines()
        raise AptError(" ".join(said[-3:]) or f"{argv[0]} ended with {result.returncode}")
