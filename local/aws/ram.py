"""RAM, from the side of the account that is offered something: invitations, and what is shared."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from moto.ec2.models import ec2_backends
from moto.ram.models import ResourceShare, ram_backends
from moto.ram.responses import ResourceAccessManagerResponse

from local.aws.refusal import AwsRefusalError

PATHS = (
    "acceptresourceshareinvitation",
    "disassociateresourceshare",
    "getresourceshareinvitations",
    "getresourceshares",
    "listresources",
)
OTHERS = "OTHER-ACCOUNTS"


class LocalRamResponse(ResourceAccessManagerResponse):
    @property
    def accepted(self) -> set[str]:
        found: set[str] = self.ram_backend.__dict__.setdefault("accepted", set())
        return found

    def offered(self) -> Iterator[ResourceShare]:
        """Shares of other accounts that name this one."""
        for account, regions in ram_backends.items():
            if account != self.current_account and self.region in regions:
                for share in regions[self.region].resource_shares:
                    if self.current_account in share.principals and share.status == "ACTIVE":
                        yield share

    def get_resource_share_invitations(self) -> str:
        wanted = self._get_param("resourceShareArns")
        shares = [s for s in self.offered() if not wanted or s.arn in wanted]
        return json.dumps({"resourceShareInvitations": [self.invitation(s) for s in shares]})

    def invitation(self, share: ResourceShare) -> dict[str, Any]:
        return {
            "resourceShareInvitationArn": invitation_arn(share),
            "resourceShareArn": share.arn,
            "resourceShareName": share.name,
            "senderAccountId": share.owning_account_id,
            "receiverAccountId": self.current_account,
            "status": "ACCEPTED" if share.arn in self.accepted else "PENDING",
        }

    def accept_resource_share_invitation(self) -> str:
        wanted = self._get_param("resourceShareInvitationArn")
        share = next((s for s in self.offered() if invitation_arn(s) == wanted), None)
        if share is None:
            raise AwsRefusalError(
                "ResourceShareInvitationArnNotFoundException", f"{wanted} was not found."
            )
        self.accepted.add(share.arn)
        mine = ec2_backends[self.current_account][self.region]
        for id_ in transit_gateways(share):
            theirs = ec2_backends[share.owning_account_id][self.region]
            mine.transit_gateways[id_] = theirs.transit_gateways[id_]
        return json.dumps({"resourceShareInvitation": self.invitation(share)})

    def get_resource_shares(self) -> str:
        if self._get_param("resourceOwner") != OTHERS:
            return super().get_resource_shares()
        wanted = self._get_param("resourceShareArns")
        shares = [s for s in self.offered() if s.arn in self.accepted]
        told = [s.describe() for s in shares if not wanted or s.arn in wanted]
        return json.dumps({"resourceShares": told})

    def list_resources(self) -> str:
        wanted = self._get_param("resourceShareArns")
        shares = [s for s in self.offered() if not wanted or s.arn in wanted]
        told = [
            {"arn": arn, "resourceShareArn": share.arn, "status": "AVAILABLE"}
            for share in shares
            if share.arn in self.accepted
            for arn in share.resource_arns
        ]
        return json.dumps({"resources": told})

    def disassociate_resource_share(self) -> str:
        """Its receiver leaves the share."""
        wanted = self._get_param("resourceShareArn")
        share = next((s for s in self.offered() if s.arn == wanted), None)
        if share is None:
            raise AwsRefusalError("UnknownResourceException", f"{wanted} could not be found.")
        share.principals.remove(self.current_account)
        self.accepted.discard(share.arn)
        for id_ in transit_gateways(share):
            ec2_backends[self.current_account][self.region].transit_gateways.pop(id_, None)
        return json.dumps({"resourceShareAssociations": []})


def invitation_arn(share: ResourceShare) -> str:
    return share.arn.replace(":resource-share/", ":resource-share-invitation/")


def transit_gateways(share: ResourceShare) -> list[str]:
    return [arn.rpartition("/")[2] for arn in share.resource_arns if ":transit-gateway/" in arn]
