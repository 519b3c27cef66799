"""A small right configuration, and a way to change one thing in it."""

import copy
from typing import Any

Document = dict[str, Any]

GOOD: Document = {
    "name": "acme",
    "region": "us-east-1",
    "account": "111111111111",
    "network": {
        "cidr": "10.20.0.0/16",
        "zones": ["us-east-1a", "us-east-1b", "us-east-1c"],
    },
    "peering": [
        {"name": "apps", "vpcId": "vpc-0123456789abcdef0", "cidrs": ["192.168.0.0/16"]},
    ],
    "cluster": {
        "nodePools": [
            {"name": "system", "purpose": "system", "instanceTypes": ["m6i.xlarge"]},
            {"name": "workload", "purpose": "workload", "instanceTypes": ["m7g.xlarge"]},
        ]
    },
    "warehouses": [
        {
            "name": "main",
            "services": [
                {"name": "primary", "role": "primary", "replicas": 2, "memoryGib": 8},
                {"name": "reports", "role": "secondary", "access": "readOnly", "replicas": 1},
            ],
        }
    ],
}

OWN_VPC: Document = {
    **GOOD,
    "peering": [],
    "network": {
        **GOOD["network"],
        "egress": "own",
        "flowLogs": "none",
        "vpc": {
            "id": "vpc-0123456789abcdef0",
            "privateSubnets": {
                "us-east-1a": "subnet-0000000a",
                "us-east-1b": "subnet-0000000b",
                "us-east-1c": "subnet-0000000c",
            },
        },
    },
}

ONBOARDING: Document = {
    "kind": "onboarding",
    "name": "acme",
    "region": "us-east-1",
    "account": "111111111111",
    "access": {"operatorAccount": "222222222222", "externalId": "f3b1c9d2-external"},
}


def changed(path: str, value: Any, base: Document = GOOD) -> Document:
    """`base` with one field set; a path such as network.zones or warehouses.0.name."""
    document = copy.deepcopy(base)
    *parents, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    target: Any = document
    for part in parents:
        target = target.setdefault(part, {}) if isinstance(part, str) else target[part]
    target[last] = value
    return document


def without(path: str, base: Document = GOOD) -> Document:
    document = copy.deepcopy(base)
    *parents, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    target: Any = document
    for part in parents:
        target = target[part]
    del target[last]
    return document


def own_vpc(path: str, value: Any) -> Document:
    """The good configuration in a VPC of the customer's, with one thing of its network changed."""
    return changed(f"network.{path}", value, OWN_VPC)
