"""Containers under bubblewrap: a root, mounts, processes and a host name of their own."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from local.kubelet.runtime.jail import Command, Jail

SYSTEM_FOLDERS = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
SYSTEM_FILES = (
    "/etc/alternatives",
    "/etc/ca-certificates",
    "/etc/fonts",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/localtime",
    "/etc/mime.types",
    "/etc/pki",
    "/etc/protocols",
    "/etc/services",
    "/etc/ssl",
    "/etc/timezone",
)
DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
# What container runtimes leave to a container's root by default.
CAPABILITIES = (
    *("CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FSETID", "CAP_FOWNER", "CAP_MKNOD", "CAP_NET_RAW"),
    *("CAP_SETGID", "CAP_SETUID", "CAP_SETFCAP", "CAP_SETPCAP", "CAP_NET_BIND_SERVICE"),
    *("CAP_SYS_CHROOT", "CAP_KILL", "CAP_AUDIT_WRITE"),
)
SHARED_MEMORY_BYTES = 64 * 2**20


class Bubblewrap:
    """The first process of a container is its process 1, as in any container runtime."""

    places_mounts = True

    def __init__(self, program: str, *, as_root: bool) -> None:
        self.name = "bubblewrap"
        self._program = program
        self._as_root = as_root

    def command(self, jail: Jail) -> Command:
        root = jail.folder / "rootfs"
        build_root(root, jail)
        options = [
            *self._namespaces(jail),
            *system_mounts(),
            *binds(jail),
            *(("--remount-ro", "/") if jail.read_only_root else ()),
            *("--chdir", jail.working_dir or "/"),
        ]
        argv = (
            *(self._program, "--bind", str(root), "/"),
            *("--args", "{options}", "--json-status-fd", "{status}", "--"),
            *jail.argv,
        )
        return Command(argv=argv, options=b"".join(f"{word}\0".encode() for word in options))

    def entering(self, pid: int, working_dir: str, argv: tuple[str, ...]) -> tuple[str, ...]:
        user = ("-U", "--preserve-credentials") if has_own_users(pid) else ()
        folder = (f"--wdns={working_dir}",) if working_dir else ()
        return ("nsenter", "-t", str(pid), *user, "-m", "-p", "-u", "-i", *folder, "--", *argv)

    def _namespaces(self, jail: Jail) -> Iterator[str]:
        yield from ("--unshare-pid", "--unshare-uts", "--unshare-ipc", "--as-pid-1")
        yield from ("--hostname", jail.hostname)
        if not self._as_root or jail.user:
            yield from ("--unshare-user", "--uid", str(jail.user or 0))
            yield from ("--gid", str(jail.group or 0))
            return
        yield from ("--cap-drop", "ALL")
        for capability in CAPABILITIES:
            yield from ("--cap-add", capability)


def build_root(root: Path, jail: Jail) -> None:
    """Folders, links and small files that are the container's own; the rest is bound over them."""
    for folder in ("usr", "proc", "sys", "dev", "etc", "run", "root", "home", "var/tmp", "tmp"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    root.chmod(0o755)
    for folder in ("tmp", "var/tmp"):
        (root / folder).chmod(0o1777)
    for path in SYSTEM_FOLDERS:
        if Path(path).is_symlink():
            (root / path[1:]).symlink_to(Path(path).readlink())
    for path, text in jail.files.items():
        file = root / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    for path, target in jail.links.items():
        (root / path.lstrip("/")).symlink_to(target)
    covered = any(is_below(jail.working_dir, bind.target) for bind in jail.binds)
    if jail.working_dir and not covered:
        (root / jail.working_dir.lstrip("/")).mkdir(parents=True, exist_ok=True)


def system_mounts() -> Iterator[str]:
    yield from ("--ro-bind", "/usr", "/usr")
    for path in SYSTEM_FOLDERS:
        if Path(path).is_dir() and not Path(path).is_symlink():
            yield from ("--ro-bind", path, path)
    for path in SYSTEM_FILES:
        yield from ("--ro-bind-try", path, path)
    for folder in sorted(Path("/etc").glob("java*")):
        yield from ("--ro-bind", str(folder), str(folder))
    yield from ("--proc", "/proc", "--ro-bind-try", "/sys", "/sys", "--tmpfs", "/dev")
    for device in DEVICES:
        yield from ("--dev-bind-try", f"/dev/{device}", f"/dev/{device}")
    for name, number in (("stdin", 0), ("stdout", 1), ("stderr", 2)):
        yield from ("--symlink", f"/proc/self/fd/{number}", f"/dev/{name}")
    yield from ("--symlink", "/proc/self/fd", "/dev/fd", "--symlink", "pts/ptmx", "/dev/ptmx")
    yield from ("--dev-bind-try", "/dev/pts", "/dev/pts")
    yield from ("--perms", "1777", "--size", str(SHARED_MEMORY_BYTES), "--tmpfs", "/dev/shm")  # noqa: S108 - the container's own


def binds(jail: Jail) -> Iterator[str]:
    """Outer targets first, so that an inner one is not hidden."""
    for bind in sorted(jail.binds, key=lambda bind: bind.target.rstrip("/").count("/")):
        yield from ("--ro-bind" if bind.read_only else "--bind", str(bind.source), bind.target)


def is_below(path: str, folder: str) -> bool:
    return Path(path).is_relative_to(folder)


def has_own_users(pid: int) -> bool:
    return Path(f"/proc/{pid}/ns/user").readlink() != Path("/proc/self/ns/user").readlink()


def find_bubblewrap() -> Bubblewrap | None:
    """bubblewrap, if it is installed and this machine lets it make namespaces."""
    program = shutil.which("bwrap")
    if program is None or shutil.which("nsenter") is None:
        return None
    if os.geteuid() == 0 and can_isolate(program):
        return Bubblewrap(program, as_root=True)
    if can_isolate(program, "--unshare-user"):
        return Bubblewrap(program, as_root=False)
    return None


def can_isolate(program: str, *options: str) -> bool:
    trial = subprocess.run(
        [program, *options, "--unshare-pid", "--ro-bind", "/", "/", "--proc", "/proc", "true"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    return trial.returncode == 0
