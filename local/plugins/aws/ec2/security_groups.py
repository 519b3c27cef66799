"""Security groups, with rules of their own or as resources."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, ClassVar

from local.plugins.aws.cloud import Aws
from local.plugins.aws.ec2.base import Document, Ec2Resource, filters, tags_of
from local.plugins.aws.ec2.rules import (
    BLOCK,
    allow,
    blocks_of_rules,
    revoke,
    rules_of_blocks,
    rules_of_permissions,
    same_rules,
)
from local.plugins.aws.names import named, unique_name
from local.plugins.provider import Property, Props, Schema

DIRECTIONS = {"ingress": "IpPermissions", "egress": "IpPermissionsEgress"}
RULES = {
    name: Property(computed=True, same=same_rules, fields=BLOCK) for name in ("ingress", "egress")
}


def look(aws: Aws, id_: str) -> Document:
    found = aws.client("ec2").describe_security_groups(GroupIds=[id_])["SecurityGroups"]
    document: Document = found[0]
    return document


def described(aws: Aws, group: Document) -> Props:
    id_, owner = group["GroupId"], group["OwnerId"]
    return {
        "name": group["GroupName"],
        "description": group["Description"],
        "vpcId": group.get("VpcId"),
        "ownerId": owner,
        "arn": aws.arn("ec2", f"security-group/{id_}", account=owner),
        "tags": tags_of(group),
        **{
            name: blocks_of_rules(rules_of_permissions(group.get(field, [])), id_)
            for name, field in DIRECTIONS.items()
        },
    }


def set_rules(aws: Aws, id_: str, direction: str, wanted: list[Any]) -> None:
    have = rules_of_permissions(look(aws, id_).get(DIRECTIONS[direction], []))
    want = rules_of_blocks(wanted, id_)
    revoke(aws, id_, direction, have - want)
    allow(aws, id_, direction, want - have)


class SecurityGroup(Ec2Resource):
    kind = "security-group"
    properties: ClassVar[Schema] = {
        **named(255),
        "description": Property(default="Managed by Pulumi", replaces=True),
        "vpcId": Property(computed=True, replaces=True),
        **RULES,
        "revokeRulesOnDelete": Property(default=False, write_only=True),
        "arn": Property(read_only=True),
        "ownerId": Property(read_only=True),
    }
    elsewhere = tuple(DIRECTIONS)

    def make(self, aws: Aws, inputs: Props) -> str:
        given = {"VpcId": inputs["vpcId"]} if "vpcId" in inputs else {}
        made = aws.client("ec2").create_security_group(
            GroupName=unique_name(inputs, aws),
            Description=inputs["description"],
            **given,
            **self.tag_specifications(inputs),
        )
        return str(made["GroupId"])

    def finish(self, aws: Aws, id_: str, inputs: Props) -> None:
        """A new group lets everything out: that goes, as Terraform has always done."""
        for direction in DIRECTIONS:
            set_rules(aws, id_, direction, inputs.get(direction, []))

    def find(self, aws: Aws, id_: str, known: Props) -> Props | None:
        return described(aws, look(aws, id_))

    def change(
        self, aws: Aws, id_: str, changed: Collection[str], inputs: Props, live: Props
    ) -> None:
        for direction in DIRECTIONS:
            if direction in changed:
                set_rules(aws, id_, direction, inputs.get(direction, []))

    def remove(self, aws: Aws, id_: str, known: Props) -> None:
        if known.get("revokeRulesOnDelete"):
            for direction in DIRECTIONS:
                set_rules(aws, id_, direction, [])
        aws.client("ec2").delete_security_group(GroupId=id_)


class DefaultSecurityGroup(Ec2Resource):
    """Adopts the group that a VPC comes with, and closes what the program does not open."""

    properties: ClassVar[Schema] = {
        "vpcId": Property(computed=True, replaces=True),
        "ingress": Property(same=same_rules, fields=BLOCK),
        "egress": Property(same=same_rules, fields=BLOCK),
        "revokeRulesOnDelete": Property(default=False, write_only=True),
        "arn": Property(read_only=True),
        "description": Property(read_only=True),
        "name": Property(read_only=True),
        "namePrefix": Property(read_only=True),
        "ownerId": Property(read_only=True),
    }

    def make(self, aws: Aws, inputs: Props) -> str:
        wanted = filters(group_name="default")
        if vpc := inputs.get("vpcId"):
            wanted += filters(vpc_id=vpc)
        else:
            default = aws.client("ec2").describe_vpcs(Filters=filters(is_default="true"))
            wanted += filters(vpc_id=default["Vpcs"][0]["VpcId"])
        found = aws.client("ec2").describe_security_groups(Filters=wanted)["SecurityGroups"]
        return str(found[0]["GroupId"])

    def finish(self, aws: Aws, id_: str, inputs: Props) -> None:
        if inputs.get("tags"):
            self.put_tags(aws, id_, {}, inputs["tags"])
        for direction in DIRECTIONS:
            set_rules(aws, id_, direction, inputs.get(direction, []))

    def find(self, aws: Aws, id_: str, known: Props) -> Props | None:
        return described(aws, look(aws, id_))

    def change(
        self, aws: Aws, id_: str, changed: Collection[str], inputs: Props, live: Props
    ) -> None:
        for direction in DIRECTIONS:
            if direction in changed:
                set_rules(aws, id_, direction, inputs.get(direction, []))

    def remove(self, aws: Aws, id_: str, known: Props) -> None:
        """It goes with its VPC."""
