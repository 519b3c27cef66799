"""The floor: the deployment's number of components and resources, and its SDK imports."""

import json
from pathlib import Path

import pulumi
from pulumi_aws import Provider, cloudwatch, ec2, eks, iam, kms, s3, vpc  # noqa: F401
from pulumi_kubernetes import Provider as KubernetesProvider  # noqa: F401
from pulumi_kubernetes import (  # noqa: F401
    apiextensions,
    apps,
    core,
    networking,
    policy,
    rbac,
    scheduling,
    storage,
)


class Item(pulumi.CustomResource):
    made: pulumi.Output[bool]

    def __init__(self, name: str, opts: pulumi.ResourceOptions) -> None:
        props = {"label": name, "tags": {"clickhouse-byoc": "true"}, "made": None}
        super().__init__("noop:index/item:Item", name, props, opts)


class Group(pulumi.ComponentResource):
    def __init__(self, name: str) -> None:
        super().__init__("noop:index:Group", name)
        self.register_outputs({})


counts = json.loads((Path(__file__).parent / "counts.json").read_text())
groups = [Group(f"group-{number}") for number in range(counts["components"])]
for number in range(counts["custom"]):
    parent = groups[number % len(groups)]
    Item(f"item-{number}", pulumi.ResourceOptions(parent=parent))
