"""Every decision, told with one reason to the log, the metrics and the object's events."""

from dataclasses import dataclass, field

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from control.controller.cluster import Cluster, ClusterError, Key
from control.scaling.replica_seen import Action, Operation, Reason, Step
from control.warehouses.model import Service, Warehouse

QUIET_ACTIONS = frozenset({Action.WAIT, Action.NOTE_BACKLOG})
TROUBLES = frozenset(
    {
        Reason.KEEPER_LOST,
        Reason.MEMBER_LOST,
        Reason.PARTS_NOT_PROVEN,
        Reason.IMAGE_PULL,
        Reason.CRASHING,
        Reason.TOO_SMALL,
        Reason.TOO_MANY_REPLICAS,
        Reason.SECONDARIES_EXIST,
        Reason.SERVICES_EXIST,
        Reason.NO_TDE_KEY,
        Reason.DATA_KEYS_MISSING,
        Reason.TDE_KEY_UNAVAILABLE,
    }
)
log = structlog.get_logger("controller")


class Metrics:
    def __init__(self, registry: CollectorRegistry) -> None:
        self.steps = Counter(
            "byoc_controller_steps_total",
            "Steps taken, by kind of object, action and reason.",
            ["kind", "action", "reason"],
            registry=registry,
        )
        self.failures = Counter(
            "byoc_controller_failures_total",
            "Passes that ended in an error, by kind of object and error.",
            ["kind", "error"],
            registry=registry,
        )
        self.passes = Histogram(
            "byoc_controller_pass_seconds",
            "Duration of one pass over one object.",
            ["kind"],
            registry=registry,
        )
        self.waiting = Gauge(
            "byoc_controller_queue_length",
            "Objects that wait for their turn.",
            registry=registry,
        )


@dataclass
class Journal:
    cluster: Cluster
    metrics: Metrics
    told: dict[tuple[str, str, str], str] = field(default_factory=dict)
    """The last thing said of each object: for not repeating it, and for nothing else."""

    def step(self, subject: Service | Warehouse, step: Step, op: Operation | None) -> None:
        kind = type(subject).__name__
        if step.action not in QUIET_ACTIONS:
            self.metrics.steps.labels(kind, step.action.value, step.reason.value).inc()
            log.info("step", **described(subject, step, op))
            self.announce(subject, step.reason.value, sentence(step), warning=is_bad(step))
        elif step.reason in TROUBLES:
            self.once(subject, step.reason.value, step.message or step.reason.value)
        else:
            self.told.pop(who(subject), None)

    def once(self, subject: Service | Warehouse, reason: str, message: str) -> None:
        """A trouble that lasts is told when it begins, not with every look."""
        if self.told.get(who(subject)) == reason:
            return
        self.told[who(subject)] = reason
        log.warning("trouble", object=str(who(subject)), reason=reason, message=message)
        self.announce(subject, reason, message, warning=True)

    def failed(self, subject: Service | Warehouse, error: ClusterError) -> None:
        kind = type(subject).__name__
        self.metrics.failures.labels(kind, type(error).__name__).inc()
        self.once(subject, type(error).__name__, str(error))

    def announce(
        self, subject: Service | Warehouse, reason: str, message: str, *, warning: bool
    ) -> None:
        try:
            self.cluster.announce(subject, reason, message, warning=warning)
        except ClusterError as error:
            log.warning("event not written", object=str(who(subject)), error=str(error))


def who(subject: Service | Warehouse) -> tuple[str, str, str]:
    return (type(subject).__name__, subject.namespace, subject.name)


def is_bad(step: Step) -> bool:
    return step.action in (Action.ABORT, Action.SEND_BACK)


def sentence(step: Step) -> str:
    what = step.action.value
    if step.count:
        what += f" {step.count}"
    if step.rids:
        what += f" {', '.join(step.rids)}"
    return f"{what}: {step.message or step.reason.value}"


def described(subject: Service | Warehouse, step: Step, op: Operation | None) -> dict[str, object]:
    return {
        "object": str(Key(subject.namespace, subject.name)),
        "kind": type(subject).__name__,
        "action": step.action.value,
        "reason": step.reason.value,
        "state": step.state.value,
        "replicas": list(step.rids),
        "operation": op.id if op else None,
    }
