"""KMS keys, their aliases and policies."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any, ClassVar

from local.plugins.aws.cloud import Aws
from local.plugins.aws.documents import pick, request
from local.plugins.aws.names import unique_name
from local.plugins.aws.resource import AwsResource
from local.plugins.aws.role_delay import once_roles_are_known
from local.plugins.aws.tags import from_pairs, pairs
from local.plugins.provider import AutoName, Property, Props, Schema, as_json

DEAD = ("PendingDeletion", "PendingReplicaDeletion")
DEFAULT_ROTATION_DAYS = 365


def key_metadata(aws: Aws, id_: str) -> dict[str, Any] | None:
    found: dict[str, Any] = aws.client("kms").describe_key(KeyId=id_)["KeyMetadata"]
    return None if found["KeyState"] in DEAD else found


class Key(AwsResource):
    service = "kms"
    properties: ClassVar[Schema] = {
        "bypassPolicyLockoutSafetyCheck": Property(default=False, write_only=True),
        "customKeyStoreId": Property(replaces=True),
        "customerMasterKeySpec": Property(default="SYMMETRIC_DEFAULT", replaces=True),
        "deletionWindowInDays": Property(write_only=True),
        "description": Property(computed=True),
        "enableKeyRotation": Property(default=False),
        "isEnabled": Property(default=True),
        "keyUsage": Property(default="ENCRYPT_DECRYPT", replaces=True),
        "multiRegion": Property(computed=True, replaces=True),
        "policy": Property(computed=True, same=as_json),
        "rotationPeriodInDays": Property(computed=True),
        "arn": Property(read_only=True),
        "keyId": Property(read_only=True),
    }
    elsewhere = ("policy",)

    def make(self, aws: Aws, inputs: Props) -> str:
        kms = aws.client("kms")
        given = pick(inputs, ["customKeyStoreId", "description", "keyUsage", "multiRegion"])
        given |= pick(inputs, ["policy", "bypassPolicyLockoutSafetyCheck"])
        wanted = request(
            kms,
            "create_key",
            given,
            KeySpec=inputs["customerMasterKeySpec"],
            Tags=pairs(inputs.get("tags"), "TagKey", "TagValue") or None,
        )
        made = once_roles_are_known(aws, lambda: kms.create_key(**wanted))
        return str(made["KeyMetadata"]["KeyId"])

    def finish(self, aws: Aws, id_: str, inputs: Props) -> None:
        if inputs["enableKeyRotation"]:
            self.rotate(aws, id_, inputs)
        if not inputs["isEnabled"]:
            aws.client("kms").disable_key(KeyId=id_)

    def rotate(self, aws: Aws, id_: str, inputs: Props) -> None:
        period = pick(inputs, ["rotationPeriodInDays"])
        kms = aws.client("kms")
        kms.enable_key_rotation(**request(kms, "enable_key_rotation", period, KeyId=id_))

    def find(self, aws: Aws, id_: str, known: Props) -> Props | None:
        kms, key = aws.client("kms"), key_metadata(aws, id_)
        if key is None:
            return None
        rotation = self.rotation(aws, id_, key)
        return {
            "customerMasterKeySpec": key.get("KeySpec", key.get("CustomerMasterKeySpec")),
            "description": key.get("Description", ""),
            "isEnabled": key["Enabled"],
            "keyUsage": key["KeyUsage"],
            "multiRegion": key.get("MultiRegion", False),
            "policy": kms.get_key_policy(KeyId=id_, PolicyName="default")["Policy"],
            "arn": key["Arn"],
            "keyId": key["KeyId"],
            "tags": from_pairs(kms.list_resource_tags(KeyId=id_)["Tags"], "TagKey", "TagValue"),
            **({"customKeyStoreId": key["CustomKeyStoreId"]} if "CustomKeyStoreId" in key else {}),
            **rotation,
        }

    def rotation(self, aws: Aws, id_: str, key: dict[str, Any]) -> Props:
        if key.get("KeySpec", "SYMMETRIC_DEFAULT") != "SYMMETRIC_DEFAULT":
            return {"enableKeyRotation": False}
        found = aws.client("kms").get_key_rotation_status(KeyId=id_)
        if not found["KeyRotationEnabled"]:
            return {"enableKeyRotation": False}
        period = found.get("RotationPeriodInDays", DEFAULT_ROTATION_DAYS)
        return {"enableKeyRotation": True, "rotationPeriodInDays": period}

    def change(
        self, aws: Aws, id_: str, changed: Collection[str], inputs: Props, live: Props
    ) -> None:
        kms, at = aws.client("kms"), {"KeyId": id_}
        if "isEnabled" in changed and inputs["isEnabled"]:
            kms.enable_key(**at)  # what follows needs it enabled
        if "description" in changed:
            kms.update_key_description(**at, Description=inputs["description"])
        if "policy" in changed:
            put_policy(aws, id_, inputs)
        if {"enableKeyRotation", "rotationPeriodInDays"} & set(changed):
            if inputs["enableKeyRotation"]:
                self.rotate(aws, id_, inputs)
            else:
                kms.disable_key_rotation(**at)
        if "isEnabled" in changed and not inputs["isEnabled"]:
            kms.disable_key(**at)

    def put_tags(self, aws: Aws, id_: str, live: Props, tags: Mapping[str, str]) -> None:
        aws.client("kms").tag_resource(KeyId=id_, Tags=pairs(tags, "TagKey", "TagValue"))

    def drop_tags(self, aws: Aws, id_: str, live: Props, keys: list[str]) -> None:
        aws.client("kms").untag_resource(KeyId=id_, TagKeys=keys)

    def remove(self, aws: Aws, id_: str, known: Props) -> None:
        kms = aws.client("kms")
        if key_metadata(aws, id_) is not None:
            days = known.get("deletionWindowInDays")
            window = {} if days is None else {"PendingWindowInDays": days}
            kms.schedule_key_deletion(KeyId=id_, **window)


def put_policy(aws: Aws, id_: str, inputs: Props) -> None:
    kms = aws.client("kms")
    wanted = {
        "KeyId": id_,
        "PolicyName": "default",
        "Policy": inputs["policy"],
        "BypassPolicyLockoutSafetyCheck": inputs["bypassPolicyLockoutSafetyCheck"],
    }
    once_roles_are_known(aws, lambda: kms.put_key_policy(**wanted))


class Alias(AwsResource):
    service = "kms"
    tagged = False
    properties: ClassVar[Schema] = {
        "name": Property(computed=True, replaces=True, auto_name=AutoName(max_length=250)),
        "namePrefix": Property(replaces=True, write_only=True),
        "targetKeyId": Property(required=True, same=lambda old, new: bare(old) == bare(new)),
        "arn": Property(read_only=True),
        "targetKeyArn": Property(read_only=True, volatile=True),
    }

    def make(self, aws: Aws, inputs: Props) -> str:
        name = full_alias(unique_name(inputs, aws))
        aws.client("kms").create_alias(AliasName=name, TargetKeyId=inputs["targetKeyId"])
        return name

    def find(self, aws: Aws, id_: str, known: Props) -> Props | None:
        for page in aws.client("kms").get_paginator("list_aliases").paginate():
            for alias in page["Aliases"]:
                if alias["AliasName"] == id_ and "TargetKeyId" in alias:
                    target = aws.arn("kms", f"key/{alias['TargetKeyId']}")
                    wanted = known.get("name")
                    return {
                        "name": wanted if wanted and full_alias(wanted) == id_ else id_,
                        "targetKeyId": alias["TargetKeyId"],
                        "arn": alias["AliasArn"],
                        "targetKeyArn": target,
                    }
        return None

    def change(
        self, aws: Aws, id_: str, changed: Collection[str], inputs: Props, live: Props
    ) -> None:
        aws.client("kms").update_alias(AliasName=id_, TargetKeyId=inputs["targetKeyId"])

    def remove(self, aws: Aws, id_: str, known: Props) -> None:
        aws.client("kms").delete_alias(AliasName=id_)


class KeyPolicy(AwsResource):
    service = "kms"
    tagged = False
    properties: ClassVar[Schema] = {
        "keyId": Property(
            required=True, replaces=True, same=lambda old, new: bare(old) == bare(new)
        ),
        "policy": Property(required=True, same=as_json),
        "bypassPolicyLockoutSafetyCheck": Property(default=False, write_only=True),
    }

    def make(self, aws: Aws, inputs: Props) -> str:
        put_policy(aws, inputs["keyId"], inputs)
        return str(inputs["keyId"])

    def find(self, aws: Aws, id_: str, known: Props) -> Props | None:
        if key_metadata(aws, id_) is None:
            return None
        policy = aws.client("kms").get_key_policy(KeyId=id_, PolicyName="default")["Policy"]
        return {"keyId": id_, "policy": policy}

    def change(
        self, aws: Aws, id_: str, changed: Collection[str], inputs: Props, live: Props
    ) -> None:
        put_policy(aws, id_, inputs)

    def remove(self, aws: Aws, id_: str, known: Props) -> None:
        """A key always has a policy: back to the one that AWS gives it at first."""
        if key_metadata(aws, id_) is not None:
            document = json.dumps(first_policy(aws.account))
            put_policy(aws, id_, {"policy": document, "bypassPolicyLockoutSafetyCheck": True})


def first_policy(account: str) -> dict[str, Any]:
    statement = {
        "Sid": "Enable IAM User Permissions",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
        "Action": "kms:*",
        "Resource": "*",
    }
    return {"Version": "2012-10-17", "Id": "key-default-1", "Statement": [statement]}


def bare(key: object) -> str:
    return str(key).rsplit("/", 1)[-1]


def full_alias(name: str) -> str:
    return name if name.startswith("alias/") else f"alias/{name}"
