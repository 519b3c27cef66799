"""Single tags of EC2's resources, and what a region does with EBS volumes."""

from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar

from local.plugins.aws.cloud import Aws
from local.plugins.aws.ec2.base import Ec2Resource, filters
from local.plugins.provider import Property, Props, Schema


class Tag(Ec2Resource):
    tagged = False
    properties: ClassVar[Schema] = {
        "resourceId": Property(required=True, replaces=True),
        "key": Property(required=True, replaces=True),
        "value": Property(required=True),
    }

    def make(self, aws: Aws, inputs: Props) -> str:
        self.change(aws, "", (), inputs, {})
        return f"{inputs['resourceId']},{inputs['key']}"

    def find(self, aws: Aws, id_: str, known: Props) -> Props | None:
        resource, _, key = id_.partition(",")
        found = aws.client("ec2").describe_tags(Filters=filters(resource_id=resource, key=key))
        if not found["Tags"]:
            return None
        return {"resourceId": resource, "key": key, "value": found["Tags"][0]["Value"]}

    def change(
        self, aws: Aws, id_: str, changed: Collection[str], inputs: Props, live: Props
    ) -> None:
        tag = {"Key": inputs["key"], "Value": inputs["value"]}
        aws.client("ec2").create_tags(Resources=[inputs["resourceId"]], Tags=[tag])

    def remove(self, aws: Aws, id_: str, known: Props) -> None:
        tag = {"Key": known["key"], "Value": known["value"]}
        aws.client("ec2").delete_tags(Resources=[known["resourceId"]], Tags=[tag])


class EncryptionByDefault(Ec2Resource):
    tagged = False
    properties: ClassVar[Schema] = {"enabled": Property(default=True)}

    def make(self, aws: Aws, inputs: Props) -> str:
        self.change(aws, "", (), inputs, {})
        return f"ebs-encryption-by-default-{aws.region}"

    def find(self, aws: Aws, id_: str, known: Props) -> Props | None:
        found = aws.client("ec2").get_ebs_encryption_by_default()
        return {"enabled": bool(found.get("EbsEncryptionByDefault"))}

    def change(
        self, aws: Aws, id_: str, changed: Collection[str], inputs: Props, live: Props
    ) -> None:
        ec2 = aws.client("ec2")
        if inputs["enabled"]:
            ec2.enable_ebs_encryption_by_default()
        else:
            ec2.disable_ebs_encryption_by_default()

    def remove(self, aws: Aws, id_: str, known: Props) -> None:
        aws.client("ec2").disable_ebs_encryption_by_default()


class DefaultKmsKey(Ec2Resource):
    tagged = False
    delete_before_replace = True  # there is one in a region
    properties: ClassVar[Schema] = {"keyArn": Property(required=True, replaces=True)}

    def make(self, aws: Aws, inputs: Props) -> str:
        aws.client("ec2").modify_ebs_default_kms_key_id(KmsKeyId=inputs["keyArn"])
        return str(inputs["keyArn"])

    def find(self, aws: Aws, id_: str, known: Props) -> Props | None:
        return {"keyArn": aws.client("ec2").get_ebs_default_kms_key_id()["KmsKeyId"]}

    def remove(self, aws: Aws, id_: str, known: Props) -> None:
        aws.client("ec2").reset_ebs_default_kms_key_id()
