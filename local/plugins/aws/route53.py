"""Route 53 zones and records. They have no region."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from typing import Any, ClassVar

from local.plugins.aws.cloud import Aws
from local.plugins.aws.resource import AwsResource
from local.plugins.aws.tags import from_pairs, pairs
from local.plugins.provider import AutoName, PluginError, Property, Props, Schema, in_any_order

VPC: Schema = {"vpcId": Property(required=True), "vpcRegion": Property(computed=True)}
ALIAS: Schema = {
    "name": Property(required=True, same=lambda old, new: bare(old) == bare(new)),
    "zoneId": Property(required=True),
    "evaluateTargetHealth": Property(required=True),
}


class Zone(AwsResource):
    service = "route53"
    regional = False
    properties: ClassVar[Schema] = {
        "name": Property(
            replaces=True,
            auto_name=AutoName(max_length=255),
            same=lambda old, new: bare(old) == bare(new),
        ),
        "comment": Property(default="Managed by Pulumi"),
        "delegationSetId": Property(replaces=True),
        "forceDestroy": Property(default=False, write_only=True),
        "vpcs": Property(same=in_any_order, fields=VPC),
        "arn": Property(read_only=True),
        "nameServers": Property(read_only=True),
        "primaryNameServer": Property(read_only=True),
        "zoneId": Property(read_only=True),
    }

    def make(self, aws: Aws, inputs: Props) -> str:
        vpcs = inputs.get("vpcs") or []
        wanted: dict[str, Any] = {
            "Name": inputs["name"],
            "CallerReference": f"pulumi-{aws.call.urn[-60:]}-{time.time_ns()}",
            "HostedZoneConfig": {"Comment": inputs["comment"], "PrivateZone": bool(vpcs)},
        }
        if vpcs:
            wanted["VPC"] = api_vpc(aws, vpcs[0])
        if delegation := inputs.get("delegationSetId"):
            wanted["DelegationSetId"] = delegation
        made = aws.client("route53").create_hosted_zone(**wanted)
        return str(made["HostedZone"]["Id"]).removeprefix("/hostedzone/")

    def finish(self, aws: Aws, id_: str, inputs: Props) -> None:
        if inputs.get("tags"):
            self.put_tags(aws, id_, {}, inputs["tags"])
        for vpc in (inputs.get("vpcs") or [])[1:]:
            self.associate(aws, id_, vpc)

    def associate(self, aws: Aws, id_: str, vpc: Props) -> None:
        aws.client("route53").associate_vpc_with_hosted_zone(
            HostedZoneId=id_, VPC=api_vpc(aws, vpc)
        )

    def find(self, aws: Aws, id_: str, known: Props) -> Props | None:
        client = aws.client("route53")
        found = client.get_hosted_zone(Id=id_)
        zone = found["HostedZone"]
        servers = sorted(found.get("DelegationSet", {}).get("NameServers", []))
        tags = client.list_tags_for_resource(ResourceType="hostedzone", ResourceId=id_)
        vpcs = [
            {"vpcId": v["VPCId"], "vpcRegion": v.get("VPCRegion", aws.region)}
            for v in found.get("VPCs", [])
        ]
        told = {
            "name": bare(zone["Name"]),
            "comment": zone.get("Config", {}).get("Comment", ""),
            "delegationSetId": found.get("DelegationSet", {}).get("Id"),
            "vpcs": vpcs or None,
            "arn": f"arn:aws:route53:::hostedzone/{id_}",
            "nameServers": servers,
            "primaryNameServer": servers[0] if servers else "",
            "zoneId": id_,
            "tags": from_pairs(tags["ResourceTagSet"].get("Tags")),
        }
        return {name: value for name, value in told.items() if value is not None}

    def change(
        self, aws: Aws, id_: str, changed: Collection[str], inputs: Props, live: Props
    ) -> None:
        client = aws.client("route53")
        if "comment" in changed:
            client.update_hosted_zone_comment(Id=id_, Comment=inputs["comment"])
        if "vpcs" in changed:
            have = {vpc["vpcId"]: vpc for vpc in live.get("vpcs", [])}
            want = {vpc["vpcId"]: vpc for vpc in inputs.get("vpcs", [])}
            for vpc in want.keys() - have.keys():
                self.associate(aws, id_, want[vpc])
            for vpc in have.keys() - want.keys():
                client.disassociate_vpc_from_hosted_zone(
                    HostedZoneId=id_, VPC=api_vpc(aws, have[vpc])
                )

    def put_tags(self, aws: Aws, id_: str, live: Props, tags: Mapping[str, str]) -> None:
        aws.client("route53").change_tags_for_resource(
            ResourceType="hostedzone", ResourceId=id_, AddTags=pairs(tags)
        )

    def drop_tags(self, aws: Aws, id_: str, live: Props, keys: list[str]) -> None:
        aws.client("route53").change_tags_for_resource(
            ResourceType="hostedzone", ResourceId=id_, RemoveTagKeys=keys
        )

    def remove(self, aws: Aws, id_: str, known: Props) -> None:
        if known.get("forceDestroy"):
            for record in records(aws, id_):
                if record["Type"] not in ("NS", "SOA"):
                    apply(aws, id_, "DELETE", record)
        aws.client("route53").delete_hosted_zone(Id=id_)


class Record(AwsResource):
    service = "route53"
    regional = False
    tagged = False
    properties: ClassVar[Schema] = {
        "zoneId": Property(required=True, replaces=True),
        "name": Property(
            required=True, replaces=True, same=lambda old, new: bare(old) == bare(new)
        ),
        "type": Property(required=True, replaces=True),
        "setIdentifier": Property(replaces=True),
        "aliases": Property(fields=ALIAS),
        "allowOverwrite": Property(write_only=True),
        "healthCheckId": Property(),
        "multivalueAnswerRoutingPolicy": Property(),
        "records": Property(same=in_any_order),
        "ttl": Property(),
        "weightedRoutingPolicies": Property(fields={"weight": Property(required=True)}),
        "fqdn": Property(read_only=True),
    }

    def make(self, aws: Aws, inputs: Props) -> str:
        name = full_name(aws, inputs["zoneId"], inputs["name"])
        action = "UPSERT" if inputs.get("allowOverwrite") else "CREATE"
        apply(aws, inputs["zoneId"], action, api_record(name, inputs))
        parts = [inputs["zoneId"], bare(name), inputs["type"], inputs.get("setIdentifier")]
        return "_".join(part for part in parts if part)

    def find(self, aws: Aws, id_: str, known: Props) -> Props | None:
        if known:
            zone, name, type_ = known["zoneId"], known["name"], known["type"]
            set_id = known.get("setIdentifier")
            fqdn = full_name(aws, zone, name)
        else:
            zone, name, type_, set_id = record_parts(id_)
            fqdn = name
        for record in records(aws, zone):
            same_name = bare(unescaped(record["Name"])) == bare(fqdn)
            if same_name and record["Type"] == type_ and record.get("SetIdentifier") == set_id:
                return {"zoneId": zone, "name": name, "type": type_, **read_record(record)}
        return None

    def change(
        self, aws: Aws, id_: str, changed: Collection[str], inputs: Props, live: Props
    ) -> None:
        name = full_name(aws, inputs["zoneId"], inputs["name"])
        apply(aws, inputs["zoneId"], "UPSERT", api_record(name, inputs))

    def remove(self, aws: Aws, id_: str, known: Props) -> None:
        live = self.find(aws, id_, known)
        if live is not None:
            name = full_name(aws, known["zoneId"], known["name"])
            apply(aws, known["zoneId"], "DELETE", api_record(name, live))


def api_vpc(aws: Aws, vpc: Props) -> dict[str, str]:
    return {"VPCId": vpc["vpcId"], "VPCRegion": vpc.get("vpcRegion") or aws.region}


def records(aws: Aws, zone: str) -> list[dict[str, Any]]:
    pages = aws.client("route53").get_paginator("list_resource_record_sets")
    return [r for page in pages.paginate(HostedZoneId=zone) for r in page["ResourceRecordSets"]]


def apply(aws: Aws, zone: str, action: str, record: dict[str, Any]) -> None:
    client = aws.client("route53")
    change = {"Action": action, "ResourceRecordSet": record}
    done = client.change_resource_record_sets(
        HostedZoneId=zone, ChangeBatch={"Comment": "Managed by Pulumi", "Changes": [change]}
    )["ChangeInfo"]
    aws.until(
        lambda: client.get_change(Id=done["Id"])["ChangeInfo"]["Status"] == "INSYNC",
        "waiting for Route 53",
    )


def full_name(aws: Aws, zone: str, name: str) -> str:
    """Names of records are relative to their zone, unless they end like it."""
    origin = bare(aws.client("route53").get_hosted_zone(Id=zone)["HostedZone"]["Name"])
    name = bare(name)
    if name in ("", origin) or name.endswith(f".{origin}"):
        return name or origin
    return f"{name}.{origin}"


def api_record(name: str, props: Props) -> dict[str, Any]:
    wanted: dict[str, Any] = {"Name": name, "Type": props["type"]}
    if "records" in props:
        wanted["TTL"] = int(props.get("ttl", 300))
        wanted["ResourceRecords"] = [
            {"Value": quoted(value, props["type"])} for value in props["records"]
        ]
    for alias in props.get("aliases") or []:
        wanted["AliasTarget"] = {
            "DNSName": alias["name"],
            "HostedZoneId": alias["zoneId"],
            "EvaluateTargetHealth": alias["evaluateTargetHealth"],
        }
    if set_id := props.get("setIdentifier"):
        wanted["SetIdentifier"] = set_id
    if policies := props.get("weightedRoutingPolicies"):
        wanted["Weight"] = policies[0]["weight"]
    if props.get("multivalueAnswerRoutingPolicy"):
        wanted["MultiValueAnswer"] = True
    if check := props.get("healthCheckId"):
        wanted["HealthCheckId"] = check
    return wanted


def read_record(record: dict[str, Any]) -> Props:
    told: Props = {"fqdn": bare(unescaped(record["Name"]))}
    if values := record.get("ResourceRecords"):
        told["records"] = [unquoted(item["Value"], record["Type"]) for item in values]
        told["ttl"] = record.get("TTL")
    if target := record.get("AliasTarget"):
        told["aliases"] = [
            {
                "name": bare(target["DNSName"]),
                "zoneId": target["HostedZoneId"],
                "evaluateTargetHealth": target["EvaluateTargetHealth"],
            }
        ]
    if "Weight" in record:
        told["weightedRoutingPolicies"] = [{"weight": record["Weight"]}]
    for name, api in (
        ("setIdentifier", "SetIdentifier"),
        ("healthCheckId", "HealthCheckId"),
        ("multivalueAnswerRoutingPolicy", "MultiValueAnswer"),
    ):
        if record.get(api):
            told[name] = record[api]
    return told


def record_parts(id_: str) -> tuple[str, str, str, str | None]:
    """`ZONE_name_TYPE` or `ZONE_name_TYPE_set`; names may have underscores, types do not."""
    zone, _, rest = id_.partition("_")
    words = rest.split("_")
    for index in range(len(words) - 1, 0, -1):
        if words[index].isupper() and words[index].isalpha():
            set_id = "_".join(words[index + 1 :]) or None
            return zone, "_".join(words[:index]), words[index], set_id
    raise PluginError(f"{id_!r} is not the id of a record: ZONE_name_TYPE")


def quoted(value: str, type_: str) -> str:
    return f'"{value}"' if type_ in ("TXT", "SPF") and not value.startswith('"') else value


def unquoted(value: str, type_: str) -> str:
    return value.removeprefix('"').removesuffix('"') if type_ in ("TXT", "SPF") else value


def unescaped(name: str) -> str:
    return name.replace("\\052", "*")


def bare(name: object) -> str:
    """Names of the DNS without their closing dot."""
    return str(name).removesuffix(".").lower()
