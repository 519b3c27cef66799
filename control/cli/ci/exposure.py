"""Which planned steps let more of the network in: rules become openings, and new ones count."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from control.cli.ci.granting import kind_of
from control.cli.ci.steps import UNKNOWN, Props, Step, at, listed, mappings
from control.cli.events import Change

EVERYBODY = ("0.0.0.0/0", "::/0")
INTERNAL_MARKS = (
    ("service.beta.kubernetes.io/aws-load-balancer-scheme", "internal"),
    ("service.beta.kubernetes.io/aws-load-balancer-internal", "true"),
)


@dataclass(frozen=True, kw_only=True, order=True)
class Opening:
    """`source` may reach `target`: a network, or the name of something."""

    target: str
    source: str
    arrow: str = "from"


def messages(step: Step) -> Iterator[str]:
    yield from unguarded(step)
    reader = READERS.get(kind_of(step.type))
    if reader is None or not step.new:
        return
    was = frozenset(reader(step.old)) if step.old else frozenset()
    for opening in sorted(frozenset(reader(step.new)) - was):
        if not any(contains(old, opening) for old in was):
            yield said(opening)


def said(opening: Opening) -> str:
    if opening.source in EVERYBODY:
        everybody = "the whole internet" if opening.arrow == "from" else "everything"
        return f"{opening.target} is open {opening.arrow} **{everybody}** (`{opening.source}`)"
    source = "an address not known yet" if UNKNOWN in opening.source else f"`{opening.source}`"
    return f"{opening.target} is open {opening.arrow} {source}"


def contains(old: Opening, new: Opening) -> bool:
    if (old.target, old.arrow) != (new.target, new.arrow):
        return False
    wide, narrow = network(old.source), network(new.source)
    if wide is None or narrow is None or wide.version != narrow.version:
        return old.source == new.source
    return bool(narrow.subnet_of(wide))  # type: ignore[arg-type]


def network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def cluster(props: Props) -> Iterator[Opening]:
    [config] = list(mappings(props.get("vpcConfig")))[:1] or [{}]
    if config.get("endpointPublicAccess", True):  # AWS opens it unless told otherwise
        for cidr in listed(config.get("publicAccessCidrs")) or ["0.0.0.0/0"]:
            yield Opening(target="the Kubernetes API server", source=str(cidr))


def inline_group(props: Props) -> Iterator[Opening]:
    for rule in mappings(props.get("ingress")):
        yield from sources(rule, rule.get("protocol"))


def group_rule(props: Props) -> Iterator[Opening]:
    if props.get("type") == "ingress":
        yield from sources(props, props.get("protocol"))


def ingress_rule(props: Props) -> Iterator[Opening]:
    yield from sources(props, props.get("ipProtocol"))


SOURCES = (
    "cidrBlocks",
    "ipv6CidrBlocks",
    "cidrIpv4",
    "cidrIpv6",
    "prefixListIds",
    "prefixListId",
    "securityGroups",
    "sourceSecurityGroupId",
    "referencedSecurityGroupId",
)


def sources(rule: Mapping[str, Any], protocol: Any) -> Iterator[Opening]:
    for name in SOURCES:
        for source in listed(rule.get(name)):
            yield Opening(target=ports(rule, protocol), source=str(source))


def ports(rule: Mapping[str, Any], protocol: Any) -> str:
    if str(protocol) in ("-1", "all"):
        return "every port"
    low, high = rule.get("fromPort"), rule.get("toPort")
    span = number(low) if low == high or high is None else f"{number(low)}-{number(high)}"
    return f"{protocol} {span}"


def number(value: Any) -> str:
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def service(props: Props) -> Iterator[Opening]:
    if at(props, "spec.type") != "LoadBalancer":
        return
    notes = at(props, "metadata.annotations") or {}
    inside = any(str(notes.get(key)) == value for key, value in INTERNAL_MARKS)
    target = f"the {'private' if inside else 'public'} load balancer"
    for cidr in listed(at(props, "spec.loadBalancerSourceRanges")) or ["0.0.0.0/0"]:
        yield Opening(target=target, source=str(cidr))


def network_policy(props: Props) -> Iterator[Opening]:
    for direction, ends, arrow in (("ingress", "from", "from"), ("egress", "to", "to")):
        for rule in mappings(at(props, f"spec.{direction}")):
            target = f"{policy_ports(rule)} {'into' if arrow == 'from' else 'out of'} its pods"
            for peer in list(mappings(rule.get(ends))) or [{"ipBlock": {"cidr": "0.0.0.0/0"}}]:
                yield Opening(target=target, source=policy_peer(peer), arrow=arrow)


def policy_ports(rule: Mapping[str, Any]) -> str:
    found = [
        f"{each.get('protocol', 'TCP').lower()} {number(each.get('port', 'any'))}"
        + (f"-{number(each['endPort'])}" if each.get("endPort") else "")
        for each in mappings(rule.get("ports"))
    ]
    return ", ".join(found) or "every port"


def policy_peer(peer: Mapping[str, Any]) -> str:
    if "ipBlock" in peer:
        return str(at(peer, "ipBlock.cidr"))
    texts = []
    for name, word in (("namespaceSelector", "namespaces"), ("podSelector", "pods")):
        if name in peer:
            labels = at(peer, f"{name}.matchLabels") or {}
            chosen = ", ".join(f"{key}={value}" for key, value in sorted(labels.items()))
            more = "" if not at(peer, f"{name}.matchExpressions") else " and expressions"
            texts.append(f"{word} {chosen or 'of any label'}{more}")
    return " / ".join(texts)


def own_service(props: Props) -> Iterator[Opening]:
    for entry in mappings(at(props, "spec.allowlist")):
        yield Opening(target="the service", source=str(entry.get("cidr")))


def route(props: Props) -> Iterator[Opening]:
    if str(props.get("gatewayId", "")).startswith("igw-"):
        network_ = props.get("destinationCidrBlock") or props.get("destinationIpv6CidrBlock")
        target = "its subnets have a direct route that"
        yield Opening(target=target, source=str(network_), arrow="to")


def subnet(props: Props) -> Iterator[Opening]:
    if props.get("mapPublicIpOnLaunch"):
        target = "whatever starts in it gets a public address and"
        yield Opening(target=target, source="0.0.0.0/0")


def load_balancer(props: Props) -> Iterator[Opening]:
    if not props.get("internal"):
        yield Opening(target="the load balancer", source="0.0.0.0/0")


def endpoint_service(props: Props) -> Iterator[Opening]:
    for principal in listed(props.get("allowedPrincipals")):
        yield Opening(target="the endpoint service", source=str(principal))


def peering(props: Props) -> Iterator[Opening]:
    yield Opening(target="the VPC", source=str(props.get("peerVpcId")))


READERS: Mapping[str, Callable[[Props], Iterator[Opening]]] = {
    "aws:eks/cluster:Cluster": cluster,
    "aws:ec2/securityGroup:SecurityGroup": inline_group,
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": inline_group,
    "aws:ec2/securityGroupRule:SecurityGroupRule": group_rule,
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": ingress_rule,
    "aws:ec2/route:Route": route,
    "aws:ec2/subnet:Subnet": subnet,
    "aws:lb/loadBalancer:LoadBalancer": load_balancer,
    "aws:ec2/vpcEndpointService:VpcEndpointService": endpoint_service,
    "aws:ec2/vpcPeeringConnection:VpcPeeringConnection": peering,
    "kubernetes:core:Service": service,
    "kubernetes:networking.k8s.io:NetworkPolicy": network_policy,
    "kubernetes:byoc.clickhouse.dev:Service": own_service,
}
BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
GUARDS = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
LIMITS = {
    BLOCK: "nothing blocks public access to the bucket any more",
    "kubernetes:networking.k8s.io:NetworkPolicy": "its pods are no longer restricted by it",
    "aws:ec2/networkAcl:NetworkAcl": "its subnets fall back to the default ACL, which is open",
    "aws:ec2/flowLog:FlowLog": "connections are no longer logged",
}


def unguarded(step: Step) -> Iterator[str]:
    """Restrictions that go, or become less."""
    kind = kind_of(step.type)
    if step.change is Change.DELETE and kind in LIMITS:
        yield f"is deleted: {LIMITS[kind]}"
    if kind == BLOCK and step.old and step.new:
        lifted = [name for name in GUARDS if step.old.get(name) and not step.new.get(name)]
        if lifted:
            yield f"the bucket may become public: {', '.join(f'`{name}`' for name in lifted)} off"
    if kind.endswith(":NetworkPolicy") and step.old and step.new:
        was, will = (set(listed(at(p, "spec.policyTypes"))) for p in (step.old, step.new))
        for type_ in sorted(was - will):
            yield f"no longer restricts {type_.lower()} of its pods"
