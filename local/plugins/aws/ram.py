"""Shares of other accounts that this one accepts."""

from __future__ import annotations

from typing import Any, ClassVar

from local.plugins.aws.cloud import Aws
from local.plugins.aws.resource import AwsResource
from local.plugins.provider import PluginError, Property, Props, Schema

ACCEPTED = "ACCEPTED"


def invitation(aws: Aws, share_arn: str) -> dict[str, Any] | None:
    found = aws.client("ram").get_resource_share_invitations(resourceShareArns=[share_arn])
    items = found["resourceShareInvitations"]
    return items[0] if items else None


class ResourceShareAccepter(AwsResource):
    service = "ram"
    tagged = False
    properties: ClassVar[Schema] = {
        "shareArn": Property(required=True, replaces=True),
        "invitationArn": Property(read_only=True),
        "receiverAccountId": Property(read_only=True),
        "resources": Property(read_only=True),
        "senderAccountId": Property(read_only=True),
        "shareId": Property(read_only=True),
        "shareName": Property(read_only=True),
        "status": Property(read_only=True),
    }

    def make(self, aws: Aws, inputs: Props) -> str:
        share = str(inputs["shareArn"])
        found = invitation(aws, share)
        if found is None:
            raise PluginError(
                f"there is no invitation to {share}: its owner has not shared it with account"
                f" {aws.account}, or shares within one organization, where nothing is accepted"
            )
        if found["status"] != ACCEPTED:
            aws.client("ram").accept_resource_share_invitation(
                resourceShareInvitationArn=found["resourceShareInvitationArn"]
            )
        return share

    def ready(self, aws: Aws, id_: str, known: Props) -> None:
        aws.until(
            lambda: (invitation(aws, id_) or {}).get("status") == ACCEPTED,
            "waiting for the share to be accepted",
        )

    def find(self, aws: Aws, id_: str, known: Props) -> Props | None:
        ram = aws.client("ram")
        shares = ram.get_resource_shares(resourceOwner="OTHER-ACCOUNTS", resourceShareArns=[id_])
        found = invitation(aws, id_)
        if not shares["resourceShares"] or found is None:
            return None
        share = shares["resourceShares"][0]
        listed = ram.list_resources(resourceOwner="OTHER-ACCOUNTS", resourceShareArns=[id_])
        return {
            "shareArn": id_,
            "invitationArn": found["resourceShareInvitationArn"],
            "receiverAccountId": aws.account,
            "resources": sorted(resource["arn"] for resource in listed["resources"]),
            "senderAccountId": share["owningAccountId"],
            "shareId": f"rs-{id_.rpartition('/')[2]}",
            "shareName": share["name"],
            "status": share["status"],
        }

    def remove(self, aws: Aws, id_: str, known: Props) -> None:
        aws.client("ram").disassociate_resource_share(
            resourceShareArn=id_, principals=[aws.account]
        )
