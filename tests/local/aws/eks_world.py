"""What an EKS cluster needs around it, made with plain boto3 calls."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass
from typing import Any

from tests.local.aws.cloud import REGION, LocalAws

NUMBERS = itertools.count(1)


def trust(**principal: Any) -> str:
    actions = ["sts:AssumeRole", "sts:TagSession"]
    statement = {"Effect": "Allow", "Principal": principal, "Action": actions}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@dataclass(frozen=True, kw_only=True)
class EksWorld:
    aws: LocalAws
    subnets: list[str]
    vpc: str
    role: str

    @property
    def eks(self) -> Any:
        return self.aws.client("eks")

    def create_cluster(self, eks: Any | None = None, **more: Any) -> dict[str, Any]:
        name = f"cluster-{next(NUMBERS)}"
        request = {
            "name": name,
            "roleArn": self.role,
            "resourcesVpcConfig": {"subnetIds": self.subnets},
            "accessConfig": {"authenticationMode": "API"},
        }
        cluster: dict[str, Any] = (eks or self.eks).create_cluster(**{**request, **more})["cluster"]
        return cluster

    def create_role(self, **principal: Any) -> str:
        name = f"role-{next(NUMBERS)}"
        iam = self.aws.client("iam")
        document = trust(**(principal or {"Service": "ec2.amazonaws.com"}))
        arn: str = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]["Arn"]
        return arn


def make_world(aws: LocalAws) -> EksWorld:
    ec2 = aws.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(
            VpcId=vpc, CidrBlock=f"10.9.{index}.0/24", AvailabilityZone=f"{REGION}{zone}"
        )["Subnet"]["SubnetId"]
        for index, zone in enumerate("ab")
    ]
    role = aws.client("iam").create_role(
        RoleName=f"eks-{next(NUMBERS)}",
        AssumeRolePolicyDocument=trust(Service="eks.amazonaws.com"),
    )
    return EksWorld(aws=aws, subnets=subnets, vpc=vpc, role=role["Role"]["Arn"])
