"""The windows are read from a genuine Prometheus."""

import signal
import socket
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from control.controller.autoscaler.measured import LAG, Measured
from control.controller.autoscaler.prometheus import MetricsError, Prometheus
from control.controller.autoscaler.samples import ALIVE, CPU, INFO, QUERY, RESIDENT
from control.controller.cluster import Key
from control.scaling.sizing import GIB
from tests.waiting import wait_for

KEY = Key("clickhouse", "main")
END = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(hours=3)
GAP = range(30, 40)
MINUTES = 120


def open_metrics() -> str:
    """Two replicas for two hours, with ten minutes of which the rules know nothing."""
    lines = []
    for name, value in ((INFO, 1), (CPU, 2.5), (RESIDENT, 3 * GIB), (QUERY, GIB)):
        lines.append(f"# TYPE {name} gauge")
        for rid in ("r1", "r2"):
            labels = f'namespace="clickhouse",service="main",replica="{rid}"'
            lines += [f"{name}{{{labels}}} {value} {at}" for at in moments()]
    lines.append(f"# TYPE {ALIVE} gauge")
    lines += [f"{ALIVE} 1 {at}" for at in moments()]
    return "\n".join([*lines, "# EOF\n"])


def moments() -> list[int]:
    """A few seconds before the minute, as rules are evaluated."""
    ages = [age for age in range(MINUTES, -1, -1) if age not in GAP]
    return [int((END - timedelta(minutes=age, seconds=7)).timestamp()) for age in ages]


@pytest.fixture
def prometheus(tmp_path: Path) -> Iterator[Prometheus]:
    (tmp_path / "in.txt").write_text(open_metrics())
    (tmp_path / "prometheus.yaml").write_text("{}")
    make = ["promtool", "tsdb", "create-blocks-from", "openmetrics", "in.txt", "data"]
    subprocess.run(make, cwd=tmp_path, check=True, capture_output=True)
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    flags = ["--config.file=prometheus.yaml", "--storage.tsdb.path=data"]
    log = (tmp_path / "log").open("wb")
    running = subprocess.Popen(
        ["prometheus", *flags, f"--web.listen-address={address}"],
        cwd=tmp_path,
        stdout=log,
        stderr=log,
    )
    try:
        wait_for(lambda: is_ready(address), within_s=60, what="Prometheus ready")
        yield Prometheus(f"http://{address}")
    finally:
        running.send_signal(signal.SIGTERM)
        running.wait(20)
        log.close()


def is_ready(address: str) -> bool:
    try:
        return httpx.get(f"http://{address}/-/ready").status_code == 200
    except httpx.HTTPError:
        return False


def test_windows_are_filled_and_gaps_are_not(prometheus: Prometheus) -> None:
    measured = Measured(prometheus)
    now = END + LAG
    measured.refresh({KEY: frozenset()}, now)
    window = measured.windows(timedelta(hours=1), now).of(KEY)
    assert window is not None
    # What began anew after the gap is young for five minutes.
    assert (window.samples, window.expected_samples) == (60 - len(GAP) - 5, 60)
    assert window.cpu_peak_millicores == 2500
    assert window.resident_peak_bytes == 3 * GIB
    assert window.query_peak_bytes == GIB
    with pytest.raises(MetricsError, match="refused the query"):
        list(prometheus.range("no(", start_s=0, end_s=60, step_s=60))


def test_nobody_there_is_told_as_such() -> None:
    with pytest.raises(MetricsError, match="does not answer"):
        list(Prometheus("http://127.0.0.1:9").range("up", start_s=0, end_s=60, step_s=60))
