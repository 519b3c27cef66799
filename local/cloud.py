"""The life of a local cloud: up, down, reset. Every step looks at what stands and does only what is
missing."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil

from local import process
from local.accounts import ensure_engineer_key
from local.cache import GIB, cache_dir, require_disk_space
from local.environment import applied, stack_environment
from local.errors import LocalError
from local.images import write_image_map
from local.instance import Instance, create_instance, find_instance, state_dir, write_atomically
from local.pki import ensure_pki
from local.plugin_scripts import write_scripts
from local.programs import Programs, provision
from local.servers import (
    AWS,
    KUBELET,
    KUBERNETES,
    SERVERS,
    Server,
    ensure_started,
    wait_until_healthy,
    write_token_review_kubeconfig,
)

Say = Callable[[str], None]
PROJECT = "clickhouse-byoc"
STACK = "local"
STATE_BYTES = GIB


def up(checkout: Path, env: Mapping[str, str], say: Say) -> Instance:
    """Bring the local cloud to life and return it; what runs already is left alone.

    Raises LocalError with what is wrong and what to do.
    """
    with only_one_at_a_time(checkout):
        require_disk_space(checkout, STATE_BYTES, "The local cloud's state")
        programs = provision(cache_dir(env), env, say)
        instance = create_instance(checkout)
        forget_if_memory_is_lost(instance, say)
        prepare_files(instance, programs, env)
        start_servers(instance, programs, env, say)
        key = ensure_engineer_key(instance)
        variables = stack_environment(instance, Path(programs.pulumi.path or "pulumi"), key)
        write_atomically(instance.env_file, json.dumps(variables, indent=1), mode=0o600)
        ensure_stack(instance, variables, env)
        return instance


def down(checkout: Path, say: Say) -> None:
    """Stop every process of this checkout's local cloud and remove all that it wrote."""
    with only_one_at_a_time(checkout):
        instance = find_instance(checkout)
        if instance:
            stop_servers(instance, say)
        end_leftovers(state_dir(checkout))
        shutil.rmtree(state_dir(checkout), ignore_errors=True)
        forget_salt(checkout)
        shutil.rmtree(state_dir(checkout).parent, ignore_errors=True)


def reset(checkout: Path, env: Mapping[str, str], say: Say) -> Instance:
    """Start over with an empty cloud and no stack; built programs stay in the cache."""
    down(checkout, say)
    return up(checkout, env, say)


@contextlib.contextmanager
def only_one_at_a_time(checkout: Path) -> Iterator[None]:
    folder = checkout / ".byoc"
    folder.mkdir(exist_ok=True)
    lock_file = folder / "local.lock"
    with lock_file.open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise LocalError(
                f"Another `byoc local` command (pid {lock.read().strip() or 'unknown'}) is at "
                f"work here.",
                "Wait until it ends, or interrupt it; then run this one again.",
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def forget_if_memory_is_lost(instance: Instance, say: Say) -> None:
    """The AWS emulator keeps its objects in memory: once it has ended, what the others remember is
    of no use."""
    run_dir = instance.state_dir / "run"
    if process.find(AWS.name, run_dir) or not process.was_started(AWS.name, run_dir):
        return
    say(
        "the local AWS has ended since the last `up`, and its objects with it: starting with "
        "an empty cloud"
    )
    stop_servers(instance, say)
    end_leftovers(instance.state_dir)
    for folder in ("kubernetes", "kubelet", "state", "run"):
        shutil.rmtree(instance.state_dir / folder, ignore_errors=True)


def prepare_files(instance: Instance, programs: Programs, env: Mapping[str, str]) -> None:
    ensure_pki(
        instance.pki_dir,
        server=instance.kubernetes_url,
        service_address=f"127.{instance.block}.32.1",
        kubelet_names=instance.kubelet_names,
    )
    write_token_review_kubeconfig(instance)
    ensure_secret(instance.passphrase_file)
    ensure_secret(instance.secrets_dir / "tailscale-auth-key", prefix="tskey-auth-")
    write_image_map(instance, programs)
    write_scripts(instance.bin_dir, instance.pulumi_home, env)
    records = [program.to_record() for program in programs.listed()]
    write_atomically(instance.state_dir / "programs.json", json.dumps(records, indent=1))


def start_servers(instance: Instance, programs: Programs, env: Mapping[str, str], say: Say) -> None:
    """AWS and Kubernetes side by side, then the kubelet, which needs both."""
    server_env = dict(env)
    if programs.bubblewrap.path:
        folder = str(Path(programs.bubblewrap.path).parent)
        server_env["PATH"] = f"{server_env.get('PATH', '')}:{folder}"

    def start(server: Server) -> None:
        started_s = time.monotonic()
        known = process.find(server.name, instance.state_dir / "run")
        program = Path(programs.kubernetes.path or "")
        running = ensure_started(server, instance, program, server_env)
        wait_until_healthy(server, instance, running)
        if not known:
            address, port = server.address(instance)
            say(f"{server.name}: {address}:{port} after {time.monotonic() - started_s:.1f} s")

    with ThreadPoolExecutor(max_workers=2) as pool:
        list(pool.map(start, (AWS, KUBERNETES)))
    start(KUBELET)


def stop_servers(instance: Instance, say: Say) -> None:
    """The kubelet first, so that it stops its pods in order; the others do not depend on each
    other."""
    run_dir = instance.state_dir / "run"

    def stop(server: Server) -> None:
        if running := process.find(server.name, run_dir):
            process.stop(running, run_dir, grace_s=server.stops_within_s)
            say(f"{server.name}: stopped")

    stop(KUBELET)
    with ThreadPoolExecutor(max_workers=2) as pool:
        list(pool.map(stop, [server for server in SERVERS if server is not KUBELET]))


def end_leftovers(folder: Path) -> None:
    """End what a killed part left behind: every process that was started with a path below
    `folder`, and what these have started."""
    mine = {os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
    marker = f"{folder}/"
    left: dict[int, psutil.Process] = {}
    for candidate in psutil.process_iter(["cmdline"]):
        command = candidate.info["cmdline"] or []
        if candidate.pid in mine or not any(marker in word for word in command):
            continue
        with contextlib.suppress(psutil.NoSuchProcess):
            for member in [candidate, *candidate.children(recursive=True)]:
                left[member.pid] = member
    for leftover in left.values():
        process.end(leftover, force=True)
    psutil.wait_procs(left.values(), timeout=10)


def ensure_secret(file: Path, prefix: str = "") -> None:
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_atomically(file, prefix + secrets.token_urlsafe(32), mode=0o600)


def ensure_stack(instance: Instance, variables: Mapping[str, str], env: Mapping[str, str]) -> None:
    """Make the stack once and choose it, so that `pulumi up` typed by hand asks for nothing."""
    backend = instance.state_dir / "state"
    backend.mkdir(exist_ok=True)
    if (backend / ".pulumi" / "stacks" / PROJECT / f"{STACK}.json").exists():
        return
    forget_salt(instance.checkout)
    made = subprocess.run(
        ["pulumi", "stack", "init", STACK, "--non-interactive"],
        cwd=instance.checkout,
        env=applied(variables, process.without_cloud_settings(env)),
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        raise LocalError(
            f"`pulumi stack init {STACK}` failed: {made.stderr.strip()}",
            "`byoc local reset` starts over with an empty cloud and no stack.",
        )


def forget_salt(checkout: Path) -> None:
    """Take the engine's line out of the tracked stack file: its passphrase is gone."""
    file = checkout / f"Pulumi.{STACK}.yaml"
    lines = file.read_text().splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith("encryptionsalt:")]
    if kept != lines:
        write_atomically(file, "".join(kept))
