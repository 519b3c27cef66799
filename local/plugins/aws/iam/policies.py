"""Managed policies, policies inside a role, and attachments."""

from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar

from local.plugins.aws.cloud import Aws
from local.plugins.aws.documents import pick, request
from local.plugins.aws.iam.base import PATH, IamResource, tags_argument, text, without_none
from local.plugins.aws.iam.role import attached
from local.plugins.aws.names import named, unique_name
from local.plugins.aws.tags import from_pairs
from local.plugins.provider import Property, Props, Schema, as_json

MOST_VERSIONS = 5


class Policy(IamResource):
    noun = "policy"
    tag_key = "PolicyArn"
    properties: ClassVar[Schema] = {
        **named(128),
        "policy": Property(required=True, same=as_json),
        "description": Property(replaces=True),
        "path": PATH,
        "arn": Property(read_only=True),
        "attachmentCount": Property(read_only=True),
        "policyId": Property(read_only=True),
    }
    frozen = ("attachmentCount",)

    def make(self, aws: Aws, inputs: Props) -> str:
        iam = aws.client("iam")
        made = iam.create_policy(
            **request(
                iam,
                "create_policy",
                pick(inputs, ["description", "path"]),
                PolicyName=unique_name(inputs, aws),
                PolicyDocument=inputs["policy"],
                **tags_argument(inputs),
            )
        )
        return str(made["Policy"]["Arn"])

    def find(self, aws: Aws, id_: str, known: Props) -> Props | None:
        iam = aws.client("iam")
        policy = iam.get_policy(PolicyArn=id_)["Policy"]
        version = iam.get_policy_version(PolicyArn=id_, VersionId=policy["DefaultVersionId"])
        return without_none(
            {
                "name": policy["PolicyName"],
                "policy": text(version["PolicyVersion"]["Document"]),
                "description": policy.get("Description") or None,
                "path": policy["Path"],
                "arn": policy["Arn"],
                "attachmentCount": policy.get("AttachmentCount", 0),
                "policyId": policy["PolicyId"],
                "tags": from_pairs(policy.get("Tags")),
            }
        )

    def change(
        self, aws: Aws, id_: str, changed: Collection[str], inputs: Props, live: Props
    ) -> None:
        iam = aws.client("iam")
        self.delete_versions(aws, id_, keep=MOST_VERSIONS - 1)
        iam.create_policy_version(PolicyArn=id_, PolicyDocument=inputs["policy"], SetAsDefault=True)

    def delete_versions(self, aws: Aws, id_: str, *, keep: int) -> None:
        iam = aws.client("iam")
        versions = iam.list_policy_versions(PolicyArn=id_)["Versions"]
        old = sorted(
            (v for v in versions if not v["IsDefaultVersion"]), key=lambda v: v["CreateDate"]
        )
        for version in old[: max(len(versions) - keep, 0)]:
            iam.delete_policy_version(PolicyArn=id_, VersionId=version["VersionId"])

    def remove(self, aws: Aws, id_: str, known: Props) -> None:
        self.delete_versions(aws, id_, keep=0)
        aws.client("iam").delete_policy(PolicyArn=id_)


class RolePolicy(IamResource):
    tagged = False
    properties: ClassVar[Schema] = {
        **named(128),
        "role": Property(required=True, replaces=True),
        "policy": Property(required=True, same=as_json),
    }

    def make(self, aws: Aws, inputs: Props) -> str:
        name = unique_name(inputs, aws)
        self.put(aws, inputs["role"], name, inputs["policy"])
        return f"{inputs['role']}:{name}"

    def put(self, aws: Aws, role: str, name: str, document: str) -> None:
        aws.client("iam").put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=document)

    def find(self, aws: Aws, id_: str, known: Props) -> Props | None:
        role, _, name = id_.partition(":")
        found = aws.client("iam").get_role_policy(RoleName=role, PolicyName=name)
        return {"role": role, "name": name, "policy": text(found["PolicyDocument"])}

    def change(
        self, aws: Aws, id_: str, changed: Collection[str], inputs: Props, live: Props
    ) -> None:
        role, _, name = id_.partition(":")
        self.put(aws, role, name, inputs["policy"])

    def remove(self, aws: Aws, id_: str, known: Props) -> None:
        role, _, name = id_.partition(":")
        aws.client("iam").delete_role_policy(RoleName=role, PolicyName=name)


class RolePolicyAttachment(IamResource):
    tagged = False
    properties: ClassVar[Schema] = {
        "role": Property(required=True, replaces=True),
        "policyArn": Property(required=True, replaces=True),
    }

    def make(self, aws: Aws, inputs: Props) -> str:
        aws.client("iam").attach_role_policy(RoleName=inputs["role"], PolicyArn=inputs["policyArn"])
        return f"{inputs['role']}/{inputs['policyArn']}"

    def find(self, aws: Aws, id_: str, known: Props) -> Props | None:
        role, _, arn = id_.partition("/")
        return {"role": role, "policyArn": arn} if arn in attached(aws, role) else None

    def remove(self, aws: Aws, id_: str, known: Props) -> None:
        role, _, arn = id_.partition("/")
        aws.client("iam").detach_role_policy(RoleName=role, PolicyArn=arn)
