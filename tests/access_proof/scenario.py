"""The deployment of the proof: all that a deployment can have, then changed, then removed."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass
from typing import Any

from permissions.names import Scope
from permissions.rows import Phase
from tests.infra.config.documents import Document
from tests.local.aws.cloud import CUSTOMER, OPERATOR, REGION

NAME = "proof"
EXTERNAL_ID = "agreed-for-the-proof"
REPLICA_REGION = "eu-west-1"
REPLICA_KEY = f"arn:aws:kms:{REPLICA_REGION}:{CUSTOMER}:key/00000000-0000-0000-0000-000000000000"
SCOPE = Scope(
    name=NAME,
    region=REGION,
    account=CUSTOMER,
    operator_account=OPERATOR,
    replica_region=REPLICA_REGION,
)
ZONES = [f"{REGION}{letter}" for letter in "abc"]
ADMIN = f"arn:aws:iam::{CUSTOMER}:role/platform-engineers"

NEIGHBOUR = "444444444444"
"""The account that shares its transit gateway."""


@dataclass(frozen=True, kw_only=True)
class Around:
    """What was there before, and is somebody else's."""

    peer_vpc: str = "vpc-00000000"
    transit_gateway: str = "tgw-00000000000000000"
    share_arn: str = (
        f"arn:aws:ram:{REGION}:{NEIGHBOUR}:resource-share/00000000-0000-0000-0000-000000000000"
    )

    balancer_arn: str = (
        f"arn:aws:elasticloadbalancing:{REGION}:{CUSTOMER}:loadbalancer/net/"
        "of-the-cluster/0123456789abcdef"
    )
    """What the cluster would have made for its ingress."""


ONBOARDING: Document = {
    "kind": "onboarding",
    "name": NAME,
    "region": REGION,
    "account": CUSTOMER,
    "access": {
        "operatorAccount": OPERATOR,
        "externalId": EXTERNAL_ID,
        "peering": True,
        "hub": True,
        "privateLink": True,
        "dataRemoval": True,
        "backupReplicaRegion": REPLICA_REGION,
    },
}


def deployment(around: Around) -> Document:
    return {
        "name": NAME,
        "region": REGION,
        "account": CUSTOMER,
        "access": {
            "operatorAccount": OPERATOR,
            "externalId": EXTERNAL_ID,
            "roleArn": f"arn:aws:iam::{CUSTOMER}:role/ClickHouseManagementRole-provision",
            "dataRemoval": True,
            "backupReplicaRegion": REPLICA_REGION,
        },
        "network": {
            "cidr": "10.40.0.0/16",
            "zones": ZONES,
            "interfaceEndpoints": ["sts", "ecr.api"],
            "flowLogs": "all",
        },
        "peering": [{"name": "apps", "vpcId": around.peer_vpc, "cidrs": ["10.60.0.0/16"]}],
        "storage": {
            "removal": "disposable",
            "backupLockDays": 7,
            "backupArchiveDays": 30,
            "accessLogs": True,
            "backupReplica": {"region": REPLICA_REGION, "keyArn": REPLICA_KEY},
        },
        "retention": {"backupDays": 90},
        "cluster": {
            "version": "1.33",
            "adminRoleArns": [ADMIN],
            "nodePools": [
                {"name": "system", "purpose": "system", "instanceTypes": ["m6i.xlarge"]},
                {"name": "workload", "purpose": "workload", "instanceTypes": ["m7g.2xlarge"]},
            ],
        },
        "endpoints": {
            "domain": "clickhouse.example.com",
            "hostedZoneId": "Z0123456789ABCDEFGHIJ",
            "certificateEmail": "platform@example.com",
            "privateLink": {
                "allowedPrincipals": [f"arn:aws:iam::{NEIGHBOUR}:root"],
                "supportedRegions": ["us-east-1"],
                "dnsVerified": True,
                "loadBalancerArn": around.balancer_arn,
            },
        },
        "tags": {"team": "data"},
    }


def made_ready(document: Document, around: Around) -> Document:
    """What a later release, or the owner, changes besides the cluster."""
    after = copy.deepcopy(document)
    after["tags"] = {"cost-center": "4711"}
    after["network"]["interfaceEndpoints"] = ["sts", "kms"]
    after["network"]["egress"] = "hub"
    after["network"]["hub"] = {
        "transitGatewayId": around.transit_gateway,
        "acceptShareArn": around.share_arn,
    }
    after["peering"][0]["cidrs"] = ["10.60.0.0/16", "10.61.0.0/16"]
    after["retention"] = {"backupDays": 120, "flowLogDays": 14, "controlPlaneLogDays": 30}
    after["endpoints"] = {}
    return after


def operated(document: Document) -> Document:
    """A day in the cluster's life: a version, a pool more, other nodes, another administrator."""
    after = copy.deepcopy(document)
    after["access"]["roleArn"] = arn(Phase.OPERATE)
    cluster = after["cluster"]
    cluster["version"] = "1.34"
    cluster["apiAllowedCidrs"] = ["198.51.100.0/24"]
    cluster["adminRoleArns"] = [f"{ADMIN}-2"]
    system, workload = cluster["nodePools"]
    system |= {"maxNodes": 6, "volumeGib": 60}
    workload["name"] = "arm"
    return after


def taken_down(document: Document) -> Document:
    after = copy.deepcopy(document)
    after["access"]["roleArn"] = arn(Phase.DEPROVISION)
    return after


def arn(phase: Phase) -> str:
    from permissions.operator.access_roles import phase_role

    return phase_role(phase, SCOPE).arn


def stack_config(document: Document) -> dict[str, Any]:
    return {
        f"byoc:{key}": value if isinstance(value, str) else json.dumps(value)
        for key, value in document.items()
    }
