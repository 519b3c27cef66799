"""Secrets Manager: secrets, and versions of what they hold."""

from __future__ import annotations

import base64
from collections.abc import Collection, Mapping
from typing import Any, ClassVar

from local.plugins.aws.cloud import Aws
from local.plugins.aws.documents import pick, request
from local.plugins.aws.failures import missing_is_fine
from local.plugins.aws.names import named, unique_name
from local.plugins.aws.resource import AwsResource
from local.plugins.aws.tags import from_pairs, pairs
from local.plugins.provider import (
    Call,
    Failure,
    InvalidInputsError,
    Property,
    Props,
    Schema,
    as_json,
    in_any_order,
)

CURRENT = "AWSCURRENT"


class Secret(AwsResource):
    service = "secretsmanager"
    properties: ClassVar[Schema] = {
        **named(512),
        "description": Property(),
        "forceOverwriteReplicaSecret": Property(default=False, write_only=True),
        "kmsKeyId": Property(),
        "policy": Property(computed=True, same=as_json),
        "recoveryWindowInDays": Property(default=30, write_only=True),
        "arn": Property(read_only=True),
    }
    elsewhere = ("policy",)

    def make(self, aws: Aws, inputs: Props) -> str:
        client = aws.client("secretsmanager")
        wanted = request(
            client,
            "create_secret",
            pick(inputs, ["description", "kmsKeyId"]),
            Name=unique_name(inputs, aws),
            Tags=pairs(inputs.get("tags")) or None,
        )
        return str(client.create_secret(**wanted)["ARN"])

    def finish(self, aws: Aws, id_: str, inputs: Props) -> None:
        if inputs.get("policy"):
            self.change(aws, id_, ["policy"], inputs, {})

    def find(self, aws: Aws, id_: str, known: Props) -> Props | None:
        client = aws.client("secretsmanager")
        found = client.describe_secret(SecretId=id_)
        if found.get("DeletedDate"):
            return None
        told = {
            "name": found["Name"],
            "description": found.get("Description") or None,
            "kmsKeyId": found.get("KmsKeyId"),
            "policy": client.get_resource_policy(SecretId=id_).get("ResourcePolicy"),
            "arn": found["ARN"],
            "tags": from_pairs(found.get("Tags")),
        }
        return {name: value for name, value in told.items() if value is not None}

    def change(
        self, aws: Aws, id_: str, changed: Collection[str], inputs: Props, live: Props
    ) -> None:
        client = aws.client("secretsmanager")
        if {"description", "kmsKeyId"} & set(changed):
            key = {"KmsKeyId": inputs["kmsKeyId"]} if inputs.get("kmsKeyId") else {}
            client.update_secret(SecretId=id_, Description=inputs.get("description", ""), **key)
        if "policy" in changed:
            client.put_resource_policy(SecretId=id_, ResourcePolicy=inputs["policy"])

    def put_tags(self, aws: Aws, id_: str, live: Props, tags: Mapping[str, str]) -> None:
        aws.client("secretsmanager").tag_resource(SecretId=id_, Tags=pairs(tags))

    def drop_tags(self, aws: Aws, id_: str, live: Props, keys: list[str]) -> None:
        aws.client("secretsmanager").untag_resource(SecretId=id_, TagKeys=keys)

    def remove(self, aws: Aws, id_: str, known: Props) -> None:
        days = known.get("recoveryWindowInDays", 30)
        how: dict[str, Any] = (
            {"RecoveryWindowInDays": days} if days else {"ForceDeleteWithoutRecovery": True}
        )
        aws.client("secretsmanager").delete_secret(SecretId=id_, **how)


class SecretVersion(AwsResource):
    service = "secretsmanager"
    tagged = False
    properties: ClassVar[Schema] = {
        "secretId": Property(required=True, replaces=True),
        "secretString": Property(replaces=True, secret=True),
        "secretBinary": Property(replaces=True, secret=True),
        "versionStages": Property(computed=True, same=in_any_order),
        "arn": Property(read_only=True),
        "hasSecretStringWo": Property(read_only=True),
        "secretArn": Property(read_only=True),
        "versionId": Property(read_only=True),
    }

    def check(self, call: Call, inputs: Props, old: Props | None) -> Props:
        checked = super().check(call, inputs, old)
        if ("secretString" in checked) == ("secretBinary" in checked):
            reason = "a version holds either secretString or secretBinary"
            raise InvalidInputsError(Failure(property="secretString", reason=reason))
        return checked

    def make(self, aws: Aws, inputs: Props) -> str:
        value: dict[str, Any] = (
            {"SecretString": inputs["secretString"]}
            if "secretString" in inputs
            else {"SecretBinary": base64.b64decode(inputs["secretBinary"])}
        )
        stages = {"VersionStages": inputs["versionStages"]} if "versionStages" in inputs else {}
        made = aws.client("secretsmanager").put_secret_value(
            SecretId=inputs["secretId"], **value, **stages
        )
        return f"{made['ARN']}|{made['VersionId']}"

    def find(self, aws: Aws, id_: str, known: Props) -> Props | None:
        secret, _, version = id_.partition("|")
        found = aws.client("secretsmanager").get_secret_value(SecretId=secret, VersionId=version)
        told = {
            "secretId": known.get("secretId", secret),
            "secretString": found.get("SecretString"),
            "versionStages": found.get("VersionStages", []),
            "arn": found["ARN"],
            "secretArn": found["ARN"],
            "versionId": version,
            "hasSecretStringWo": False,
        }
        if "SecretBinary" in found:
            told["secretBinary"] = base64.b64encode(found["SecretBinary"]).decode()
        return {name: value for name, value in told.items() if value is not None}

    def change(
        self, aws: Aws, id_: str, changed: Collection[str], inputs: Props, live: Props
    ) -> None:
        secret, _, version = id_.partition("|")
        have, want = set(live.get("versionStages", [])), set(inputs["versionStages"])
        for stage in want - have:
            self.move_stage(aws, secret, stage, to=version)
        for stage in have - want - {CURRENT}:
            self.move_stage(aws, secret, stage, source=version)

    def move_stage(
        self, aws: Aws, secret: str, stage: str, *, to: str | None = None, source: str | None = None
    ) -> None:
        client = aws.client("secretsmanager")
        versions = client.describe_secret(SecretId=secret)["VersionIdsToStages"]
        holder = source or next((v for v, stages in versions.items() if stage in stages), None)
        moved = {"MoveToVersionId": to, "RemoveFromVersionId": holder}
        client.update_secret_version_stage(
            SecretId=secret,
            VersionStage=stage,
            **{name: value for name, value in moved.items() if value},
        )

    def remove(self, aws: Aws, id_: str, known: Props) -> None:
        """A version without a stage is forgotten; the current one only goes with its secret."""
        secret, _, version = id_.partition("|")
        for stage in known.get("versionStages", []):
            if stage != CURRENT:
                with missing_is_fine():
                    self.move_stage(aws, secret, stage, source=version)
