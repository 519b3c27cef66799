"""A genuine Prometheus that begins with a past of the test's own, written by promtool."""

from __future__ import annotations

import signal
import socket
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.waiting import wait_for

SECONDS_EARLY = 7
"""Samples of a minute come a few seconds before it, as rules are evaluated."""


@dataclass(frozen=True, kw_only=True)
class PastSeries:
    name: str
    labels: Mapping[str, str]
    values: Mapping[int, float]
    """By minutes since 1970."""


@contextmanager
def prometheus_with(folder: Path, past: Iterable[PastSeries]) -> Iterator[str]:
    """Its URL. It reads nothing by itself, and ends with the context."""
    (folder / "past.txt").write_text(open_metrics(past))
    (folder / "prometheus.yaml").write_text("{}")
    make = ["promtool", "tsdb", "create-blocks-from", "openmetrics", "past.txt", "data"]
    subprocess.run(make, cwd=folder, check=True, capture_output=True)
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    flags = ["--config.file=prometheus.yaml", "--storage.tsdb.path=data"]
    with (folder / "log").open("wb") as log:
        running = subprocess.Popen(
            ["prometheus", *flags, f"--web.listen-address={url.removeprefix('http://')}"],
            cwd=folder,
            stdout=log,
            stderr=log,
        )
        try:
            wait_for(lambda: is_ready(url), within_s=60, what="Prometheus ready")
            yield url
        finally:
            running.send_signal(signal.SIGTERM)
            running.wait(20)


def open_metrics(past: Iterable[PastSeries]) -> str:
    lines, named = [], ""
    for series in sorted(past, key=lambda one: one.name):
        if series.name != named:
            named = series.name
            lines.append(f"# TYPE {named} gauge")
        labels = ",".join(f'{name}="{value}"' for name, value in series.labels.items())
        lines += [
            f"{named}{{{labels}}} {value} {minute * 60 - SECONDS_EARLY}"
            for minute, value in sorted(series.values.items())
        ]
    return "\n".join([*lines, "# EOF\n"])


def is_ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/-/ready").status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False
