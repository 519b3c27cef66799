"""What of a plan is danger, and what is not."""

from __future__ import annotations

from typing import Any

import pytest

from control.cli.ci.danger import Kind, dangers
from control.cli.ci.permission_diff import permission_changes
from control.cli.ci.steps import UNKNOWN, Step
from control.cli.events import Change
from tests.control.cli.ci.planned import step

BUCKET = "aws:s3/bucket:Bucket"
BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
VERSIONING = "aws:s3/bucketVersioning:BucketVersioning"
LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
CLUSTER = "aws:eks/cluster:Cluster"
NODES = "aws:eks/nodeGroup:NodeGroup"
RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
LOAD_BALANCER = "kubernetes:core/v1:Service"
POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
SERVICE = "kubernetes:byoc.clickhouse.dev/v1alpha1:Service"
WAREHOUSE = "kubernetes:byoc.clickhouse.dev/v1alpha1:Warehouse"
ROLE = "aws:iam/role:Role"
REPLACE = Change.REPLACE


def found(*steps: Step) -> list[tuple[Kind, str]]:
    return [(each.kind, each.message) for each in dangers(steps, permission_changes(steps))]


def api(*cidrs: str) -> dict[str, Any]:
    return {"vpcConfig": {"endpointPublicAccess": bool(cidrs), "publicAccessCidrs": list(cidrs)}}


def versioned(status: str) -> dict[str, Any]:
    return {"versioningConfiguration": {"status": status}}


def expiring(days: int | None, *, status: str = "Enabled") -> dict[str, Any]:
    rule = {"id": "age", "status": status, "expiration": {"days": days} if days else {}}
    return {"rules": [rule]}


def rule(cidr: str, port: int = 443) -> dict[str, Any]:
    return {"ipProtocol": "tcp", "fromPort": port, "toPort": port, "cidrIpv4": cidr}


def balanced(*ranges: str, inside: bool = False) -> dict[str, Any]:
    key = "service.beta.kubernetes.io/aws-load-balancer-scheme"
    notes = {key: "internal" if inside else "internet-facing"}
    return {
        "metadata": {"annotations": notes},
        "spec": {"type": "LoadBalancer", "loadBalancerSourceRanges": list(ranges)},
    }


def policy(*peers: dict[str, Any], types: tuple[str, ...] = ("Ingress",)) -> dict[str, Any]:
    ingress = [{"from": list(peers), "ports": [{"port": 8123}]}] if peers else []
    return {"spec": {"ingress": ingress, "policyTypes": list(types)}}


def block(*, on: bool) -> dict[str, Any]:
    return {
        "blockPublicAcls": True,
        "blockPublicPolicy": on,
        "ignorePublicAcls": True,
        "restrictPublicBuckets": on,
    }


def spec(**values: Any) -> dict[str, Any]:
    return {"spec": values}


DANGEROUS = {
    "a bucket goes": (step(BUCKET, {"bucket": "b"}), Kind.DATA, "**is deleted**: every object"),
    "a bucket is made anew": (
        step(BUCKET, {"a": 1}, {"a": 2}, change=REPLACE, causes=("bucket",)),
        Kind.DATA,
        "**is replaced** because of `bucket`: every object",
    ),
    "a key goes": (step("aws:kms/key:Key", {"a": 1}), Kind.DATA, "can no longer be read"),
    "a claim goes": (
        step("kubernetes:core/v1:PersistentVolumeClaim", {"a": 1}),
        Kind.DATA,
        "the volume's content",
    ),
    "a warehouse that deletes its data goes": (
        step(WAREHOUSE, spec(dataRetention="delete")),
        Kind.DATA,
        "its data goes too",
    ),
    "protection ends": (
        step(BUCKET, {"a": 1}, {"a": 1}, change=Change.SAME, protection_ends=True),
        Kind.DATA,
        "no longer protected",
    ),
    "versions are no longer kept": (
        step(VERSIONING, versioned("Enabled"), versioned("Suspended")),
        Kind.DATA,
        "no longer kept (versioning Suspended)",
    ),
    "objects expire sooner": (
        step(LIFECYCLE, expiring(395), expiring(30)),
        Kind.DATA,
        "objects are deleted after 30 days instead of 395 days (rule `age`)",
    ),
    "objects expire at all": (
        step(LIFECYCLE, expiring(None), expiring(30)),
        Kind.DATA,
        "instead of never",
    ),
    "data goes with its primary": (
        step(WAREHOUSE, spec(dataRetention="retain"), spec(dataRetention="delete")),
        Kind.DATA,
        "goes with its primary",
    ),
    "a boundary is dropped": (
        step(ROLE, {"name": "r", "permissionsBoundary": "arn:b"}, {"name": "r"}),
        Kind.PERMISSIONS,
        "boundary changes from `arn:b` to `none`",
    ),
    "the API server opens": (
        step(CLUSTER, api(), api("203.0.113.0/24")),
        Kind.EXPOSURE,
        "the Kubernetes API server is open from `203.0.113.0/24`",
    ),
    "the API server opens to everybody by leaving it out": (
        step(CLUSTER, api(), {"vpcConfig": {}}),
        Kind.EXPOSURE,
        "**the whole internet**",
    ),
    "a range grows": (
        step(CLUSTER, api("203.0.113.0/24"), api("203.0.112.0/23")),
        Kind.EXPOSURE,
        "`203.0.112.0/23`",
    ),
    "a security group lets everybody in": (
        step(RULE, None, rule("0.0.0.0/0")),
        Kind.EXPOSURE,
        "tcp 443 is open from **the whole internet**",
    ),
    "another port opens to the same": (
        step(RULE, rule("10.0.0.0/8"), rule("10.0.0.0/8", port=9000)),
        Kind.EXPOSURE,
        "tcp 9000",
    ),
    "a source is not known yet": (
        step(RULE, rule("10.0.0.0/8"), rule(UNKNOWN)),
        Kind.EXPOSURE,
        "an address not known yet",
    ),
    "a load balancer loses its ranges": (
        step(LOAD_BALANCER, balanced("198.51.100.0/24"), balanced()),
        Kind.EXPOSURE,
        "the public load balancer is open from **the whole internet**",
    ),
    "a private load balancer becomes public": (
        step(
            LOAD_BALANCER,
            balanced("10.0.0.0/8", inside=True),
            balanced("10.0.0.0/8"),
        ),
        Kind.EXPOSURE,
        "the public load balancer",
    ),
    "a network policy admits more": (
        step(POLICY, policy(), policy({"podSelector": {"matchLabels": {"app": "x"}}})),
        Kind.EXPOSURE,
        "tcp 8123 into its pods is open from `pods app=x`",
    ),
    "a network policy goes": (
        step(POLICY, policy()),
        Kind.EXPOSURE,
        "no longer restricted by it",
    ),
    "a network policy forgets a direction": (
        step(POLICY, policy(types=("Ingress", "Egress")), policy()),
        Kind.EXPOSURE,
        "no longer restricts egress",
    ),
    "a service admits more": (
        step(SERVICE, spec(allowlist=[]), spec(allowlist=[{"cidr": "192.0.2.0/24"}])),
        Kind.EXPOSURE,
        "the service is open from `192.0.2.0/24`",
    ),
    "public access is no longer blocked": (
        step(BLOCK, block(on=True), block(on=False)),
        Kind.EXPOSURE,
        "may become public: `blockPublicPolicy`, `restrictPublicBuckets` off",
    ),
    "nodes are replaced": (
        step(NODES, {"version": "1.33"}, {"version": "1.34"}),
        Kind.DOWNTIME,
        "every node of the group",
    ),
    "a subnet is made anew": (
        step("aws:ec2/subnet:Subnet", {"a": 1}, {"a": 2}, change=REPLACE),
        Kind.DOWNTIME,
        "what has an address in it stops",
    ),
    "a service is stopped": (
        step(SERVICE, spec(desired="Running"), spec(desired="Stopped")),
        Kind.DOWNTIME,
        "nobody can query it",
    ),
    "a service has fewer replicas": (
        step(SERVICE, spec(replicas=3), spec(replicas=2)),
        Kind.DOWNTIME,
        "from 3 to 2 replicas",
    ),
}


@pytest.mark.parametrize(("planned", "kind", "says"), DANGEROUS.values(), ids=DANGEROUS.keys())
def test_danger_is_told(planned: Step, kind: Kind, says: str) -> None:
    messages = [message for each, message in found(planned) if each is kind]
    assert any(says in message for message in messages), found(planned)


HARMLESS = {
    "a tag": step(BUCKET, {"tags": {"a": "1"}}, {"tags": {"a": "2"}}),
    "a new bucket": step(BUCKET, None, {"bucket": "b"}),
    "a bucket that stays in the cloud": step(BUCKET, {"bucket": "b"}, kept=True),
    "versions are kept from now on": step(VERSIONING, versioned("Suspended"), versioned("Enabled")),
    "objects stay longer": step(LIFECYCLE, expiring(30), expiring(31)),
    "an expiry that is switched off": step(LIFECYCLE, expiring(30), expiring(1, status="Disabled")),
    "a range shrinks": step(CLUSTER, api("203.0.112.0/23"), api("203.0.113.0/24")),
    "the API server closes": step(CLUSTER, api("203.0.113.0/24"), api()),
    "a network policy admits less": step(POLICY, policy({"podSelector": {}}), policy()),
    "public access is blocked": step(BLOCK, block(on=False), block(on=True)),
    "a service grows": step(SERVICE, spec(replicas=2), spec(replicas=3)),
    "a resize, which is make-before-break": step(
        SERVICE, spec(memory={"gib": 8}), spec(memory={"gib": 16})
    ),
}


@pytest.mark.parametrize("planned", HARMLESS.values(), ids=HARMLESS.keys())
def test_the_harmless_is_not_called_danger(planned: Step) -> None:
    assert found(planned) == []


def test_what_guards_a_bucket_may_go_with_it() -> None:
    steps = (step(BUCKET, {"bucket": "b"}, id="b"), step(BLOCK, {"bucket": "b"}, id="b"))
    assert [kind for kind, _ in found(*steps)] == [Kind.DATA]
    assert [kind for kind, _ in found(steps[1])] == [Kind.EXPOSURE]


def test_data_comes_first_and_downtime_last() -> None:
    kinds = [
        kind
        for kind, _ in found(
            step(SERVICE, spec(desired="Running"), spec(desired="Stopped")),
            step(CLUSTER, api(), api("203.0.113.0/24")),
            step(BUCKET, {"bucket": "b"}),
        )
    ]
    assert kinds == [Kind.DATA, Kind.EXPOSURE, Kind.DOWNTIME]
