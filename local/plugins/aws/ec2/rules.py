"""Security group rules: a program's blocks of many sources, as single rules, and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from local.plugins.aws.cloud import Aws
from local.plugins.aws.ec2.base import Document
from local.plugins.provider import Property, Props, Schema

PROTOCOLS = {"all": "-1", "6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6"}


@dataclass(frozen=True, kw_only=True, order=True)
class Rule:
    """One source or destination. `kind` is the property that it stands under."""

    protocol: str
    from_port: int
    to_port: int
    kind: str
    peer: str
    description: str = ""

    SOURCES: ClassVar[Mapping[str, tuple[str, str]]] = {
        "cidrBlocks": ("IpRanges", "CidrIp"),
        "ipv6CidrBlocks": ("Ipv6Ranges", "CidrIpv6"),
        "prefixListIds": ("PrefixListIds", "PrefixListId"),
        "securityGroups": ("UserIdGroupPairs", "GroupId"),
    }

    def permission(self, owner: str | None = None) -> Document:
        plural, single = self.SOURCES[self.kind]
        peer = {single: self.peer}
        if self.description:
            peer["Description"] = self.description
        ports = (
            {} if self.protocol == "-1" else {"FromPort": self.from_port, "ToPort": self.to_port}
        )
        return {"IpProtocol": self.protocol, **ports, plural: [peer]}


def rules_of_blocks(blocks: Iterable[Props], group: str) -> set[Rule]:
    return {rule for block in blocks for rule in rules_of_block(block, group)}


def rules_of_block(block: Props, group: str) -> Iterable[Rule]:
    protocol = normal_protocol(block["protocol"])
    for kind in Rule.SOURCES:
        peers = list(block.get(kind) or [])
        if kind == "securityGroups" and block.get("self"):
            peers.append(group)
        for peer in peers:
            yield Rule(
                protocol=protocol,
                from_port=0 if protocol == "-1" else int(block["fromPort"]),
                to_port=0 if protocol == "-1" else int(block["toPort"]),
                kind=kind,
                peer=peer,
                description=block.get("description") or "",
            )


def rules_of_permissions(permissions: Iterable[Document]) -> set[Rule]:
    found = set()
    for permission in permissions:
        for kind, (plural, single) in Rule.SOURCES.items():
            for peer in permission.get(plural, []):
                found.add(
                    Rule(
                        protocol=normal_protocol(permission["IpProtocol"]),
                        from_port=max(permission.get("FromPort") or 0, 0)
                        if permission["IpProtocol"] == "-1"
                        else permission.get("FromPort", -1),
                        to_port=max(permission.get("ToPort") or 0, 0)
                        if permission["IpProtocol"] == "-1"
                        else permission.get("ToPort", -1),
                        kind=kind,
                        peer=peer[single],
                        description=peer.get("Description") or "",
                    )
                )
    return found


def blocks_of_rules(rules: Iterable[Rule], group: str) -> list[Props]:
    """Blocks in a stable order: one per protocol, ports and description."""
    blocks: dict[tuple[Any, ...], Props] = {}
    for rule in sorted(rules):
        key = (rule.protocol, rule.from_port, rule.to_port, rule.description)
        block = blocks.setdefault(
            key,
            {"protocol": rule.protocol, "fromPort": rule.from_port, "toPort": rule.to_port}
            | ({"description": rule.description} if rule.description else {}),
        )
        if rule.kind == "securityGroups" and rule.peer == group:
            block["self"] = True
        else:
            block.setdefault(rule.kind, []).append(rule.peer)
    return list(blocks.values())


def same_rules(old: Any, new: Any) -> bool:
    """Blocks that admit the same, however they are written."""
    if not isinstance(old, list) or not isinstance(new, list):
        return bool(old == new)
    return rules_of_blocks(old, "self") == rules_of_blocks(new, "self")


def normal_protocol(protocol: object) -> str:
    name = str(protocol).lower()
    return PROTOCOLS.get(name, name)


def allow(aws: Aws, group: str, direction: str, rules: Iterable[Rule]) -> None:
    permissions = [rule.permission() for rule in sorted(rules)]
    if permissions:
        call = getattr(aws.client("ec2"), f"authorize_security_group_{direction}")
        call(GroupId=group, IpPermissions=permissions)


def revoke(aws: Aws, group: str, direction: str, rules: Iterable[Rule]) -> None:
    permissions = [rule.permission() for rule in sorted(rules)]
    if permissions:
        call = getattr(aws.client("ec2"), f"revoke_security_group_{direction}")
        call(GroupId=group, IpPermissions=permissions)


BLOCK: Schema = {
    "protocol": Property(required=True),
    "fromPort": Property(required=True),
    "toPort": Property(required=True),
    "cidrBlocks": Property(),
    "ipv6CidrBlocks": Property(),
    "prefixListIds": Property(),
    "securityGroups": Property(),
    "self": Property(),
    "description": Property(),
}
