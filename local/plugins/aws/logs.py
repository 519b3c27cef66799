"""CloudWatch log groups."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import ClassVar

from local.plugins.aws.cloud import Aws
from local.plugins.aws.documents import pick, request
from local.plugins.aws.names import named, unique_name
from local.plugins.aws.resource import AwsResource
from local.plugins.provider import Property, Props, Schema


class LogGroup(AwsResource):
    service = "logs"
    properties: ClassVar[Schema] = {
        **named(512),
        "deletionProtectionEnabled": Property(computed=True),
        "kmsKeyId": Property(),
        "logGroupClass": Property(computed=True, replaces=True),
        "retentionInDays": Property(default=0),
        "skipDestroy": Property(default=False, write_only=True),
        "arn": Property(read_only=True),
    }

    def make(self, aws: Aws, inputs: Props) -> str:
        logs, name = aws.client("logs"), unique_name(inputs, aws)
        given = pick(inputs, ["kmsKeyId", "logGroupClass", "deletionProtectionEnabled"])
        tags = inputs.get("tags") or None
        logs.create_log_group(
            **request(logs, "create_log_group", given, logGroupName=name, tags=tags)
        )
        return name

    def finish(self, aws: Aws, id_: str, inputs: Props) -> None:
        if inputs["retentionInDays"]:
            self.change(aws, id_, ["retentionInDays"], inputs, {})

    def find(self, aws: Aws, id_: str, known: Props) -> Props | None:
        logs = aws.client("logs")
        found = logs.describe_log_groups(logGroupNamePrefix=id_)["logGroups"]
        group = next((item for item in found if item["logGroupName"] == id_), None)
        if group is None:
            return None
        arn = group["arn"].removesuffix(":*")
        told = {
            "name": id_,
            "arn": arn,
            "kmsKeyId": group.get("kmsKeyId"),
            "logGroupClass": group.get("logGroupClass", "STANDARD"),
            "retentionInDays": group.get("retentionInDays", 0),
            "deletionProtectionEnabled": group.get("deletionProtectionEnabled"),
            "tags": logs.list_tags_for_resource(resourceArn=arn)["tags"],
        }
        return {name: value for name, value in told.items() if value is not None}

    def change(
        self, aws: Aws, id_: str, changed: Collection[str], inputs: Props, live: Props
    ) -> None:
        logs, at = aws.client("logs"), {"logGroupName": id_}
        if "retentionInDays" in changed:
            if days := inputs.get("retentionInDays"):
                logs.put_retention_policy(**at, retentionInDays=days)
            else:
                logs.delete_retention_policy(**at)
        if "kmsKeyId" in changed:
            if key := inputs.get("kmsKeyId"):
                logs.associate_kms_key(**at, kmsKeyId=key)
            else:
                logs.disassociate_kms_key(**at)
        if "deletionProtectionEnabled" in changed:
            logs.put_log_group_deletion_protection(
                logGroupIdentifier=id_,
                deletionProtectionEnabled=inputs["deletionProtectionEnabled"],
            )

    def put_tags(self, aws: Aws, id_: str, live: Props, tags: Mapping[str, str]) -> None:
        aws.client("logs").tag_resource(resourceArn=live["arn"], tags=dict(tags))

    def drop_tags(self, aws: Aws, id_: str, live: Props, keys: list[str]) -> None:
        aws.client("logs").untag_resource(resourceArn=live["arn"], tagKeys=keys)

    def remove(self, aws: Aws, id_: str, known: Props) -> None:
        if not known.get("skipDestroy"):
            aws.client("logs").delete_log_group(logGroupName=id_)
