"""Every connection that the deployment allows, one row each. What has no row is refused."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from components.kubernetes.names import Feature, Namespace


@dataclass(frozen=True, kw_only=True)
class Pods:
    """The pods of one app, or of a whole namespace."""

    namespace: Namespace
    app: str | None = None


class Network(StrEnum):
    """Ends of a connection that are no pods of ours."""

    DNS = "the cluster's name service"
    API_SERVER = "the Kubernetes API server"
    VPC = "nodes and load balancers of the VPC"
    POD_IDENTITY = "the node's agent that hands out cloud credentials"
    PUBLIC_CLIENTS = "networks listed for the public load balancer"
    PRIVATE_CLIENTS = "networks listed for the private load balancer"
    ANYWHERE = "any address but the instance metadata service"


@dataclass(frozen=True, kw_only=True)
class Port:
    number: int
    protocol: Literal["TCP", "UDP"] = "TCP"
    last: int | None = None
    """The end of a range that begins at `number`."""


@dataclass(frozen=True, kw_only=True)
class Flow:
    source: Pods | Network
    target: Pods | Network
    ports: tuple[Port, ...]
    why: str
    features: frozenset[Feature] = frozenset()
    """All of these must be there."""


def flow(
    source: Pods | Network,
    target: Pods | Network,
    ports: tuple[Port, ...],
    why: str,
    *features: Feature,
) -> Flow:
    return Flow(source=source, target=target, ports=ports, why=why, features=frozenset(features))


def tcp(*numbers: int) -> tuple[Port, ...]:
    return tuple(Port(number=number) for number in numbers)


CONTROLLER = Pods(namespace=Namespace.SYSTEM, app="controller")
ACTIVATOR = Pods(namespace=Namespace.CLICKHOUSE, app="activator")
STATE_EXPORTER = Pods(namespace=Namespace.SYSTEM, app="state-exporter")
USAGE_SCRAPER = Pods(namespace=Namespace.SYSTEM, app="usage-scraper")
PROMETHEUS = Pods(namespace=Namespace.MONITORING, app="prometheus")
ALERTMANAGER = Pods(namespace=Namespace.MONITORING, app="alertmanager")
GRAFANA = Pods(namespace=Namespace.MONITORING, app="grafana")
KUBE_STATE_METRICS = Pods(namespace=Namespace.MONITORING, app="kube-state-metrics")
INGRESS = Pods(namespace=Namespace.INGRESS, app="ingress")
TAILSCALE = Pods(namespace=Namespace.TAILSCALE, app="tailscale")
CLUSTER_AUTOSCALER = Pods(namespace=Namespace.SYSTEM, app="cluster-autoscaler")
SERVERS = Pods(namespace=Namespace.CLICKHOUSE, app="clickhouse-server")
KEEPERS = Pods(namespace=Namespace.CLICKHOUSE, app="clickhouse-keeper")

DNS = (Port(number=53, protocol="UDP"), Port(number=53))
STUN = (Port(number=3478, protocol="UDP"),)
HTTPS = tcp(443)
CREDENTIALS = tcp(80)
SQL = tcp(8123, 9000)
CLIENT_PORTS = tcp(8443, 9440)
SLEEPERS = (Port(number=20_000, last=29_999),)
"""Two ports of the activator for each service that may sleep."""
HEALTH = tcp(8080)
KUBELET = tcp(10250)

M, T = Feature.MONITORING, Feature.TAILSCALE
N = Feature.CLUSTER_AUTOSCALER

FLOWS = (
    *(
        flow(Pods(namespace=namespace), Network.DNS, DNS, "Names of services and buckets.")
        for namespace in Namespace
    ),
    # The controller
    flow(CONTROLLER, Network.API_SERVER, HTTPS, "Reads wanted state, writes objects and status."),
    flow(CONTROLLER, SERVERS, SQL, "Readiness, joining databases, draining before removal."),
    flow(CONTROLLER, KEEPERS, tcp(9363), "Whether members are synced, before one comes or goes."),
    flow(CONTROLLER, PROMETHEUS, tcp(9090), "Load of services, for their sizing.", M),
    flow(CONTROLLER, Network.POD_IDENTITY, CREDENTIALS, "Credentials for the two rows below."),
    flow(
        CONTROLLER,
        Network.ANYWHERE,
        HTTPS,
        "S3: removes expired backups, and the data of a deleted warehouse; KMS: data keys.",
    ),
    # The activator, in front of services that sleep
    flow(ACTIVATOR, Network.API_SERVER, HTTPS, "Follows services and calls them awake."),
    flow(ACTIVATOR, SERVERS, SQL + CLIENT_PORTS, "Passes on clients that it held."),
    flow(INGRESS, ACTIVATOR, SLEEPERS, "Clients of services that sleep.", Feature.INGRESS),
    # The autoscaler of nodes
    flow(CLUSTER_AUTOSCALER, Network.API_SERVER, HTTPS, "Sees pods and nodes, evicts.", N),
    flow(CLUSTER_AUTOSCALER, Network.POD_IDENTITY, CREDENTIALS, "Credentials for AWS.", N),
    flow(CLUSTER_AUTOSCALER, Network.ANYWHERE, HTTPS, "AWS: sizes of the groups of nodes.", N),
    # ClickHouse
    flow(SERVERS, SERVERS, tcp(8123, 9000, 9009), "Distributed queries and part exchange."),
    flow(SERVERS, KEEPERS, tcp(9181), "Coordination of replicas, access, DDL."),
    flow(KEEPERS, KEEPERS, tcp(9234), "Raft between members."),
    flow(SERVERS, Network.POD_IDENTITY, CREDENTIALS, "Credentials for the buckets."),
    flow(
        SERVERS,
        Network.ANYWHERE,
        HTTPS,
        "S3: data, backups, tables that users read; KMS: data keys.",
    ),
    # Clients
    flow(Network.PUBLIC_CLIENTS, INGRESS, CLIENT_PORTS, "Clients, TLS only.", Feature.INGRESS),
    flow(Network.PRIVATE_CLIENTS, INGRESS, CLIENT_PORTS, "Clients, TLS only.", Feature.INGRESS),
    flow(Network.VPC, INGRESS, HEALTH, "The load balancers' health checks.", Feature.INGRESS),
    flow(INGRESS, SERVERS, SQL, "Queries of clients, routed by name.", Feature.INGRESS),
    # Metrics
    flow(PROMETHEUS, Network.API_SERVER, HTTPS, "Finds pods and nodes.", M),
    flow(PROMETHEUS, Network.VPC, KUBELET, "CPU and memory of containers.", M),
    flow(PROMETHEUS, SERVERS, tcp(9363), "Metrics.", M),
    flow(PROMETHEUS, KEEPERS, tcp(9363), "Metrics.", M),
    flow(PROMETHEUS, CONTROLLER, tcp(9100), "Metrics.", M),
    flow(PROMETHEUS, ACTIVATOR, tcp(9100), "Metrics.", M),
    flow(PROMETHEUS, STATE_EXPORTER, tcp(9100), "Metrics.", M),
    flow(PROMETHEUS, USAGE_SCRAPER, tcp(9100), "Metrics.", M),
    flow(PROMETHEUS, PROMETHEUS, tcp(9090), "Metrics of itself and of its peer.", M),
    flow(PROMETHEUS, ALERTMANAGER, tcp(9093), "Alerts, and metrics.", M),
    flow(PROMETHEUS, KUBE_STATE_METRICS, tcp(8080), "State of our objects.", M),
    flow(PROMETHEUS, GRAFANA, tcp(3000), "Metrics.", M),
    flow(PROMETHEUS, CLUSTER_AUTOSCALER, tcp(8085), "Metrics.", M, N),
    flow(PROMETHEUS, INGRESS, tcp(9102), "Metrics.", M, Feature.INGRESS),
    flow(PROMETHEUS, Network.POD_IDENTITY, CREDENTIALS, "Credentials.", M, Feature.THANOS),
    flow(PROMETHEUS, Network.ANYWHERE, HTTPS, "S3: blocks of samples.", M, Feature.THANOS),
    flow(KUBE_STATE_METRICS, Network.API_SERVER, HTTPS, "Watches our objects.", M),
    flow(ALERTMANAGER, ALERTMANAGER, tcp(9094), "Peers agree who notifies.", M),
    flow(GRAFANA, PROMETHEUS, tcp(9090), "Queries of dashboards.", M),
    # The three flows that leave the deployment
    flow(ALERTMANAGER, Network.ANYWHERE, HTTPS, "Alerts to the configured receiver.", M),
    flow(STATE_EXPORTER, Network.API_SERVER, HTTPS, "Reads the state of services.", M),
    flow(STATE_EXPORTER, Network.POD_IDENTITY, CREDENTIALS, "Credentials for the queue.", M),
    flow(STATE_EXPORTER, Network.ANYWHERE, HTTPS, "State of services to the operator.", M),
    flow(USAGE_SCRAPER, Network.API_SERVER, HTTPS, "Reads which replicas run.", M),
    flow(USAGE_SCRAPER, Network.POD_IDENTITY, CREDENTIALS, "Credentials for the bucket.", M),
    flow(USAGE_SCRAPER, Network.ANYWHERE, HTTPS, "Usage figures to the operator.", M),
    # Tailscale: outwards only, and further only to what an engineer needs to look at
    flow(TAILSCALE, Network.ANYWHERE, HTTPS, "Coordination server and relays.", T),
    flow(TAILSCALE, Network.ANYWHERE, STUN, "Finds a direct path to the other end.", T),
    flow(TAILSCALE, Network.API_SERVER, HTTPS, "Its state; kubectl of approved engineers.", T),
    flow(TAILSCALE, PROMETHEUS, tcp(9090), "Metrics for approved engineers.", T, M),
    flow(TAILSCALE, ALERTMANAGER, tcp(9093), "Alerts for approved engineers.", T, M),
    flow(TAILSCALE, GRAFANA, tcp(3000), "Dashboards for approved engineers.", T, M),
)


def declared_flows(features: frozenset[Feature]) -> tuple[Flow, ...]:
    """The rows that hold where exactly these parts are there."""
    return tuple(row for row in FLOWS if row.features <= features)
