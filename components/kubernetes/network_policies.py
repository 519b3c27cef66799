"""Network policies: nothing is allowed but the declared flows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi_kubernetes as k8s

from components.kubernetes.deployment import Addresses, Deployment
from components.kubernetes.flows import Flow, Network, Pods, Port
from components.kubernetes.labels import NAMESPACE_NAME_LABEL, metadata, selector
from components.kubernetes.names import Namespace
from components.kubernetes.workload import Children

COMPONENT = "network"
EVERYWHERE = "0.0.0.0/0"
METADATA_SERVICE = "169.254.169.254/32"
POD_IDENTITY_AGENT = "169.254.170.23/32"
NAME_SERVICE = {
    "namespace_selector": {"match_labels": {NAMESPACE_NAME_LABEL: "kube-system"}},
    "pod_selector": {"match_labels": {"k8s-app": "kube-dns"}},
}

Rule = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Clients:
    """Networks that may connect through the load balancers."""

    public: tuple[str, ...] = ()
    private: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """Where the ends of a flow are that are no pods of ours."""

    addresses: Addresses
    clients: Clients = field(default_factory=Clients)

    def peers(self, network: Network) -> list[Rule]:
        if network is Network.DNS:
            return [NAME_SERVICE]
        if network is Network.ANYWHERE:
            return [{"ip_block": {"cidr": EVERYWHERE, "except": [METADATA_SERVICE]}}]
        cidrs: Mapping[Network, Sequence[str]] = {
            # The service address is translated before or after the policy, by plugin: both.
            Network.API_SERVER: (*self.addresses.vpc_cidrs, self.addresses.service_cidr),
            Network.VPC: self.addresses.vpc_cidrs,
            Network.POD_IDENTITY: (POD_IDENTITY_AGENT,),
            Network.PUBLIC_CLIENTS: self.clients.public,
            Network.PRIVATE_CLIENTS: self.clients.private,
        }
        return [{"ip_block": {"cidr": cidr}} for cidr in cidrs[network]]

    def ports(self, end: Pods | Network, ports: tuple[Port, ...]) -> list[Rule]:
        numbers = list(ports)
        api_server = Port(number=self.addresses.api_server_port)
        if end is Network.API_SERVER and api_server not in numbers:
            numbers.append(api_server)
        return [
            {"port": port.number, "protocol": port.protocol}
            | ({"end_port": port.last} if port.last else {})
            for port in numbers
        ]


def create_default_deny(children: Children, deployment: Deployment) -> None:
    for namespace in Namespace:
        k8s.networking.v1.NetworkPolicy(
            f"{children.prefix}-{namespace}-default-deny",
            metadata=metadata(deployment, "default-deny", COMPONENT, namespace=namespace),
            spec={"pod_selector": {}, "policy_types": ["Ingress", "Egress"]},
            opts=children.options(),
        )


def create_flow_policies(
    children: Children,
    deployment: Deployment,
    flows: tuple[Flow, ...],
    surroundings: Surroundings,
    namespaces: tuple[Namespace, ...],
) -> None:
    """Allow the flows that begin or end in these namespaces, one policy per app."""
    for namespace in namespaces:
        for pods in pods_of(namespace, flows):
            name = pods.app or "all-pods"
            k8s.networking.v1.NetworkPolicy(
                f"{children.prefix}-{namespace}-{name}",
                metadata=metadata(deployment, name, COMPONENT, namespace=namespace),
                spec=policy_spec(pods, flows, surroundings),
                opts=children.options(),
            )


def pods_of(namespace: Namespace, flows: tuple[Flow, ...]) -> list[Pods]:
    """Whose connections the flows speak of in this namespace, in the order of the rows."""
    ends = [end for flow in flows for end in (flow.source, flow.target)]
    return list(
        dict.fromkeys(end for end in ends if isinstance(end, Pods) and end.namespace == namespace)
    )


def policy_spec(pods: Pods, flows: tuple[Flow, ...], surroundings: Surroundings) -> Rule:
    inbound = [
        {"from": peers, "ports": surroundings.ports(flow.target, flow.ports)}
        for flow in flows
        if flow.target == pods and (peers := _peers(flow.source, surroundings))
    ]
    outbound = [
        {"to": peers, "ports": surroundings.ports(flow.target, flow.ports)}
        for flow in flows
        if flow.source == pods and (peers := _peers(flow.target, surroundings))
    ]
    return {
        "pod_selector": _pod_selector(pods),
        "policy_types": ["Ingress", "Egress"],
        "ingress": inbound,
        "egress": outbound,
    }


def _peers(end: Pods | Network, surroundings: Surroundings) -> list[Rule]:
    if isinstance(end, Network):
        return surroundings.peers(end)
    return [
        {
            "namespace_selector": {"match_labels": {NAMESPACE_NAME_LABEL: end.namespace}},
            "pod_selector": _pod_selector(end),
        }
    ]


def _pod_selector(pods: Pods) -> Rule:
    return {"match_labels": selector(pods.app)} if pods.app else {}
