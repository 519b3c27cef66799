"""Network ACLs: a VPC's own, and those of the program."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, ClassVar

from local.plugins.aws.cloud import Aws
from local.plugins.aws.ec2.base import Document, Ec2Resource, filters, tags_of
from local.plugins.provider import Property, Props, Schema, in_any_order

NUMBERS = {"-1": "-1", "all": "-1", "tcp": "6", "udp": "17", "icmp": "1", "icmpv6": "58"}
CATCH_ALL = range(32767, 65536)
ENTRY: Schema = {
    "action": Property(required=True),
    "fromPort": Property(required=True),
    "protocol": Property(required=True),
    "ruleNo": Property(required=True),
    "toPort": Property(required=True),
    "cidrBlock": Property(),
    "icmpCode": Property(),
    "icmpType": Property(),
    "ipv6CidrBlock": Property(),
}


def normal_entry(entry: Props) -> tuple[Any, ...]:
    protocol = NUMBERS.get(str(entry["protocol"]), str(entry["protocol"]))
    ports = (0, 0) if protocol == "-1" else (entry["fromPort"], entry["toPort"])
    return (
        int(entry["ruleNo"]),
        protocol,
        entry["action"].lower(),
        *ports,
        entry.get("cidrBlock") or "",
        entry.get("ipv6CidrBlock") or "",
        (entry.get("icmpType") or 0, entry.get("icmpCode") or 0),
    )


def same_entries(old: Any, new: Any) -> bool:
    if not isinstance(old, list) or not isinstance(new, list):
        return bool(old == new)
    return sorted(map(normal_entry, old)) == sorted(map(normal_entry, new))


def acl(aws: Aws, id_: str) -> Document:
    found = aws.client("ec2").describe_network_acls(NetworkAclIds=[id_])["NetworkAcls"]
    document: Document = found[0]
    return document


def described(aws: Aws, id_: str) -> Props:
    found = acl(aws, id_)
    owner = found.get("OwnerId") or aws.account
    return {
        "vpcId": found["VpcId"],
        "subnetIds": sorted(a["SubnetId"] for a in found.get("Associations", [])),
        "ingress": entries(found, egress=False),
        "egress": entries(found, egress=True),
        "ownerId": owner,
        "arn": aws.arn("ec2", f"network-acl/{id_}", account=owner),
        "tags": tags_of(found),
    }


def entries(found: Document, *, egress: bool) -> list[Props]:
    told = []
    for entry in found.get("Entries", []):
        if entry["Egress"] != egress or int(entry["RuleNumber"]) in CATCH_ALL:
            continue
        ports = entry.get("PortRange") or {}
        item = {
            "action": entry["RuleAction"],
            "protocol": str(entry["Protocol"]),
            "ruleNo": int(entry["RuleNumber"]),
            "fromPort": int(ports.get("From") or 0),
            "toPort": int(ports.get("To") or 0),
            "cidrBlock": entry.get("CidrBlock"),
            "ipv6CidrBlock": entry.get("Ipv6CidrBlock"),
        }
        told.append({name: value for name, value in item.items() if value is not None})
    return told


def set_entries(aws: Aws, id_: str, wanted: Iterable[Props], *, egress: bool) -> None:
    ec2 = aws.client("ec2")
    have = {normal_entry(e): e for e in entries(acl(aws, id_), egress=egress)}
    want = {normal_entry(e): e for e in wanted}
    for key in have.keys() - want.keys():
        ec2.delete_network_acl_entry(
            NetworkAclId=id_, RuleNumber=have[key]["ruleNo"], Egress=egress
        )
    for key in sorted(want.keys() - have.keys()):
        entry, protocol = want[key], key[1]
        given: Document = {
            name: entry[prop]
            for prop, name in (("cidrBlock", "CidrBlock"), ("ipv6CidrBlock", "Ipv6CidrBlock"))
            if entry.get(prop)
        }
        if protocol in ("1", "58"):
            given["IcmpTypeCode"] = {
                "Type": entry.get("icmpType", -1),
                "Code": entry.get("icmpCode", -1),
            }
        ec2.create_network_acl_entry(
            NetworkAclId=id_,
            RuleNumber=entry["ruleNo"],
            Protocol=protocol,
            RuleAction=entry["action"].lower(),
            Egress=egress,
            PortRange={"From": entry["fromPort"], "To": entry["toPort"]},
            **given,
        )


def set_subnets(aws: Aws, id_: str, wanted: list[str], left_to: str | None) -> None:
    """Take the subnets over; those no longer wanted go to the VPC's default."""
    ec2 = aws.client("ec2")
    have = {a["SubnetId"]: a for a in acl(aws, id_).get("Associations", [])}
    for subnet in set(wanted) - have.keys():
        found = ec2.describe_network_acls(
            Filters=[{"Name": "association.subnet-id", "Values": [subnet]}]
        )["NetworkAcls"]
        for association in (a for item in found for a in item["Associations"]):
            if association["SubnetId"] == subnet:
                ec2.replace_network_acl_association(
                    AssociationId=association["NetworkAclAssociationId"], NetworkAclId=id_
                )
    for subnet in have.keys() - set(wanted) if left_to else ():
        ec2.replace_network_acl_association(
            AssociationId=have[subnet]["NetworkAclAssociationId"], NetworkAclId=left_to
        )


def default_acl(aws: Aws, vpc: str) -> str:
    found = aws.client("ec2").describe_network_acls(Filters=filters(vpc_id=vpc, default="true"))
    return str(found["NetworkAcls"][0]["NetworkAclId"])


class NetworkAcl(Ec2Resource):
    kind = "network-acl"
    properties: ClassVar[Schema] = {
        "vpcId": Property(required=True, replaces=True),
        "ingress": Property(computed=True, same=same_entries, fields=ENTRY),
        "egress": Property(computed=True, same=same_entries, fields=ENTRY),
        "subnetIds": Property(computed=True, same=in_any_order),
        "arn": Property(read_only=True),
        "ownerId": Property(read_only=True),
    }
    elsewhere = ("ingress", "egress", "subnetIds")

    def make(self, aws: Aws, inputs: Props) -> str:
        made = aws.client("ec2").create_network_acl(
            VpcId=inputs["vpcId"], **self.tag_specifications(inputs)
        )
        return str(made["NetworkAcl"]["NetworkAclId"])

    def finish(self, aws: Aws, id_: str, inputs: Props) -> None:
        self.change(aws, id_, [n for n in self.elsewhere if n in inputs], inputs, {})

    def find(self, aws: Aws, id_: str, known: Props) -> Props | None:
        return described(aws, id_)

    def change(
        self, aws: Aws, id_: str, changed: Collection[str], inputs: Props, live: Props
    ) -> None:
        for name in ("ingress", "egress"):
            if name in changed:
                set_entries(aws, id_, inputs.get(name, []), egress=name == "egress")
        if "subnetIds" in changed:
            default = default_acl(aws, inputs["vpcId"])
            set_subnets(aws, id_, inputs.get("subnetIds", []), default)

    def remove(self, aws: Aws, id_: str, known: Props) -> None:
        set_subnets(aws, id_, [], default_acl(aws, known["vpcId"]))
        aws.client("ec2").delete_network_acl(NetworkAclId=id_)


class DefaultNetworkAcl(Ec2Resource):
    """Adopts the ACL that a VPC comes with, and closes what the program does not open."""

    properties: ClassVar[Schema] = {
        "defaultNetworkAclId": Property(required=True, replaces=True),
        "ingress": Property(same=same_entries, fields=ENTRY),
        "egress": Property(same=same_entries, fields=ENTRY),
        "subnetIds": Property(same=in_any_order),
        "arn": Property(read_only=True),
        "ownerId": Property(read_only=True),
        "vpcId": Property(read_only=True),
    }
    elsewhere = ("subnetIds",)

    def make(self, aws: Aws, inputs: Props) -> str:
        return str(acl(aws, inputs["defaultNetworkAclId"])["NetworkAclId"])

    def finish(self, aws: Aws, id_: str, inputs: Props) -> None:
        if inputs.get("tags"):
            self.put_tags(aws, id_, {}, inputs["tags"])
        self.change(aws, id_, ("ingress", "egress", "subnetIds"), inputs, {})

    def find(self, aws: Aws, id_: str, known: Props) -> Props | None:
        return described(aws, id_) | {"defaultNetworkAclId": id_}

    def change(
        self, aws: Aws, id_: str, changed: Collection[str], inputs: Props, live: Props
    ) -> None:
        for name in ("ingress", "egress"):
            if name in changed:
                set_entries(aws, id_, inputs.get(name, []), egress=name == "egress")
        if "subnetIds" in changed and "subnetIds" in inputs:
            set_subnets(aws, id_, inputs["subnetIds"], None)

    def remove(self, aws: Aws, id_: str, known: Props) -> None:
        """It goes with its VPC."""
