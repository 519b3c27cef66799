"""Sizing with a clock and a past of the test's own, and with the deployed controller's rights."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from lightkube import Client, KubeConfig
from lightkube.config.models import User
from lightkube.models.authentication_v1 import TokenRequestSpec
from lightkube.models.meta_v1 import ObjectMeta
from lightkube.resources.core_v1 import Pod, ServiceAccountToken
from prometheus_client import CollectorRegistry

from control.controller.autoscaler.autoscaler import Autoscaler
from control.controller.autoscaler.instruments import Instruments
from control.controller.autoscaler.measured import LAG, Measured
from control.controller.autoscaler.prometheus import Prometheus
from control.controller.autoscaler.samples import ALIVE, CPU, INFO, QUERY, RESIDENT
from control.controller.kube_client import SERVICE, KubeClient
from control.scaling.sizing import GIB
from control.warehouses.names import API_VERSION, SERVICE_LABEL
from tests.genuine_prometheus import PastSeries
from tests.stack.checkout import Checkout
from tests.stack.operating import CONTROLLER, SERVICES, SYSTEM, edit_service, service, settle
from tests.stack.sql import NAMESPACE, WAREHOUSE
from tests.waiting import wait_for

BEGIN = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(hours=30)
"""Where a test's clock begins: what comes after it is already written down."""
PATIENCE_S = 300.0
"""Several stories are played at once, on whatever machine there is."""
PAST, FUTURE = timedelta(hours=31), timedelta(hours=29)

Load = Callable[[timedelta], float]
"""Cores in use by a service's busiest replica, so long after BEGIN."""


def past_of(loads: Mapping[str, Load]) -> Iterator[PastSeries]:
    """As the recording rules tell it: one replica of each service, and 2 GiB in use."""
    first = int((BEGIN - PAST).timestamp()) // 60
    last = int((BEGIN + FUTURE).timestamp()) // 60
    begin = int(BEGIN.timestamp()) // 60
    minutes = range(first, last + 1)
    for name, load in loads.items():
        cores = {minute: load(timedelta(minutes=minute - begin)) for minute in minutes}
        labels = {"namespace": NAMESPACE, "service": name, "replica": "before"}
        yield PastSeries(name=CPU, labels=labels, values=cores)
        for series, value in ((INFO, 1), (RESIDENT, 2 * GIB), (QUERY, GIB)):
            yield PastSeries(name=series, labels=labels, values=dict.fromkeys(minutes, value))
    yield PastSeries(name=ALIVE, labels={}, values=dict.fromkeys(minutes, 1))


def as_the_controller(stack: Checkout) -> Client:
    """A client with a token of the controller's own account, and so with no more rights."""
    asked = ServiceAccountToken(metadata=ObjectMeta(), spec=TokenRequestSpec(audiences=[]))
    made = stack.kube().create(asked, CONTROLLER, namespace=SYSTEM)
    assert made.status
    admin = KubeConfig.from_file(stack.state_dir / "pki" / "admin.kubeconfig").get()
    user = User(token=made.status.token)
    return Client(
        config=KubeConfig.from_one(cluster=admin.cluster, user=user, fname=admin.fname),
        field_manager="byoc-controller",
    )


class OneService(KubeClient):
    """Every story has a clock of its own, and leaves the other services alone."""

    def __init__(self, client: Client, name: str) -> None:
        super().__init__(client)
        self.name = name

    def list(self, kind: str, namespace: str, labels: Mapping[str, str]) -> list[dict[str, Any]]:
        found = super().list(kind, namespace, labels)
        return [one for one in found if kind != SERVICE or one["metadata"]["name"] == self.name]


@dataclass
class Sizing:
    """One service whose size follows its load."""

    stack: Checkout
    name: str
    autoscaler: Autoscaler
    now: datetime = BEGIN + LAG

    def tick(self, at: timedelta = timedelta(0)) -> str:
        """Look at it so long after BEGIN; the reason of what was decided."""
        self.now = BEGIN + LAG + at
        self.autoscaler.tick()
        return str((self.document["status"].get("recommendation") or {}).get("reason"))

    def reach(self, reason: str, gib: int, *, at: timedelta = timedelta(0)) -> None:
        """What is under way keeps a decision waiting, and is over some looks later."""
        wait_for(
            lambda: self.tick(at) == reason and self.wanted_gib == gib,
            within_s=60,
            what=f"{self.name} has {gib} GiB: {reason}",
        )

    def edit(self, **change: Any) -> None:
        edit_service(self.stack, self.name, **change)

    @property
    def document(self) -> dict[str, Any]:
        return service(self.stack, self.name)

    @property
    def wanted_gib(self) -> int:
        memory = self.document["spec"]["memory"]
        return int(memory.get("gib") or memory["minGib"])

    def settled_gib(self) -> int:
        """Memory that the pods have been given, once nothing is on its way."""
        settle(self.stack, self.name, within_s=PATIENCE_S)
        limits = {
            (container.resources.limits or {})["memory"]
            for pod in self.pods()
            for container in (pod.spec.containers if pod.spec else ())
            if container.resources
        }
        [limit] = limits
        return int(limit.removesuffix("Gi"))

    def pods(self) -> list[Pod]:
        labels = {SERVICE_LABEL: self.name}
        found = self.stack.kube().list(Pod, namespace=NAMESPACE, labels=labels)
        return [pod for pod in found if pod.metadata and not pod.metadata.deletionTimestamp]


def create(stack: Checkout, name: str, prometheus_url: str, kube: Client) -> Sizing:
    document = {
        "apiVersion": API_VERSION,
        "kind": "Service",
        "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": {
            "warehouse": WAREHOUSE,
            "role": "secondary",
            "replicas": 1,
            "memory": {"minGib": 8, "maxGib": 64, "gib": 8},
            "scaling": {"mode": "apply", "policy": "target_tracking"},
        },
    }
    stack.kube().create(SERVICES.from_dict(document), namespace=NAMESPACE)
    settle(stack, name, within_s=PATIENCE_S)
    sizing = Sizing(stack=stack, name=name, autoscaler=None)  # type: ignore[arg-type]
    sizing.autoscaler = Autoscaler(
        kube=OneService(kube, name),
        namespace=NAMESPACE,
        measured=Measured(Prometheus(prometheus_url)),
        instruments=Instruments(CollectorRegistry()),
        clock=lambda: sizing.now,
    )
    return sizing


def services(stack: Checkout) -> set[str]:
    found = stack.kube().list(SERVICES, namespace=NAMESPACE)
    return {one["metadata"]["name"] for one in found}
