"""Security group rules as resources: the old kind of many sources, and one source each."""

from __future__ import annotations

import json
import zlib
from collections.abc import Collection
from typing import ClassVar

from local.plugins.aws.cloud import Aws
from local.plugins.aws.documents import pascal
from local.plugins.aws.ec2.base import Document, Ec2Resource, filters, tags_of
from local.plugins.aws.ec2.rules import (
    Rule,
    allow,
    normal_protocol,
    revoke,
    rules_of_block,
    rules_of_permissions,
)
from local.plugins.aws.ec2.security_groups import DIRECTIONS, look
from local.plugins.provider import PluginError, Property, Props, Schema, in_any_order

SOURCES = ("cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId")
PORTS = ("fromPort", "toPort")


def same_protocol(old: object, new: object) -> bool:
    return normal_protocol(old) == normal_protocol(new)


class SecurityGroupRule(Ec2Resource):
    tagged = False
    properties: ClassVar[Schema] = {
        "type": Property(required=True, replaces=True),
        "securityGroupId": Property(required=True, replaces=True),
        "protocol": Property(required=True, replaces=True, same=same_protocol),
        "fromPort": Property(required=True, replaces=True),
        "toPort": Property(required=True, replaces=True),
        "cidrBlocks": Property(replaces=True, same=in_any_order),
        "ipv6CidrBlocks": Property(replaces=True, same=in_any_order),
        "prefixListIds": Property(replaces=True, same=in_any_order),
        "sourceSecurityGroupId": Property(computed=True, replaces=True),
        "self": Property(default=False, replaces=True),
        "description": Property(),
        "securityGroupRuleId": Property(read_only=True),
    }

    def rules(self, props: Props) -> set[Rule]:
        block = dict(props)
        if source := props.get("sourceSecurityGroupId"):
            block["securityGroups"] = [source]
        return set(rules_of_block(block, props["securityGroupId"]))

    def make(self, aws: Aws, inputs: Props) -> str:
        allow(aws, inputs["securityGroupId"], inputs["type"], self.rules(inputs))
        return rule_id(inputs)

    def find(self, aws: Aws, id_: str, known: Props) -> Props | None:
        known = known or from_import_id(id_)
        group, direction = known["securityGroupId"], known["type"]
        live = rules_of_permissions(look(aws, group).get(DIRECTIONS[direction], []))
        wanted = self.rules(known)
        found = [r for r in live if any(same_place(r, w) for w in wanted)]
        if not found:
            return None
        peers = {kind: [r.peer for r in found if r.kind == kind] for kind in Rule.SOURCES}
        groups = peers.pop("securityGroups")
        told: Props = {name: sorted(values) for name, values in peers.items() if values}
        told["id"] = rule_id(known) if id_.startswith("sg-") else id_
        told |= {name: known[name] for name in ("type", "securityGroupId", *PORTS)}
        told["protocol"] = normal_protocol(known["protocol"])
        told["self"] = group in groups and bool(known.get("self"))
        if (source := known.get("sourceSecurityGroupId")) in groups:
            told["sourceSecurityGroupId"] = source
        descriptions = {rule.description for rule in found}
        if descriptions != {""}:
            told["description"] = sorted(descriptions)[-1]
        return told | self.single_rule(aws, group, direction, found)

    def single_rule(self, aws: Aws, group: str, direction: str, found: list[Rule]) -> Props:
        """AWS numbers single sources: a resource of one has its number."""
        if len(found) != 1:
            return {}
        rules = aws.client("ec2").describe_security_group_rules(Filters=filters(group_id=group))
        for rule in rules["SecurityGroupRules"]:
            if rule["IsEgress"] == (direction == "egress") and matches(rule, found[0]):
                return {"securityGroupRuleId": rule["SecurityGroupRuleId"]}
        return {}

    def change(
        self, aws: Aws, id_: str, changed: Collection[str], inputs: Props, live: Props
    ) -> None:
        group, direction = inputs["securityGroupId"], inputs["type"]
        call = getattr(aws.client("ec2"), f"update_security_group_rule_descriptions_{direction}")
        call(GroupId=group, IpPermissions=[r.permission() for r in sorted(self.rules(inputs))])

    def remove(self, aws: Aws, id_: str, known: Props) -> None:
        group, direction = known["securityGroupId"], known["type"]
        live = rules_of_permissions(look(aws, group).get(DIRECTIONS[direction], []))
        wanted = self.rules(known)
        revoke(aws, group, direction, {r for r in live if any(same_place(r, w) for w in wanted)})


def rule_id(props: Props) -> str:
    names = ("type", "securityGroupId", "protocol", *PORTS, *Rule.SOURCES, "self")
    parts = [props.get(name) for name in (*names, "sourceSecurityGroupId")]
    return f"sgrule-{zlib.crc32(json.dumps(parts).encode())}"


def from_import_id(id_: str) -> Props:
    """`sg-1_ingress_tcp_8000_8000_10.0.0.0/8_self_sg-2_pl-3`: a group's rule and its sources."""
    parts = id_.split("_")
    if len(parts) < 6 or parts[1] not in DIRECTIONS:
        raise PluginError(f"{id_!r} is not the id of a rule: GROUP_ingress_PROTOCOL_FROM_TO_SOURCE")
    known: Props = dict(zip(("securityGroupId", "type", "protocol"), parts, strict=False))
    known |= {"fromPort": int(parts[3]), "toPort": int(parts[4]), "self": "self" in parts[5:]}
    for source in parts[5:]:
        if source.startswith("sg-"):
            known["sourceSecurityGroupId"] = source
        elif source.startswith("pl-"):
            known.setdefault("prefixListIds", []).append(source)
        elif source != "self":
            kind = "ipv6CidrBlocks" if ":" in source else "cidrBlocks"
            known.setdefault(kind, []).append(source)
    return known


def same_place(one: Rule, other: Rule) -> bool:
    """The same but for the description."""

    def place(rule: Rule) -> tuple[object, ...]:
        return rule.protocol, rule.from_port, rule.to_port, rule.kind, rule.peer

    return place(one) == place(other)


def matches(found: Document, rule: Rule) -> bool:
    peers = {
        found.get("CidrIpv4"),
        found.get("CidrIpv6"),
        found.get("PrefixListId"),
        (found.get("ReferencedGroupInfo") or {}).get("GroupId"),
    }
    same_ports = rule.protocol == "-1" or (
        (found.get("FromPort"), found.get("ToPort")) == (rule.from_port, rule.to_port)
    )
    protocol = normal_protocol(found["IpProtocol"])
    return rule.peer in peers and protocol == rule.protocol and same_ports


class SecurityGroupIngressRule(Ec2Resource):
    kind = "security-group-rule"
    direction: ClassVar[str] = "ingress"
    properties: ClassVar[Schema] = {
        "securityGroupId": Property(required=True, replaces=True),
        "ipProtocol": Property(required=True, same=same_protocol),
        **{name: Property() for name in (*SOURCES, *PORTS, "description")},
        "arn": Property(read_only=True),
        "securityGroupRuleId": Property(read_only=True),
    }

    def make(self, aws: Aws, inputs: Props) -> str:
        call = getattr(aws.client("ec2"), f"authorize_security_group_{self.direction}")
        made = call(
            GroupId=inputs["securityGroupId"],
            IpPermissions=[self.permission(inputs)],
            **self.tag_specifications(inputs),
        )
        return str(made["SecurityGroupRules"][0]["SecurityGroupRuleId"])

    def permission(self, inputs: Props) -> Document:
        kinds = dict(zip(SOURCES, Rule.SOURCES.values(), strict=True))
        peers = {
            plural: [{single: inputs[name]} | description(inputs)]
            for name, (plural, single) in kinds.items()
            if inputs.get(name)
        }
        ports = {pascal(name): inputs[name] for name in PORTS if inputs.get(name) is not None}
        return {"IpProtocol": normal_protocol(inputs["ipProtocol"]), **ports, **peers}

    def find(self, aws: Aws, id_: str, known: Props) -> Props | None:
        found = aws.client("ec2").describe_security_group_rules(SecurityGroupRuleIds=[id_])
        if not found["SecurityGroupRules"]:
            return None
        rule = found["SecurityGroupRules"][0]
        told = {
            "securityGroupId": rule["GroupId"],
            "ipProtocol": rule["IpProtocol"],
            "cidrIpv4": rule.get("CidrIpv4"),
            "cidrIpv6": rule.get("CidrIpv6"),
            "prefixListId": rule.get("PrefixListId"),
            "referencedSecurityGroupId": (rule.get("ReferencedGroupInfo") or {}).get("GroupId"),
            "description": rule.get("Description"),
            "securityGroupRuleId": id_,
            "arn": aws.arn("ec2", f"security-group-rule/{id_}"),
            "tags": tags_of(rule),
        }
        if normal_protocol(rule["IpProtocol"]) != "-1":
            told |= {"fromPort": rule.get("FromPort"), "toPort": rule.get("ToPort")}
        return {name: value for name, value in told.items() if value not in (None, "")}

    def change(
        self, aws: Aws, id_: str, changed: Collection[str], inputs: Props, live: Props
    ) -> None:
        wanted = {
            "IpProtocol": normal_protocol(inputs["ipProtocol"]),
            "FromPort": inputs.get("fromPort", -1),
            "ToPort": inputs.get("toPort", -1),
            "ReferencedGroupId": inputs.get("referencedSecurityGroupId"),
            "CidrIpv4": inputs.get("cidrIpv4"),
            "CidrIpv6": inputs.get("cidrIpv6"),
            "PrefixListId": inputs.get("prefixListId"),
            "Description": inputs.get("description"),
        }
        rule = {name: value for name, value in wanted.items() if value is not None}
        aws.client("ec2").modify_security_group_rules(
            GroupId=inputs["securityGroupId"],
            SecurityGroupRules=[{"SecurityGroupRuleId": id_, "SecurityGroupRule": rule}],
        )

    def remove(self, aws: Aws, id_: str, known: Props) -> None:
        call = getattr(aws.client("ec2"), f"revoke_security_group_{self.direction}")
        call(GroupId=known["securityGroupId"], SecurityGroupRuleIds=[id_])


class SecurityGroupEgressRule(SecurityGroupIngressRule):
    direction = "egress"


def description(inputs: Props) -> dict[str, str]:
    text = inputs.get("description")
    return {"Description": text} if text else {}
