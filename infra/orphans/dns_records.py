"""Records that external-dns leaves in a zone where its cluster went before it: beside each it
writes down, in a TXT record, whose it is."""

import json
import shlex
from collections.abc import Iterator, Sequence

from infra.orphans.item import DNS_OWNER
from infra.orphans.kind import Kind, Raw, everything
from infra.preflight.finding import ClientOf
from permissions.names import Scope

OWNED_TYPES = ("A", "AAAA", "CNAME")


def records(client: ClientOf, scope: Scope) -> Iterator[Raw]:
    """Those of this deployment, each after the one that says so; none without a zone."""
    if scope.hosted_zone == "*":
        return
    found = list(in_zone(client, scope.hosted_zone))
    ours = {each["Name"] for each in found if owner(each) == scope.name}
    for each in found:
        if owner(each) == scope.name or (
            each["Type"] in OWNED_TYPES and not ours.isdisjoint(told_by(each))
        ):
            yield {
                "id": f"{each['Name']} {each['Type']}",
                "zone": scope.hosted_zone,
                "batch": removal(each),
                "Tags": {DNS_OWNER: scope.name},
            }


def in_zone(client: ClientOf, zone: str) -> Iterator[Raw]:
    route53 = client("route53")
    try:
        yield from everything(
            route53, "list_resource_record_sets", "ResourceRecordSets", HostedZoneId=zone
        )
    except route53.exceptions.NoSuchHostedZone:
        return


def owner(record: Raw) -> str | None:
    """Whom `heritage=external-dns,external-dns/owner=acme,...` names."""
    if record["Type"] != "TXT":
        return None
    for value in record.get("ResourceRecords", ()):
        parts = str(value["Value"]).strip('"').split(",")
        if parts[0] == "heritage=external-dns":
            told = dict(part.partition("=")[::2] for part in parts)
            return told.get(DNS_OWNER)
    return None


def told_by(record: Raw) -> Sequence[str]:
    """The TXT records that say whose it is: of its name, and before 0.12 without its type."""
    return f"{record['Type'].lower()}-{record['Name']}", record["Name"]


def removal(record: Raw) -> str:
    change = {"Changes": [{"Action": "DELETE", "ResourceRecordSet": record}]}
    return shlex.quote(json.dumps(change, separators=(",", ":")))


DNS_RECORDS = Kind(
    name="DNS records",
    id="id",
    list=records,
    rights=("route53:ListResourceRecordSets",),
    removal=("route53 change-resource-record-sets --hosted-zone-id {zone} --change-batch {batch}",),
)
