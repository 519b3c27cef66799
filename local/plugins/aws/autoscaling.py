"""Tags of autoscaling groups that others made, such as those of EKS's node groups."""

from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar

from local.plugins.aws.cloud import Aws
from local.plugins.aws.resource import AwsResource
from local.plugins.provider import Property, Props, Schema

KIND = "auto-scaling-group"


class Tag(AwsResource):
    service = "autoscaling"
    tagged = False
    properties: ClassVar[Schema] = {
        "autoscalingGroupName": Property(required=True, replaces=True),
        "tag": Property(
            required=True,
            fields={
                "key": Property(required=True, replaces=True),
                "value": Property(required=True),
                "propagateAtLaunch": Property(required=True),
            },
        ),
    }

    def make(self, aws: Aws, inputs: Props) -> str:
        self.change(aws, "", (), inputs, {})
        return f"{inputs['autoscalingGroupName']},{inputs['tag']['key']}"

    def find(self, aws: Aws, id_: str, known: Props) -> Props | None:
        group, _, key = id_.partition(",")
        found = aws.client("autoscaling").describe_tags(
            Filters=[
                {"Name": "auto-scaling-group", "Values": [group]},
                {"Name": "key", "Values": [key]},
            ]
        )["Tags"]
        if not found:
            return None
        tag = {"key": key, "value": found[0]["Value"]}
        tag["propagateAtLaunch"] = found[0]["PropagateAtLaunch"]
        return {"autoscalingGroupName": group, "tag": tag}

    def change(
        self, aws: Aws, id_: str, changed: Collection[str], inputs: Props, live: Props
    ) -> None:
        tag = inputs["tag"]
        wanted = {
            "ResourceId": inputs["autoscalingGroupName"],
            "ResourceType": KIND,
            "Key": tag["key"],
            "Value": tag["value"],
            "PropagateAtLaunch": tag["propagateAtLaunch"],
        }
        aws.client("autoscaling").create_or_update_tags(Tags=[wanted])

    def remove(self, aws: Aws, id_: str, known: Props) -> None:
        group, _, key = id_.partition(",")
        tag = {"ResourceId": group, "ResourceType": KIND, "Key": key}
        groups = aws.client("autoscaling").describe_auto_scaling_groups(
            AutoScalingGroupNames=[group]
        )
        if groups["AutoScalingGroups"]:
            aws.client("autoscaling").delete_tags(Tags=[tag])
