"""The stack's state is true: no change twice, drift is seen and repaired."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from lightkube.resources.apps_v1 import Deployment
from lightkube.resources.core_v1 import ConfigMap

from tests.stack.checkout import Checkout

CHANGED = 4
"""A network, a bucket's gate, a ConfigMap and a Deployment."""


def changes(stack: Checkout, *arguments: str) -> dict[str, Any]:
    """The changes that a preview counts, less what stays the same."""
    shown = stack.pulumi(*arguments, "--json").ok().out
    summary: dict[str, Any] = json.loads(shown)["changeSummary"]
    return {kind: count for kind, count in summary.items() if kind != "same"}


def test_a_second_up_changes_nothing(stack: Checkout) -> None:
    stack.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes").ok()


def test_a_refresh_finds_nothing(stack: Checkout) -> None:
    stack.pulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes").ok()


def test_what_was_changed_behind_its_back_is_seen_and_comes_back(stack: Checkout) -> None:
    """In the network, the storage and the cluster; a refresh shows it, and `up` takes it back."""
    deeds = [untagged_network(stack), opened_bucket(stack), changed_objects(stack)]
    assert changes(stack, "refresh", "--preview-only") == {"update": CHANGED}
    stack.pulumi("up", "--yes", "--skip-preview", "--refresh").ok()
    for is_right in deeds:
        is_right()
    assert changes(stack, "refresh", "--preview-only") == {}


def untagged_network(stack: Checkout) -> Callable[[], None]:
    ec2 = stack.aws("ec2")
    [vpc] = ec2.describe_vpcs(Filters=[{"Name": "tag:clickhouse-byoc", "Values": ["true"]}])["Vpcs"]
    ec2.delete_tags(Resources=[vpc["VpcId"]], Tags=[{"Key": "clickhouse-byoc"}])

    def is_tagged() -> None:
        [again] = ec2.describe_vpcs(VpcIds=[vpc["VpcId"]])["Vpcs"]
        assert {"Key": "clickhouse-byoc", "Value": "true"} in again["Tags"]

    return is_tagged


def opened_bucket(stack: Checkout) -> Callable[[], None]:
    s3 = stack.aws("s3")
    bucket = stack.outputs()["buckets"]["data"]
    s3.put_public_access_block(
        Bucket=bucket,
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": False,
            "IgnorePublicAcls": False,
            "BlockPublicPolicy": False,
            "RestrictPublicBuckets": False,
        },
    )

    def is_closed() -> None:
        block = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
        assert all(block.values())

    return is_closed


def changed_objects(stack: Checkout) -> Callable[[], None]:
    kube = stack.kube()
    kube.patch(ConfigMap, "deployment", {"data": {"region": "mars"}}, namespace="byoc-system")
    kube.patch(Deployment, "controller", {"spec": {"replicas": 0}}, namespace="byoc-system")

    def are_as_before() -> None:
        config = kube.get(ConfigMap, "deployment", namespace="byoc-system")
        assert (config.data or {})["region"] == "us-east-1"
        controller = kube.get(Deployment, "controller", namespace="byoc-system")
        assert controller.spec and controller.spec.replicas == 1

    return are_as_before
