"""The stack's state is true: no change twice, drift is seen and repaired."""

from __future__ import annotations

import json
from typing import Any

from lightkube.resources.apps_v1 import Deployment
from lightkube.resources.core_v1 import ConfigMap

from tests.stack.checkout import Checkout


def changes(stack: Checkout, *arguments: str) -> dict[str, Any]:
    """The changes that a preview counts, less what stays the same."""
    shown = stack.pulumi(*arguments, "--json").ok().out
    summary: dict[str, Any] = json.loads(shown)["changeSummary"]
    return {kind: count for kind, count in summary.items() if kind != "same"}


def test_a_second_up_changes_nothing(stack: Checkout) -> None:
    stack.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes").ok()


def test_a_refresh_finds_nothing(stack: Checkout) -> None:
    stack.pulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes").ok()


def test_a_tag_taken_away_behind_its_back_comes_back(stack: Checkout) -> None:
    ec2 = stack.aws("ec2")
    [vpc] = ec2.describe_vpcs(Filters=[{"Name": "tag:clickhouse-byoc", "Values": ["true"]}])["Vpcs"]
    ec2.delete_tags(Resources=[vpc["VpcId"]], Tags=[{"Key": "clickhouse-byoc"}])
    repair(stack)
    [again] = ec2.describe_vpcs(VpcIds=[vpc["VpcId"]])["Vpcs"]
    assert {"Key": "clickhouse-byoc", "Value": "true"} in again["Tags"]


def test_an_opened_bucket_is_closed_again(stack: Checkout) -> None:
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
    repair(stack)
    block = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    assert all(block.values())


def test_a_changed_kubernetes_object_is_repaired(stack: Checkout) -> None:
    kube = stack.kube()
    kube.patch(ConfigMap, "deployment", {"data": {"region": "mars"}}, namespace="byoc-system")
    kube.patch(Deployment, "controller", {"spec": {"replicas": 0}}, namespace="byoc-system")
    repair(stack)
    config = kube.get(ConfigMap, "deployment", namespace="byoc-system")
    assert (config.data or {})["region"] == "us-east-1"
    controller = kube.get(Deployment, "controller", namespace="byoc-system")
    assert controller.spec and controller.spec.replicas == 1


def repair(stack: Checkout) -> None:
    """A refresh shows the drift, and `up` takes it back; afterwards there is none."""
    seen = changes(stack, "refresh", "--preview-only")
    assert seen.get("update"), seen
    stack.pulumi("up", "--yes", "--skip-preview", "--refresh").ok()
    assert changes(stack, "refresh", "--preview-only") == {}
