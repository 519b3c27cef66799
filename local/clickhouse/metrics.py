"""The engine's asynchronous metrics, kept fresh: the embedded engine makes the object and never
starts it."""

from __future__ import annotations

import struct
import threading
import time
from ctypes import string_at
from string import Template

from local.clickhouse.library import Library, UnknownLibraryError

TABLE = 0x20CAA490 + 16
UPDATE = 0xE9F1AC0
UPDATE_START = "554157415641554154534881ec080b0000"
DAEMON_LOGS = 0xEA08648  # sizes of the log queues of the server program: this one has none
DAEMON_LOGS_START = "488d1dd1cf6813488b3b"
AFTER_DAEMON_LOGS = 0xEA08755
PREFIX = "ClickHouseAsyncMetrics_"
VIEW = Template(
    "CREATE OR REPLACE VIEW system.asynchronous_metrics"
    " (metric String, value Float64, description String)"
    " DEFINER = $definer SQL SECURITY DEFINER AS"
    " SELECT extract(line, '^$prefix(\\\\w+)') AS metric,"
    " toFloat64OrZero(extract(line, ' ([^ ]+)$$')) AS value, '' AS description"
    " FROM url('$url', 'LineAsString', 'line String') WHERE startsWith(line, '$prefix')"
)


class MetricsUpdater:
    def __init__(self, library: Library, period_s: float) -> None:
        self.library = library
        self.period_s = period_s
        self.ended = threading.Event()
        self.thread: threading.Thread | None = None

    def start(self, metrics: int) -> None:
        if struct.unpack("<Q", string_at(metrics, 8))[0] != self.library.base + TABLE:
            raise UnknownLibraryError("The engine's metrics are not where they are expected.")
        self.library.expect(UPDATE, UPDATE_START)
        # xor r14d, r14d; jmp: go on as with an empty list
        distance = AFTER_DAEMON_LOGS - (DAEMON_LOGS + 8)
        skip = b"\x45\x31\xf6\xe9" + struct.pack("<i", distance)
        self.library.replace(DAEMON_LOGS, DAEMON_LOGS_START, skip)
        self.thread = threading.Thread(target=self.run, args=[metrics], name="metrics", daemon=True)
        self.thread.start()

    def run(self, metrics: int) -> None:
        while not self.ended.wait(self.period_s):
            self.library.call(UPDATE, metrics, time.time_ns() // 1000, 0)

    def stop(self) -> None:
        """Return when the object is no longer touched: the engine is about to free it."""
        self.ended.set()
        if self.thread:
            self.thread.join()


def metrics_view(host: str, port: int, definer: str) -> str:
    """system.asynchronous_metrics, which the embedded engine lacks, read from its own exporter;
    dots in names are underscores there."""
    return VIEW.substitute(definer=definer, prefix=PREFIX, url=f"http://{host}:{port}/metrics")
