"""What runs in a deployment's cluster: nodes, workloads, warehouses, services."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from control.cli.errors import CliError
from control.cli.output import UNKNOWN
from control.cli.service_view import ServiceView, moment
from control.cli.warehouse_view import WarehouseView
from control.warehouses.names import NAMESPACE, POOL_LABEL, SERVICE_LABEL

if TYPE_CHECKING:
    from control.cli.cluster import Cluster, Kind

PART_OF = {"app.kubernetes.io/part-of": "clickhouse-byoc"}
ZONE_LABEL = "topology.kubernetes.io/zone"
TYPE_LABEL = "node.kubernetes.io/instance-type"
Document = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class NodeView:
    name: str
    ready: str
    pool: str
    zone: str
    type: str
    version: str
    created_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class WorkloadView:
    namespace: str
    kind: str
    name: str
    ready: int
    wanted: int
    reason: str = ""
    """Why it is not ready, as far as its pods tell."""

    @property
    def is_ready(self) -> bool:
        return self.ready >= self.wanted


@dataclass(frozen=True, kw_only=True)
class ClusterState:
    server: str
    reachable: bool
    problem: str = ""
    version: str = UNKNOWN
    nodes: tuple[NodeView, ...] | None = None
    """None is unknown here, as in the lists below."""
    workloads: tuple[WorkloadView, ...] | None = None
    warehouses: tuple[WarehouseView, ...] | None = None
    services: tuple[ServiceView, ...] | None = None


def read_cluster(cluster: Cluster) -> ClusterState:
    try:
        version = cluster.version()
    except CliError as error:
        return ClusterState(server=cluster.server, reachable=False, problem=error.problem)
    return ClusterState(
        server=cluster.server,
        reachable=True,
        version=version,
        nodes=known(lambda: nodes(cluster)),
        workloads=known(lambda: workloads(cluster)),
        warehouses=known(lambda: warehouses(cluster)),
        services=known(lambda: services(cluster)),
    )


def known(read: Any) -> Any:
    """None where the API server does not tell: a right is missing, or a kind is not there yet."""
    try:
        return tuple(read())
    except CliError:
        return None


def nodes(cluster: Cluster) -> list[NodeView]:
    from control.cli.cluster import NODE

    found = [node_view(each) for each in cluster.list(NODE)]
    return sorted(found, key=lambda node: (node.pool, node.zone, node.name))


def node_view(document: Document) -> NodeView:
    meta, status = document["metadata"], document.get("status") or {}
    labels: Mapping[str, str] = meta.get("labels") or {}
    conditions = {each["type"]: each["status"] for each in status.get("conditions") or ()}
    ready = {"True": "ready", "False": "not ready"}.get(conditions.get("Ready", ""), UNKNOWN)
    return NodeView(
        name=meta["name"],
        ready=ready,
        pool=labels.get(POOL_LABEL, UNKNOWN),
        zone=labels.get(ZONE_LABEL, UNKNOWN),
        type=labels.get(TYPE_LABEL, UNKNOWN),
        version=(status.get("nodeInfo") or {}).get("kubeletVersion") or UNKNOWN,
        created_at=moment(meta.get("creationTimestamp")),
    )


def workloads(cluster: Cluster) -> list[WorkloadView]:
    """Ours, without the replicas of services, which are told with their service."""
    from control.cli.cluster import DAEMON_SET, DEPLOYMENT, EVERYWHERE, POD, STATEFUL_SET

    pods = cluster.list(POD, EVERYWHERE, labels=PART_OF)
    found = []
    for kind in (DEPLOYMENT, STATEFUL_SET, DAEMON_SET):
        for each in cluster.list(kind, EVERYWHERE, labels=PART_OF):
            if SERVICE_LABEL not in (each["metadata"].get("labels") or {}):
                found.append(workload_view(kind, each, pods))
    return sorted(found, key=lambda each: (each.namespace, each.name))


def workload_view(kind: Kind, document: Document, pods: Sequence[Document]) -> WorkloadView:
    meta, spec, status = document["metadata"], document["spec"], document.get("status") or {}
    ready = status.get("readyReplicas", status.get("numberReady", 0))
    wanted = spec.get("replicas", status.get("desiredNumberScheduled", 0))
    selector = (spec.get("selector") or {}).get("matchLabels") or {}
    own = [
        pod
        for pod in pods
        if pod["metadata"]["namespace"] == meta["namespace"]
        and selector.items() <= (pod["metadata"].get("labels") or {}).items()
    ]
    reason = "" if ready >= wanted else first_reason(own)
    return WorkloadView(
        namespace=meta["namespace"],
        kind=kind.name,
        name=meta["name"],
        ready=ready,
        wanted=wanted,
        reason=reason,
    )


def first_reason(pods: Sequence[Document]) -> str:
    if not pods:
        return "no pods"
    return next((reason for pod in pods if (reason := pod_reason(pod))), "")


def pod_reason(pod: Document) -> str:
    status = pod.get("status") or {}
    containers = [
        *(status.get("initContainerStatuses") or ()),
        *(status.get("containerStatuses") or ()),
    ]
    for container in containers:
        waiting = (container.get("state") or {}).get("waiting")
        if waiting:
            return f"{container['name']}: {waiting.get('reason', 'waiting')}"
    for condition in status.get("conditions") or ():
        if condition["type"] == "PodScheduled" and condition["status"] == "False":
            return str(condition.get("message") or condition.get("reason") or "not scheduled")
    return ""


def warehouses(cluster: Cluster) -> list[WarehouseView]:
    from control.cli.warehouse import warehouses_of

    return warehouses_of(cluster, NAMESPACE)


def services(cluster: Cluster) -> list[ServiceView]:
    from control.cli.service_reading import services_of

    return services_of(cluster, NAMESPACE)
