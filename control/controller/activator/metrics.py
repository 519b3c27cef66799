"""What the activator counts."""

from enum import StrEnum

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram


class Outcome(StrEnum):
    """How a connection ended for the activator."""

    PASSED_ON = "passed_on"
    SILENT = "silent"
    NONSENSE = "nonsense"
    PROBE = "probe"
    UNKNOWN_NAME = "unknown_name"
    NOT_ALLOWED = "not_allowed"
    STOPPED = "stopped"
    CLIENT_LEFT = "client_left"
    TIMED_OUT = "timed_out"
    TOO_MANY = "too_many"
    BROKEN = "broken"


class Metrics:
    def __init__(self, registry: CollectorRegistry) -> None:
        self.connections = Counter(
            "byoc_activator_connections_total",
            "Connections by how they ended.",
            ["outcome"],
            registry=registry,
        )
        self.held = Gauge(
            "byoc_activator_held", "Connections that wait for a replica.", registry=registry
        )
        self.passing = Gauge(
            "byoc_activator_passing", "Connections passed on and still open.", registry=registry
        )
        self.calls = Counter(
            "byoc_activator_wake_requests_total", "Services called awake.", registry=registry
        )
        self.failed_calls = Counter(
            "byoc_activator_wake_failures_total",
            "Calls that the API server did not take.",
            registry=registry,
        )
        self.hold_seconds = Histogram(
            "byoc_activator_hold_seconds",
            "Wait of a connection until a replica took it.",
            buckets=(0.01, 0.1, 1, 2, 5, 10, 30, 60, 120, 180, 300),
            registry=registry,
        )
