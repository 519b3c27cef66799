"""Rights that no recorded call shows, each with who asks for it and where AWS says so."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Asker(StrEnum):
    AWS = "AWS, behind another call"
    PROVIDER = "the official provider, reading back what it made"
    OPERATION = "an operation that the recorded life does not hold"
    TOOL = "a tool of the operator"


@dataclass(frozen=True, kw_only=True)
class Unseen:
    action: str
    asker: Asker
    why: str
    resource: str = ""
    """Part of the row's resource; any where it is empty."""


BUCKET_READ = "Reading a bucket, the provider asks for every setting that a bucket can have."


def by(asker: Asker, why: str, actions: str, resource: str = "") -> tuple[Unseen, ...]:
    service, _, names = actions.partition(":")
    return tuple(
        Unseen(action=f"{service}:{name}", asker=asker, why=why, resource=resource)
        for name in names.split()
    )


UNSEEN: tuple[Unseen, ...] = (
    *by(Asker.PROVIDER, "The call itself cannot be denied; simulators want to see it granted.",
        "sts: GetCallerIdentity"),
    *by(Asker.TOOL, "The preflight compares quotas before anything is made.",
        "servicequotas: GetServiceQuota GetAWSDefaultServiceQuota"),
    *by(Asker.TOOL, "The preflight asks IAM what the role may do.", "iam: SimulatePrincipalPolicy"),
    *by(Asker.TOOL, "After an engine was killed, `byoc` looks for the key that it was making.",
        "kms: ListKeys"),
    *by(Asker.TOOL, "After an engine was killed, `byoc` looks for the association that it was"
        " making.",
        "eks: ListPodIdentityAssociations"),
    *by(Asker.PROVIDER, "It looks a gateway endpoint's prefix list up by this call.",
        "ec2: DescribePrefixLists"),
    *by(Asker.PROVIDER, "Before a group or subnet goes, it looks for what still hangs on it.",
        "ec2: DescribeNetworkInterfaces"),
    *by(Asker.OPERATION, "A new VPC's default group admits itself on AWS, and is closed.",
        "ec2: RevokeSecurityGroupIngress", "security-group/"),
    *by(Asker.OPERATION, "A subnet's or endpoint's setting changed by a later release.",
        "ec2: ModifySubnetAttribute ModifyVpcEndpoint"),
    *by(Asker.OPERATION, "A zone is added, in which the hub gets an address as well.",
        "ec2: ModifyTransitGatewayVpcAttachment"),
    *by(Asker.PROVIDER, "After it attached a VPC, it asks whose the transit gateway is, and where"
        " that is the same account's, which of its tables the attachment stands in.",
        "ec2: DescribeTransitGateways GetTransitGatewayRouteTableAssociations"
        " GetTransitGatewayRouteTablePropagations"),
    *by(Asker.OPERATION, "An endpoint service gets another load balancer or region.",
        "ec2: ModifyVpcEndpointServiceConfiguration"),
    *by(Asker.OPERATION, "A consumer's connection is accepted, and rejected once it is listed no"
        " more.",
        "ec2: AcceptVpcEndpointConnections RejectVpcEndpointConnections"
        " DescribeVpcEndpointConnections"),
    *by(Asker.OPERATION, "Where the cluster made the load balancer, each run looks for it by its"
        " tags.",
        "elasticloadbalancing: DescribeLoadBalancers DescribeTags DescribeLoadBalancerAttributes"),
    *by(Asker.OPERATION, "Once both sides of a peering are set up, names are resolved over it.",
        "ec2: ModifyVpcPeeringConnectionOptions"),
    *by(Asker.PROVIDER, "Reading a role, and before it removes one, it lists its policies.",
        "iam: ListRolePolicies"),
    *by(Asker.AWS, "The first cluster and the first node group of an account make these roles.",
        "iam: CreateServiceLinkedRole", "aws-service-role/eks"),
    *by(Asker.OPERATION, "A later release changes who may take on a role, or who may use a key.",
        "iam: UpdateAssumeRolePolicy"),
    *by(Asker.OPERATION, "A later release changes who may use a key.", "kms: PutKeyPolicy"),
    *by(Asker.PROVIDER, BUCKET_READ,
        "s3: GetBucketLocation GetBucketAcl GetBucketCORS GetBucketWebsite"
        " GetAccelerateConfiguration GetBucketRequestPayment GetBucketLogging"
        " GetReplicationConfiguration"),
    *(
        unseen
        for locked in ("{backup_bucket}", "{replica_bucket}")
        for unseen in by(
            Asker.OPERATION, "Backups whose lock is over go with their bucket.",
            "s3: DeleteObjectVersion", locked,
        )
    ),
    *by(Asker.OPERATION, "A log group is given another key.", "logs: AssociateKmsKey"),
    *by(Asker.OPERATION, "A service account is given another role.",
        "eks: UpdatePodIdentityAssociation"),
    *by(Asker.AWS, "EKS tries whether the caller may start a node group's launch template.",
        "ec2: RunInstances"),
)  # fmt: skip
