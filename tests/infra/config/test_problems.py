"""Each bad configuration is refused with the field, what it holds, and what would be right."""

from collections.abc import Iterator
from typing import Any

import pytest

from infra.config import ConfigError, Problem, parse
from infra.config.section import Secret
from tests.infra.config.documents import (
    GOOD,
    ONBOARDING,
    OWN_VPC,
    Document,
    changed,
    own_vpc,
    without,
)

SERVICES = "warehouses.0.services"
POOLS = "cluster.nodePools"
PRIMARY = GOOD["warehouses"][0]["services"][0]
REPLICA_KEY = "arn:aws:kms:eu-west-1:111111111111:key/1234abcd"
REPLICA = {"region": "eu-west-1", "keyArn": REPLICA_KEY}
SOUTHEAST = changed(
    "network.zones",
    ["ap-southeast-1a", "ap-southeast-1b", "ap-southeast-1c"],
    changed("region", "ap-southeast-1"),
)


HUB = {"transitGatewayId": "tgw-0123456789abcdef0"}
SHARE = "arn:aws:ram:us-east-1:444444444444:resource-share/01234567-89ab-cdef-0123-456789abcdef"
ENDPOINTS = ["ec2", "ecr.api", "ecr.dkr", "eks", "eks-auth", "elasticloadbalancing", "sts"]


def hub(**more: Any) -> Document:
    return changed("network.hub", HUB | more, changed("network.egress", "hub"))


BALANCER = (
    "arn:aws:elasticloadbalancing:us-east-1:111111111111:loadbalancer/net/found/0123456789abcdef"
)


def private_link(**changes: Any) -> Document:
    """Endpoints with a private link; what is no field of it is one of theirs."""
    theirs = {name: changes.pop(name) for name in ("private", "publicSourceRanges")
              if name in changes}  # fmt: skip
    link = {"allowedPrincipals": ["arn:aws:iam::333333333333:root"]} | changes
    endpoints = {"domain": "db.example.com", "tlsSecret": "tls", "privateLink": link}
    return changed("endpoints", endpoints | theirs)


def without_egress(**sections: Any) -> Document:
    """All that nodes need, and no way out; with other sections on top."""
    network = {**GOOD["network"], "egress": "none", "interfaceEndpoints": ENDPOINTS}
    return {**GOOD, "network": network} | sections


def pool(name: str, purpose: str, *types: str, **more: Any) -> Document:
    return {"name": name, "purpose": purpose, "instanceTypes": list(types)} | more


PIPELINES = ONBOARDING | {
    "pipelines": {
        "system": "github",
        "repository": "acme/clickhouse",
        "environment": "prod",
        "stateBucket": "acme-state",
    }
}

CASES: dict[str, tuple[Document, str, str | None, str]] = {
    "pipelines of every repository": (
        changed("pipelines.repository", "acme/*", PIPELINES),
        "byoc:pipelines.repository", '"acme/*"', "acme/clickhouse; no pattern",
    ),
    "pipelines of no repository": (
        changed("pipelines.repository", "acme", PIPELINES),
        "byoc:pipelines.repository", '"acme"', "owner and name",
    ),
    "pipelines of every environment": (
        changed("pipelines.environment", "*", PIPELINES),
        "byoc:pipelines.environment", '"*"', "no pattern",
    ),
    "pipelines of every branch": (
        changed("pipelines.branch", "release-?", PIPELINES),
        "byoc:pipelines.branch", '"release-?"', "no pattern",
    ),
    "a CI system of nobody": (
        changed("pipelines.system", "cron", PIPELINES), "byoc:pipelines.system", '"cron"', "github",
    ),
    "a state that is an address": (
        changed("pipelines.stateBucket", "s3://acme-state", PIPELINES),
        "byoc:pipelines.stateBucket", '"s3://acme-state"', "the bucket's name alone",
    ),
    "a key by its alias": (
        changed("pipelines.secretsKeyArn", "alias/stacks", PIPELINES),
        "byoc:pipelines.secretsKeyArn", '"alias/stacks"', "key/1234abcd",
    ),
    "an issuer with its scheme": (
        changed("pipelines.issuer", "https://git.acme.example", PIPELINES),
        "byoc:pipelines.issuer", '"https://git.acme.example"', "lower-case labels",
    ),
    "pipelines in a deployment": (
        changed("pipelines", PIPELINES["pipelines"]),
        "byoc:pipelines", '{"system": "github"', "set it in the onboarding stack",
    ),
    "unknown key at the top": (changed("acount", "1"), "byoc:acount", '"1"', "account?"),
    "unknown key in a section": (
        changed("network.cidrs", "x"), "byoc:network.cidrs", '"x"', "cidr?",
    ),
    "snake case": (
        changed("retention.backup_days", 3), "byoc:retention.backup_days", "3", "backupDays?",
    ),
    "unknown key like no other": (
        changed("network.frobnicate", 1), "byoc:network.frobnicate", "1", "one of cidr, egress",
    ),
    "missing name": (without("name"), "byoc:name", None, 'such as "acme"'),
    "name in capitals": (changed("name", "Acme"), "byoc:name", '"Acme"', "lower-case"),
    "name too long for IAM": (
        changed("name", "a" * 29), "byoc:name", f'"{"a" * 29}"', "2 to 28",
    ),
    "name too long for its region": (
        changed("name", "a" * 24, SOUTHEAST),
        "byoc:name",
        f'"{"a" * 24}"',
        "23 characters or fewer",
    ),
    "account of eleven digits": (
        changed("account", "11111111111"), "byoc:account", '"11111111111"', "twelve digits",
    ),
    "account that YAML read as a number": (
        changed("account", 11111111111), "byoc:account", "11111111111", "in quotes",
    ),
    "region that does not exist": (
        changed("region", "us-east-9"), "byoc:region", '"us-east-9"', "us-east-1",
    ),
    "cloud that is not there yet": (changed("cloud", "aw"), "byoc:cloud", '"aw"', "aws"),
    "CIDR that is none": (
        changed("network.cidr", "10.0.0.0.0/16"), "byoc:network.cidr", '"10.0.0.0.0/16"',
        "an IPv4 network such as 10.0.0.0/16",
    ),
    "CIDR without prefix": (
        changed("network.cidr", "10.0.0.0"), "byoc:network.cidr", '"10.0.0.0"', "10.0.0.0/32",
    ),
    "CIDR with host bits": (
        changed("network.cidr", "10.0.5.0/16"), "byoc:network.cidr", '"10.0.5.0/16"', "10.0.0.0/16",
    ),
    "CIDR of IPv6": (
        changed("network.cidr", "fd00::/8"), "byoc:network.cidr", '"fd00::/8"', "IPv4",
    ),
    "CIDR too small": (
        changed("network.cidr", "10.0.0.0/23"), "byoc:network.cidr", '"10.0.0.0/23"', "10.0.0.0/22",
    ),
    "CIDR too large": (
        changed("network.cidr", "10.0.0.0/15"), "byoc:network.cidr", '"10.0.0.0/15"', "10.0.0.0/16",
    ),
    "CIDR not private": (
        changed("network.cidr", "8.8.0.0/16"), "byoc:network.cidr", '"8.8.0.0/16"', "172.16.0.0/12",
    ),
    "CIDR of Tailscale": (
        changed("network.cidr", "100.64.0.0/16"), "byoc:network.cidr", '"100.64.0.0/16"',
        "inside 10.0.0.0/8",
    ),
    "no zones": (without("network.zones"), "byoc:network.zones", None, "us-east-1a"),
    "two zones": (
        changed("network.zones", ["us-east-1b", "us-east-1d"]), "byoc:network.zones",
        '["us-east-1b", "us-east-1d"]', "us-east-1b, us-east-1d, us-east-1a",
    ),
    "zone named twice": (
        changed("network.zones", ["us-east-1a", "us-east-1b", "us-east-1c", "us-east-1a"]),
        "byoc:network.zones[3]", '"us-east-1a"', "each zone once",
    ),
    "zone of another region": (
        changed("network.zones", ["us-east-1a", "us-east-1b", "us-west-2c"]),
        "byoc:network.zones[2]", '"us-west-2c"', "us-east-1f",
    ),
    "region with two zones": (
        changed("region", "us-west-1"), "byoc:region", '"us-west-1"', "three zones",
    ),
    "zone id of another region": (
        changed("network.zones", ["use1-az1", "use1-az2", "euc1-az1"]), "byoc:network.zones[2]",
        '"euc1-az1"', "ids such as use1-az1",
    ),
    "zone ids among names": (
        changed("network.zones", ["use1-az1", "us-east-1b", "us-east-1c"]), "byoc:network.zones",
        '["use1-az1", "us-east-1b", "us-east-1c"]', "ids alone, or names alone",
    ),
    "two zones by their ids": (
        changed("network.zones", ["use1-az1", "use1-az2"]), "byoc:network.zones",
        '["use1-az1", "use1-az2"]', "us-east-1a, us-east-1b, us-east-1c",
    ),
    "hub that is not named": (
        changed("network.egress", "hub"), "byoc:network.hub", None, "transitGatewayId",
    ),
    "hub that nothing leaves by": (
        changed("network.hub", HUB), "byoc:network.hub", "{", "egress: hub, or leave it out",
    ),
    "hub of a wrong form": (
        hub(transitGatewayId="tgw-1"), "byoc:network.hub.transitGatewayId", '"tgw-1"',
        "tgw-0123456789abcdef0",
    ),
    "share of the hub in one's own account": (
        hub(acceptShareArn=SHARE.replace("444444444444", "111111111111")),
        "byoc:network.hub.acceptShareArn", '"arn:', "leave it out",
    ),
    "share of the hub in another region": (
        hub(acceptShareArn=SHARE.replace("us-east-1", "eu-west-1")),
        "byoc:network.hub.acceptShareArn", '"arn:', "a share in us-east-1",
    ),
    "share of the hub that is none": (
        hub(acceptShareArn="arn:aws:ram:us-east-1:444444444444:x"),
        "byoc:network.hub.acceptShareArn", '"arn:', "resource-share/",
    ),
    "accepter of the hub in one's own account": (
        hub(accepterRoleArn="arn:aws:iam::111111111111:role/x"),
        "byoc:network.hub.accepterRoleArn", '"arn:', "leave it out",
    ),
    "certificates without a way out": (
        without_egress(endpoints={
            "domain": "db.example.com", "hostedZoneId": "Z0123456789ABC",
            "certificateEmail": "ops@example.com",
        }),
        "byoc:endpoints.hostedZoneId", '"Z0123456789ABC"', "tlsSecret",
    ),
    "Tailscale without a way out": (
        without_egress(tailscale={"enabled": True, "existingSecret": "key"}),
        "byoc:network.egress", '"none"', "hub",
    ),
    "an autoscaler that is not offered": (
        changed("cluster.autoscaling", "karpenter"),
        "byoc:cluster.autoscaling", '"karpenter"', "cluster-autoscaler",
    ),
    "an autoscaler that nobody knows": (
        changed("cluster.autoscaling", "cluster-autoscalr"),
        "byoc:cluster.autoscaling", '"cluster-autoscalr"', "cluster-autoscaler?",
    ),
    "fewer nodes than zones under an autoscaler": (
        changed("cluster", {"autoscaling": "cluster-autoscaler", "nodePools": [
            GOOD["cluster"]["nodePools"][0],
            {**GOOD["cluster"]["nodePools"][1], "minNodes": 1, "maxNodes": 2},
        ]}),
        "byoc:cluster.nodePools[1].maxNodes", "2", "3 or more",
    ),
    "a group of nodes with too long a name": (
        changed("name", "a-very-long-name-of-28-chars"[:28], changed(
            "cluster.nodePools.1.name", "workload-of-analysts",
        )),
        "byoc:cluster.nodePools[1].name", '"workload-of-analysts"', "shorter by 3",
    ),
    "autoscaler without a way out": (
        without_egress(cluster={**GOOD["cluster"], "autoscaling": "cluster-autoscaler"}),
        "byoc:network.interfaceEndpoints", "[", "also autoscaling",
    ),
    "encrypted without a way out": (
        without_egress(encryption={"tde": True}),
        "byoc:network.interfaceEndpoints", "[", "also kms",
    ),
    "encrypted without a key": (
        changed("warehouses.0.tde", True), "byoc:warehouses[0].tde", "true", "encryption.tde: true",
    ),
    "shared objects encrypted": (
        changed("warehouses.0", GOOD["warehouses"][0] | {
            "tde": True, "storageProfile": "zero_copy", "acceptExperimental": True,
        }, changed("encryption.tde", True)),
        "byoc:warehouses[0].tde", "true", "storageProfile: replicated",
    ),
    "state queue without a way out": (
        without_egress(monitoring={
            "stateQueueUrl": "https://sqs.us-east-1.amazonaws.com/222222222222/state",
            "stateRoleArn": "arn:aws:iam::222222222222:role/acme-state-exporter",
        }),
        "byoc:network.interfaceEndpoints", "[", "also sqs",
    ),
    "egress of another kind": (
        changed("network.egress", "natPerzone"), "byoc:network.egress", '"natPerzone"',
        "natPerZone?",
    ),
    "no egress and no endpoints": (
        changed("network.egress", "none"), "byoc:network.interfaceEndpoints", None, "ecr.api",
    ),
    "egress of a VPC that is not named": (
        changed("network.egress", "own"), "byoc:network.egress", '"own"', "natPerZone",
    ),
    "gateways in the customer's VPC": (
        own_vpc("egress", "singleNat"), "byoc:network.egress", '"singleNat"', "own",
    ),
    "flow logs of the customer's VPC": (
        own_vpc("flowLogs", "all"), "byoc:network.flowLogs", '"all"', "none",
    ),
    "endpoints in the customer's VPC": (
        own_vpc("interfaceEndpoints", ["sts"]), "byoc:network.interfaceEndpoints", '["sts"]',
        "empty",
    ),
    "peering of the customer's VPC": (
        changed("peering", GOOD["peering"], OWN_VPC), "byoc:peering", "[{",
        "endpoints.privateSourceRanges",
    ),
    "VPC of a wrong form": (
        own_vpc("vpc.id", "vpc-xyz"), "byoc:network.vpc.id", '"vpc-xyz"', "vpc-0123456789abcdef0",
    ),
    "zone without a subnet": (
        own_vpc("vpc.privateSubnets", {"us-east-1a": "subnet-0000000a", "us-east-1b":
            "subnet-0000000b"}),
        "byoc:network.vpc.privateSubnets", "{", "one for each zone",
    ),
    "subnet of a zone that is not used": (
        own_vpc("vpc.privateSubnets.us-east-1f", "subnet-0000000f"),
        "byoc:network.vpc.privateSubnets", "{", "zones of network.zones",
    ),
    "subnet of two zones": (
        own_vpc("vpc.privateSubnets.us-east-1c", "subnet-0000000a"),
        "byoc:network.vpc.privateSubnets.us-east-1c", '"subnet-0000000a"', "of its own",
    ),
    "public load balancer without public subnets": (
        changed("endpoints", {
            "domain": "db.example.com", "tlsSecret": "tls",
            "publicSourceRanges": ["198.51.100.0/24"],
        }, OWN_VPC),
        "byoc:network.vpc.publicSubnets", None, "a public subnet",
    ),
    "endpoint listed twice": (
        changed("network.interfaceEndpoints", ["sts", "sts"]),
        "byoc:network.interfaceEndpoints[1]", '"sts"', "once",
    ),
    "peer overlaps the VPC": (
        changed("peering.0.cidrs", ["10.20.128.0/24"]), "byoc:peering[0].cidrs[0]",
        '"10.20.128.0/24"', "networks apart",
    ),
    "peers overlap each other": (
        changed("peering.0.cidrs", ["192.168.0.0/16", "192.168.4.0/24"]),
        "byoc:peering[0].cidrs[1]", '"192.168.4.0/24"', "networks apart",
    ),
    "peer overlaps the services": (
        changed("peering.0.cidrs", ["172.16.0.0/12"]), "byoc:peering[0].cidrs[0]",
        '"172.16.0.0/12"', "networks apart",
    ),
    "VPC peered twice": (
        changed("peering", [GOOD["peering"][0], {
            **GOOD["peering"][0], "name": "again", "cidrs": ["172.24.0.0/16"],
        }]),
        "byoc:peering[1].vpcId", '"vpc-0123456789abcdef0"', "one peering for a VPC",
    ),
    "peer overlaps the tailnet": (
        changed("peering.0.cidrs", ["100.80.0.0/16"], changed("tailscale", {
            "enabled": True, "existingSecret": "key",
        })),
        "byoc:peering[0].cidrs[0]", '"100.80.0.0/16"', "networks apart",
    ),
    "accepter of another account than the peer's": (
        changed("peering.0.accepter", {"roleArn": "arn:aws:iam::333333333333:role/peering"}),
        "byoc:peering[0].accepter.roleArn", '"arn:aws:iam::333333333333:role/peering"',
        "a role of account 111111111111",
    ),
    "route table of the peer": (
        changed("peering.0.accepter", {
            "roleArn": "arn:aws:iam::111111111111:role/peering", "routeTableIds": ["main"],
        }),
        "byoc:peering[0].accepter.routeTableIds[0]", '"main"', "rtb-0123456789abcdef0",
    ),
    "peer without networks": (
        changed("peering.0.cidrs", []), "byoc:peering[0].cidrs", "[]", "1 or more",
    ),
    "peer's VPC id": (
        changed("peering.0.vpcId", "vpc-1"), "byoc:peering[0].vpcId", '"vpc-1"',
        "vpc-0123456789abcdef0",
    ),
    "services inside the VPC": (
        changed("cluster.serviceCidr", "10.20.0.0/20"), "byoc:cluster.serviceCidr",
        '"10.20.0.0/20"', "172.20.0.0/16",
    ),
    "API server open to everybody": (
        changed("cluster.apiAllowedCidrs", ["0.0.0.0/0"]), "byoc:cluster.apiAllowedCidrs[0]",
        '"0.0.0.0/0"', "the networks that may connect",
    ),
    "Kubernetes version of the past": (
        changed("cluster.version", "1.19"), "byoc:cluster.version", '"1.19"', "1.34",
    ),
    "add-on that is not installed": (
        changed("cluster.addonVersions", {"core-dns": "v1"}),
        "byoc:cluster.addonVersions.core-dns", '"v1"', "coredns?",
    ),
    "add-on that does not fit the cluster": (
        changed("cluster.addonVersions", {"coredns": "v1.11.4-eksbuild.1"}),
        "byoc:cluster.addonVersions.coredns", '"v1.11.4-eksbuild.1"', "v1.12.1 or later",
    ),
    "kube-proxy ahead of its cluster": (
        changed("cluster.addonVersions", {"kube-proxy": "v1.35.2-eksbuild.4"}),
        "byoc:cluster.addonVersions.kube-proxy", '"v1.35.2-eksbuild.4"', "v1.31 to v1.34",
    ),
    "label of Kubernetes": (
        changed(f"{POOLS}.0.labels", {"node-role.kubernetes.io/x": ""}),
        "byoc:cluster.nodePools[0].labels.node-role.kubernetes.io/x",
        '"node-role.kubernetes.io/x"', "example.com/team",
    ),
    "label of ours": (
        changed(f"{POOLS}.0.labels", {"byoc.clickhouse.dev/pool": "x"}),
        "byoc:cluster.nodePools[0].labels.byoc.clickhouse.dev/pool", '"byoc.clickhouse.dev/pool"',
        "of your own",
    ),
    "taint that keeps every pod of ours off": (
        changed(f"{POOLS}.0.taints", [{"key": "example.com/x"}]),
        "byoc:cluster.nodePools[0].taints", '[{"key"', "preferNoSchedule",
    ),
    "taint given twice": (
        changed(f"{POOLS}.0.taints", [
            {"key": "team", "effect": "preferNoSchedule"},
            {"key": "team", "value": "x", "effect": "preferNoSchedule"},
        ]),
        "byoc:cluster.nodePools[0].taints[1]", '{"key"', "once",
    ),
    "instance type that is none": (
        changed(f"{POOLS}.0.instanceTypes", ["large"]),
        "byoc:cluster.nodePools[0].instanceTypes[0]", '"large"', "m7g.xlarge",
    ),
    "two architectures in a pool": (
        changed(f"{POOLS}.0.instanceTypes", ["m6i.xlarge", "m7g.xlarge"]),
        "byoc:cluster.nodePools[0].instanceTypes[1]", '"m7g.xlarge"', "only x86_64",
    ),
    "no pool for workloads": (
        changed(POOLS, [pool("system", "system", "m6i.large")]), "byoc:cluster.nodePools",
        '[{"name": "system"', "one system and one workload",
    ),
    "two pools of one name": (
        changed(f"{POOLS}.1.name", "system"), "byoc:cluster.nodePools[1].name", '"system"',
        "of its own",
    ),
    "more nodes than the most": (
        changed(f"{POOLS}.0.desiredNodes", 10), "byoc:cluster.nodePools[0].desiredNodes", "10",
        "3 to 9",
    ),
    "fewest above most": (
        changed(f"{POOLS}.0.minNodes", 10), "byoc:cluster.nodePools[0].minNodes", "10",
        "9 or fewer",
    ),
    "pool in a foreign zone": (
        changed(f"{POOLS}.0.zones", ["us-east-1f"]), "byoc:cluster.nodePools[0].zones[0]",
        '"us-east-1f"', "us-east-1a, us-east-1b, us-east-1c",
    ),
    "log retention between two choices": (
        changed("retention.flowLogDays", 10), "byoc:retention.flowLogDays", "10", "7, or one of",
    ),
    "backups kept for no day": (
        changed("retention.backupDays", 0), "byoc:retention.backupDays", "0", "1 or more",
    ),
    "archive after the end": (
        changed("storage.backupArchiveDays", 60), "byoc:storage.backupArchiveDays", "60",
        "30 to 44",
    ),
    "lock longer than backups": (
        changed("storage.backupLockDays", 60), "byoc:storage.backupLockDays", "60", "45 or fewer",
    ),
    "infrequent access after the end": (
        changed("storage.backupInfrequentDays", 45), "byoc:storage.backupInfrequentDays", "45",
        "30 to 44",
    ),
    "two moves within a month": (
        changed("storage", {"backupInfrequentDays": 31, "backupArchiveDays": 60},
                changed("retention.backupDays", 90)),
        "byoc:storage.backupInfrequentDays", "31", "30 to 30",
    ),
    "exceptions without a rule": (
        changed("storage.outsideVpcRoleArns", ["arn:aws:iam::111111111111:role/auditor"]),
        "byoc:storage.outsideVpcRoleArns", '["arn', "onlyFromVpc: true",
    ),
    "copies of backups beside them": (
        changed("storage.backupReplica", {"region": "us-east-1", "keyArn": REPLICA_KEY}),
        "byoc:storage.backupReplica.region", '"us-east-1"', "another region",
    ),
    "copies of backups nowhere": (
        changed("storage.backupReplica", {"region": "eu-west-9", "keyArn": REPLICA_KEY}),
        "byoc:storage.backupReplica.region", '"eu-west-9"', "eu-west-",
    ),
    "key of copies in another region": (
        changed("storage.backupReplica", {"region": "eu-west-2", "keyArn": REPLICA_KEY}),
        "byoc:storage.backupReplica.keyArn", '"arn:aws:kms:eu-west-1', "eu-west-2",
    ),
    "copies without versions": (
        changed("storage", {"versioning": False, "backupReplica": REPLICA}),
        "byoc:storage.versioning", "false", "true",
    ),
    "copies that the operator may not make": (
        changed("storage.backupReplica", REPLICA, changed("access", ONBOARDING["access"])),
        "byoc:access.backupReplicaRegion", None, "eu-west-1",
    ),
    "own tag taken": (
        changed("tags", {"clickhouse-byoc": "false"}), "byoc:tags.clickhouse-byoc", '"false"',
        "another key",
    ),
    "tag of AWS": (changed("tags", {"aws:x": "1"}), "byoc:tags.aws:x", '"1"', "another key"),
    "tag value too long": (
        changed("tags", {"team": "x" * 257}), "byoc:tags.team", '"xxx', "up to 256",
    ),
    "too many tags": (
        changed("tags", {f"t{i}": "" for i in range(41)}), "byoc:tags", '{"t0"', "40 or fewer",
    ),
    "memory no multiple of 4": (
        changed(f"{SERVICES}.0.memoryGib", 10), "byoc:warehouses[0].services[0].memoryGib", "10",
        "8 or 12",
    ),
    "memory too small": (
        changed(f"{SERVICES}.0.memoryGib", 4), "byoc:warehouses[0].services[0].memoryGib", "4",
        "from 8 to 356",
    ),
    "replica larger than any node": (
        changed(f"{SERVICES}.0.memoryGib", 16), "byoc:warehouses[0].services[0].memoryGib", "16",
        "12 or less, or larger",
    ),
    "replica that grows larger than any node": (
        changed(f"{SERVICES}.0.maxMemoryGib", 32), "byoc:warehouses[0].services[0].maxMemoryGib",
        "32", "12 or less",
    ),
    "primary of one replica": (
        changed(f"{SERVICES}.0.replicas", 1), "byoc:warehouses[0].services[0].replicas", "1",
        "2 to 20",
    ),
    "more replicas than the most": (
        changed(f"{SERVICES}.0.replicas", 21), "byoc:warehouses[0].services[0].replicas", "21",
        "20 or less",
    ),
    "primary that only reads": (
        changed(f"{SERVICES}.0.access", "readOnly"), "byoc:warehouses[0].services[0].access",
        '"readOnly"', "readWrite",
    ),
    "no primary": (
        changed(f"{SERVICES}.0.role", "secondary"), "byoc:warehouses[0].services", '[{"name"',
        "role: primary",
    ),
    "two primaries": (
        changed(f"{SERVICES}.1", PRIMARY | {"name": "other"}),
        "byoc:warehouses[0].services[1].role", '"primary"', "secondary",
    ),
    "two services of one name": (
        changed(f"{SERVICES}.1.name", "primary"), "byoc:warehouses[0].services[1].name",
        '"primary"', "of its own",
    ),
    "a Secret that cannot be": (
        changed(f"{SERVICES}.0.tls", {"secret": "Main_TLS"}),
        "byoc:warehouses[0].services[0].tls.secret", '"Main_TLS"', "main-tls",
    ),
    "TLS without a certificate": (
        changed(f"{SERVICES}.0.tls", {"hosts": ["a.example.com"]}),
        "byoc:warehouses[0].services[0].tls.secret", None, "main-tls",
    ),
    "a host name with a port": (
        changed(f"{SERVICES}.0.tls", {"secret": "a", "hosts": ["a.example.com:9440"]}),
        "byoc:warehouses[0].services[0].tls.hosts[0]", '"a.example.com:9440"', "main.example.com",
    ),
    "two services that claim one host": (
        changed("warehouses", [
            {"name": "main", "services": [PRIMARY | {"tls": {"secret": "a", "hosts": ["a.b"]}}]},
            {"name": "other", "services": [
                PRIMARY | {"name": "second", "tls": {"secret": "b", "hosts": ["c.d", "a.b"]}},
            ]},
        ]),
        "byoc:warehouses[1].services[0].tls.hosts[1]", '"a.b"', "this service alone",
    ),
    "two warehouses of one name": (
        changed("warehouses", [
            {"name": "main", "services": [PRIMARY]},
            {"name": "main", "services": [PRIMARY | {"name": "second"}]},
        ]),
        "byoc:warehouses[1].name", '"main"', "of its own",
    ),
    "even Keeper": (
        changed("warehouses.0.keeper", {"replicas": 2}), "byoc:warehouses[0].keeper.replicas", "2",
        "1, 3 or 5",
    ),
    "experimental profile": (
        changed("warehouses.0.storageProfile", "zero_copy"), "byoc:warehouses[0].storageProfile",
        '"zero_copy"', "acceptExperimental",
    ),
    "Tailscale without a key": (
        changed("tailscale", {"enabled": True}), "byoc:tailscale.authKey", None, "--secret",
    ),
    "two Tailscale keys": (
        changed("tailscale", {"enabled": True, "authKeyFile": "key", "existingSecret": "key"}),
        "byoc:tailscale.existingSecret", '"key"', "exactly one",
    ),
    "private link without a load balancer": (
        private_link(private=False, publicSourceRanges=["198.51.100.0/24"]),
        "byoc:endpoints.privateLink", "{", "loadBalancerArn",
    ),
    "private link for everybody": (
        private_link(allowedPrincipals=["*"]), "byoc:endpoints.privateLink.allowedPrincipals[0]",
        '"*"', "arn:aws:iam::333333333333:root",
    ),
    "private link for nobody": (
        private_link(allowedPrincipals=[]), "byoc:endpoints.privateLink.allowedPrincipals", "[]",
        "1 or more",
    ),
    "connections accepted where none waits": (
        private_link(acceptanceRequired=False, acceptedEndpoints=["vpce-0123456789abcdef0"]),
        "byoc:endpoints.privateLink.acceptedEndpoints", "[", "acceptanceRequired: true",
    ),
    "private link from its own region": (
        private_link(supportedRegions=["us-east-1"]),
        "byoc:endpoints.privateLink.supportedRegions[0]", '"us-east-1"', "leave it out",
    ),
    "private link from a region listed twice": (
        private_link(supportedRegions=["eu-west-1", "eu-west-1"]),
        "byoc:endpoints.privateLink.supportedRegions[1]", '"eu-west-1"', "once",
    ),
    "private link from a region that is none": (
        private_link(supportedRegions=["eu-west-9"]),
        "byoc:endpoints.privateLink.supportedRegions[0]", '"eu-west-9"', "eu-west-",
    ),
    "load balancer of another account offered": (
        private_link(loadBalancerArn=BALANCER.replace("111111111111", "333333333333")),
        "byoc:endpoints.privateLink.loadBalancerArn", '"arn:', "account 111111111111",
    ),
    "application load balancer offered": (
        private_link(loadBalancerArn=BALANCER.replace("/net/", "/app/")),
        "byoc:endpoints.privateLink.loadBalancerArn", '"arn:', "loadbalancer/net/",
    ),
    "endpoint without a domain": (
        changed("endpoints", {"publicSourceRanges": ["203.0.113.0/24"]}),
        "byoc:endpoints.publicSourceRanges", '["203.0.113.0/24"]', "endpoints.domain",
    ),
    "domain without a zone": (
        changed("endpoints", {"domain": "db.example.com", "certificateEmail": "a@example.com"}),
        "byoc:endpoints.hostedZoneId", None, "Route 53",
    ),
    "key of another region": (
        changed("encryption.bucketsKeyArn", "arn:aws:kms:eu-west-1:111111111111:key/1234"),
        "byoc:encryption.bucketsKeyArn", '"arn:aws:kms:eu-west-1', "us-east-1",
    ),
    "key of another account": (
        changed("encryption.bucketsKeyArn", "arn:aws:kms:us-east-1:333333333333:key/1234"),
        "byoc:encryption.bucketsKeyArn", '"arn:aws:kms:us-east-1:333333333333', "111111111111",
    ),
    "key of data keys that nobody has": (
        changed("encryption.tdeKeyArn", "arn:aws:kms:us-east-1:111111111111:key/1234"),
        "byoc:encryption.tdeKeyArn", '"arn:aws', "tde: true",
    ),
    "no key where the operator makes none": (
        changed("access", {
            "roleArn": "arn:aws:iam::111111111111:role/ClickHouseManagementRole-provision",
            "keyWrite": False,
        }),
        "byoc:encryption.volumesKeyArn", None, "a key of yours",
    ),
    "profile of no role": (
        changed("access.profile", "byoc-acme"), "byoc:access.profile", '"byoc-acme"', "roleArn",
    ),
    "everybody's profile": (
        changed("access", {
            "roleArn": "arn:aws:iam::111111111111:role/ClickHouseManagementRole",
            "profile": "default",
        }),
        "byoc:access.profile", '"default"', "not default",
    ),
    "operator without external id": (
        changed("access.operatorAccount", "222222222222"), "byoc:access.externalId", None,
        "external id",
    ),
    "telemetry by a role that pods may not take on": (
        changed("monitoring", {"stateRoleArn": "arn:aws:iam::222222222222:role/state"},
                changed("access", ONBOARDING["access"])),
        "byoc:monitoring.stateRoleArn", '"arn:aws:iam::222222222222:role/state"',
        "role/name-state-exporter",
    ),
    "telemetry without an operator": (
        changed("monitoring.usageRoleArn", "arn:aws:iam::222222222222:role/x-clickhouse-scraper"),
        "byoc:monitoring.usageRoleArn", '"arn:aws:iam', "access.operatorAccount",
    ),
    "onboarding for nobody": (
        without("access.operatorAccount", ONBOARDING), "byoc:access.operatorAccount", None,
        "222222222222",
    ),
    "onboarding with a cluster": (
        changed("cluster.version", "1.34", ONBOARDING), "byoc:cluster", '{"version"',
        "leave it out",
    ),
    "every principal of the operator": (
        changed("access.operatorPrincipal", "*", ONBOARDING), "byoc:access.operatorPrincipal",
        '"*"', "CrossplaneWorkloadRole",
    ),
    "list that is text": (
        changed("network.zones", "us-east-1a"), "byoc:network.zones", '"us-east-1a"', "a list",
    ),
    "section that is text": (changed("network", "10.0.0.0/16"), "byoc:network", '"10.0', "mapping"),
    "number that is text": (
        changed("retention.backupDays", "many"), "byoc:retention.backupDays", '"many"', "whole",
    ),
    "switch that is text": (
        changed("tailscale.enabled", "maybe"), "byoc:tailscale.enabled", '"maybe"', "true or false",
    ),
}  # fmt: skip


def problems(document: Document, **more: Any) -> tuple[Problem, ...]:
    with pytest.raises(ConfigError) as refused:
        parse(document, **more)
    return refused.value.problems


@pytest.mark.parametrize(("document", "field", "held", "right"), CASES.values(), ids=CASES.keys())
def test_a_bad_field_is_named_with_its_value_and_what_would_be_right(
    document: Document, field: str, held: str | None, right: str
) -> None:
    found = {problem.field: problem for problem in problems(document)}
    assert field in found
    assert right in found[field].right
    if held is None:
        assert found[field].held is None
    else:
        assert (found[field].held or "").startswith(held)


def test_the_good_configurations_are_good() -> None:
    assert parse(GOOD).network.cidr.prefixlen == 16
    assert parse(ONBOARDING).is_onboarding
    assert parse(OWN_VPC).network.vpc is not None


def pairs() -> Iterator[tuple[str, str]]:
    yield "network.cidr", "retention.flowLogDays"
    yield "name", f"{SERVICES}.0.memoryGib"
    yield "region", "account"


BAD: dict[str, Any] = {
    "network.cidr": "10.0.0.0/25",
    "retention.flowLogDays": 10,
    "name": "UPPER",
    f"{SERVICES}.0.memoryGib": 9,
    "region": "moon-1",
    "account": "1",
}


@pytest.mark.parametrize(("first", "second"), list(pairs()))
def test_two_errors_are_reported_at_once_and_nothing_else(first: str, second: str) -> None:
    document = changed(second, BAD[second], changed(first, BAD[first]))
    assert len(problems(document)) == 2


def test_a_field_error_does_not_hide_an_error_between_other_fields() -> None:
    document = changed("account", "12", changed(f"{SERVICES}.0.replicas", 1))
    fields = [problem.field for problem in problems(document)]
    assert fields == ["byoc:account", "byoc:warehouses[0].services[0].replicas"]


def test_nothing_is_said_between_fields_of_which_one_is_in_doubt() -> None:
    document = changed("peering.0.cidrs", ["10.0.0.0/8"], changed("network.cidr", "10.20.0.0/30"))
    assert [problem.field for problem in problems(document)] == ["byoc:network.cidr"]


def test_the_message_holds_every_problem_on_a_line_of_its_own() -> None:
    with pytest.raises(ConfigError) as refused:
        parse(changed("account", "1", changed("region", "x")), source="stack acme")
    lines = str(refused.value).splitlines()
    assert lines[0] == "stack acme: 2 problems, nothing was planned."
    assert [line.split(": ")[0].strip() for line in lines[1:]] == ["byoc:account", "byoc:region"]


SECRETS = {
    "plain text where a secret belongs": changed("tailscale.authKey", "tskey-auth-hidden"),
    "secret of the wrong form": changed("tailscale.authKey", Secret("hidden")),
    "secret under a wrong name": changed("tailscale.autKey", "hidden"),
    "secret in a field that is none": changed("region", "tskey-auth-hidden"),
    "secret section that is text": changed("tailscale", "hidden"),
}


@pytest.mark.parametrize("document", SECRETS.values(), ids=SECRETS.keys())
def test_a_secret_is_never_shown(document: Document) -> None:
    with pytest.raises(ConfigError) as refused:
        parse(document, secret_keys=frozenset({"tailscale"}))
    assert "hidden" not in str(refused.value)
