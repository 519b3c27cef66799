"""The floor: the deployment's number of components and resources, and the SDK modules it loads."""

import json
from pathlib import Path

import pulumi
import pulumi_aws
import pulumi_kubernetes
from pulumi_aws import cloudwatch, ec2, eks, iam, kms, s3, vpc

LOADED = (
    pulumi_aws.Provider,
    pulumi_kubernetes.Provider,
    cloudwatch.LogGroup,
    ec2.Vpc,
    eks.Cluster,
    iam.Role,
    kms.Key,
    s3.Bucket,
    vpc.SecurityGroupIngressRule,
    pulumi_kubernetes.apiextensions.v1.CustomResourceDefinition,
    pulumi_kubernetes.apps.v1.Deployment,
    pulumi_kubernetes.core.v1.Namespace,
    pulumi_kubernetes.networking.v1.NetworkPolicy,
    pulumi_kubernetes.policy.v1.PodDisruptionBudget,
    pulumi_kubernetes.rbac.v1.Role,
    pulumi_kubernetes.scheduling.v1.PriorityClass,
    pulumi_kubernetes.storage.v1.StorageClass,
)
"""The SDK loads a module when something in it is first named: these are what the program names."""


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
