"""Runs a Prometheus that has no Kubernetes discovery as one that has it.

    python -m local.prometheus.launcher PROGRAM ARGUMENT...

Debian builds Prometheus without it. The arguments and the configuration are those of the genuine
one. Of the roles, pods and nodes are known; targets are looked up every few seconds.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
import urllib.error
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType

import yaml

from local.prometheus.discovery import Api, api_of_pod, found_targets, write_if_changed
from local.prometheus.translation import Search, searches, translated

CONFIG_FLAG = "--config.file="
PAUSE_S = 5.0
BUILT_IN = b"prometheus/discovery/kubernetes"


def main() -> None:
    sys.exit(run(sys.argv[1], sys.argv[2:], os.environ))


def run(program: str, arguments: Sequence[str], env: Mapping[str, str]) -> int:
    """Start `program`, keep its targets current, and end as it ends."""
    config = next(Path(a.removeprefix(CONFIG_FLAG)) for a in arguments if is_config(a))
    document = yaml.safe_load(config.read_text())
    folder = Path(tempfile.mkdtemp(prefix="targets-"))
    own_config = folder / "prometheus.yaml"
    own_config.write_text(
        yaml.safe_dump(translated(document, folder, config.parent), sort_keys=False)
    )
    others = [argument for argument in arguments if not is_config(argument)]
    child = subprocess.Popen([program, f"{CONFIG_FLAG}{own_config}", *others])
    hand_on_signals(child)
    ended = threading.Event()
    looker = threading.Thread(
        target=keep_looking, args=(searches(document), api_of_pod(env), folder, ended), daemon=True
    )
    looker.start()
    code = child.wait()
    ended.set()
    return code if code >= 0 else 128 - code


def is_config(argument: str) -> bool:
    return argument.startswith(CONFIG_FLAG)


def hand_on_signals(child: subprocess.Popen[bytes]) -> None:
    def hand_on(number: int, _frame: FrameType | None) -> None:
        child.send_signal(number)

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, hand_on)


def keep_looking(wanted: set[Search], api: Api, folder: Path, ended: threading.Event) -> None:
    while not ended.is_set():
        for search in wanted:
            look(search, api, folder)
        ended.wait(PAUSE_S)


def look(search: Search, api: Api, folder: Path) -> None:
    """Write the targets of one search; without an answer the last ones stay."""
    try:
        write_if_changed(search.file(folder), found_targets(search, api))
    except (OSError, urllib.error.URLError, ValueError) as error:
        print(f"discovery of {search.role}: {error}", file=sys.stderr, flush=True)  # noqa: T201


def needs_launcher(program: Path) -> bool:
    """Whether this Prometheus was built without Kubernetes discovery."""
    return BUILT_IN not in program.read_bytes()


if __name__ == "__main__":
    main()
