"""The windows are read from a genuine Prometheus."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from control.controller.autoscaler.measured import LAG, Measured
from control.controller.autoscaler.prometheus import MetricsError, Prometheus
from control.controller.autoscaler.samples import ALIVE, CPU, INFO, QUERY, RESIDENT
from control.controller.cluster import Key
from control.scaling.sizing import GIB
from tests.genuine_prometheus import PastSeries, prometheus_with

KEY = Key("clickhouse", "main")
END = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(hours=3)
GAP = range(30, 40)
MINUTES = 120


def past() -> Iterator[PastSeries]:
    """Two replicas for two hours, with ten minutes of which the rules know nothing."""
    newest = int(END.timestamp()) // 60
    minutes = [newest - age for age in range(MINUTES, -1, -1) if age not in GAP]
    for name, value in ((INFO, 1), (CPU, 2.5), (RESIDENT, 3 * GIB), (QUERY, GIB)):
        for rid in ("r1", "r2"):
            labels = {"namespace": KEY.namespace, "service": KEY.name, "replica": rid}
            yield PastSeries(name=name, labels=labels, values=dict.fromkeys(minutes, value))
    yield PastSeries(name=ALIVE, labels={}, values=dict.fromkeys(minutes, 1))


@pytest.fixture
def prometheus(tmp_path: Path) -> Iterator[Prometheus]:
    with prometheus_with(tmp_path, past()) as url:
        yield Prometheus(url)


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
