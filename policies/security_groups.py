"""Inbound rules of security groups, in each of the three ways to write them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from policies.rule import Check, Props
from policies.shapes import listed

GROUP = "aws:ec2/securityGroup:SecurityGroup"
GROUP_RULE = "aws:ec2/securityGroupRule:SecurityGroupRule"
INGRESS_RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
INBOUND = (GROUP, GROUP_RULE, INGRESS_RULE)
ANYWHERE = frozenset({"0.0.0.0/0", "::/0"})
ALL_PROTOCOLS = frozenset({"-1", "all", "ALL"})


@dataclass(frozen=True, kw_only=True)
class Opening:
    cidrs: tuple[str, ...]
    protocol: str
    first_port: int
    last_port: int

    @property
    def is_world(self) -> bool:
        return bool(ANYWHERE.intersection(self.cidrs))

    @property
    def is_all(self) -> bool:
        return self.protocol in ALL_PROTOCOLS or (self.first_port <= 0 and self.last_port >= 65535)

    def covers(self, port: int) -> bool:
        return self.is_all or (
            self.protocol in {"tcp", "6"} and self.first_port <= port <= self.last_port
        )


def openings(props: Props) -> Iterator[Opening]:
    if "ipProtocol" in props:
        yield _opening(props, (props.get("cidrIpv4"), props.get("cidrIpv6")), props["ipProtocol"])
        return
    if props.get("type") == "ingress":
        yield _inline(props)
        return
    for rule in listed(props.get("ingress")):
        yield _inline(rule)


def _inline(rule: Mapping[str, Any]) -> Opening:
    cidrs = (*listed(rule.get("cidrBlocks")), *listed(rule.get("ipv6CidrBlocks")))
    return _opening(rule, cidrs, rule["protocol"])


def _opening(rule: Mapping[str, Any], cidrs: tuple[Any, ...], protocol: str) -> Opening:
    first, last = rule.get("fromPort"), rule.get("toPort")
    return Opening(
        cidrs=tuple(cidr for cidr in cidrs if cidr),
        protocol=str(protocol),
        first_port=-1 if first is None else int(first),
        last_port=-1 if last is None else int(last),
    )


def closed_to_world(port: int, what: str) -> Check:
    def check(props: Props) -> Iterator[str]:
        for opening in openings(props):
            if opening.is_world and opening.covers(port):
                yield f"{what} (port {port}) can be reached from {' and '.join(opening.cidrs)}."

    return check
