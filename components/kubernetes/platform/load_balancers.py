"""The load balancers in front of the ingress: the only way into the cluster from outside."""

from dataclasses import dataclass
from enum import StrEnum

import pulumi
import pulumi_kubernetes as k8s

from components.kubernetes.deployment import Deployment
from components.kubernetes.labels import metadata, selector
from components.kubernetes.names import Namespace
from components.kubernetes.platform.args import LoadBalancerArgs, LoadBalancerController
from components.kubernetes.workload import Children

HOSTS_ANNOTATION = "external-dns.alpha.kubernetes.io/hostname"
ANNOTATION = "service.beta.kubernetes.io/aws-load-balancer"


class Exposure(StrEnum):
    PUBLIC = "public"
    PRIVATE = "private"


@dataclass(frozen=True, kw_only=True)
class EntryPort:
    name: str
    number: int


ENTRY_PORTS = (EntryPort(name="https", number=8443), EntryPort(name="native", number=9440))

# Who makes the load balancer reads its own words, and knows nothing of the other's.
COMMON = {f"{ANNOTATION}-cross-zone-load-balancing-enabled": "true"}
CLOUD_PROVIDER = COMMON | {f"{ANNOTATION}-type": "nlb"}
AWS_CONTROLLER = COMMON | {
    f"{ANNOTATION}-type": "external",
    f"{ANNOTATION}-nlb-target-type": "ip",
    f"{ANNOTATION}-target-group-attributes": "preserve_client_ip.enabled=true",
    f"{ANNOTATION}-healthcheck-protocol": "http",
    f"{ANNOTATION}-healthcheck-port": "8080",
    f"{ANNOTATION}-healthcheck-path": "/ping",
}
ANNOTATIONS = {
    (LoadBalancerController.CLOUD_PROVIDER, Exposure.PUBLIC): CLOUD_PROVIDER,
    (LoadBalancerController.CLOUD_PROVIDER, Exposure.PRIVATE): CLOUD_PROVIDER
    | {f"{ANNOTATION}-internal": "true"},
    (LoadBalancerController.AWS_LOAD_BALANCER_CONTROLLER, Exposure.PUBLIC): AWS_CONTROLLER
    | {f"{ANNOTATION}-scheme": "internet-facing"},
    (LoadBalancerController.AWS_LOAD_BALANCER_CONTROLLER, Exposure.PRIVATE): AWS_CONTROLLER
    | {f"{ANNOTATION}-scheme": "internal"},
}

# Whom an endpoint service lets in, it decides itself; they come from addresses inside the VPC.
OFFERED = {
    LoadBalancerController.CLOUD_PROVIDER: dict[str, str](),
    LoadBalancerController.AWS_LOAD_BALANCER_CONTROLLER: {
        f"{ANNOTATION}-inbound-sg-rules-on-private-link-traffic": "off"
    },
}


def create_load_balancer(
    children: Children,
    deployment: Deployment,
    args: LoadBalancerArgs,
    *,
    exposure: Exposure,
    controller: LoadBalancerController,
    app: str,
    awaited: bool,
) -> pulumi.Output[str]:
    """Make one load balancer; return the host name it got, empty while it has none."""
    name = f"{app}-{exposure}"
    service = k8s.core.v1.Service(
        f"{children.prefix}-{name}",
        metadata=metadata(
            deployment,
            name,
            "ingress",
            namespace=Namespace.INGRESS,
            annotations=ANNOTATIONS[controller, exposure]
            | (OFFERED[controller] if args.offered else {})
            | notes(deployment, args, exposure),
            awaited=awaited or args.offered,
        ),
        spec={
            "type": "LoadBalancer",
            "selector": selector(app),
            "load_balancer_source_ranges": list(args.source_ranges),
            # Keeps the client's address, which the source ranges and allow-lists speak of.
            "external_traffic_policy": "Local",
            "ports": [
                {
                    "name": port.name,
                    "port": port.number,
                    "target_port": port.name,
                    "protocol": "TCP",
                }
                for port in ENTRY_PORTS
            ],
        },
        opts=children.options(),
    )
    status: pulumi.Output[k8s.core.v1.outputs.ServiceStatus | None] = service.status
    return status.apply(host_name)


def notes(deployment: Deployment, args: LoadBalancerArgs, exposure: Exposure) -> dict[str, str]:
    names = {HOSTS_ANNOTATION: ",".join(args.hosts)} if args.hosts else {}
    tags = ",".join(f"{key}={value}" for key, value in tags_of(deployment.name, exposure).items())
    return {f"{ANNOTATION}-additional-resource-tags": tags} | names


def private_load_balancer_tags(deployment: str) -> dict[str, str]:
    """By which it is told from every other one of the account, whoever made it."""
    return tags_of(deployment, Exposure.PRIVATE)


def tags_of(deployment: str, exposure: Exposure) -> dict[str, str]:
    return {
        "clickhouse-byoc": "true",
        "clickhouse-byoc-deployment": deployment,
        "clickhouse-byoc-exposure": exposure.value,
    }


def host_name(status: k8s.core.v1.outputs.ServiceStatus | None) -> str:
    balancer = status.load_balancer if status else None
    ingress = (balancer.ingress or []) if balancer else []
    names = [entry.hostname or entry.ip or "" for entry in ingress]
    return names[0] if names else ""
