from __future__ import annotations

from collections.abc import Collection
from typing import Any, ClassVar

from local.plugins.aws.cloud import Aws
from local.plugins.aws.documents import pick, request
from local.plugins.aws.failures import missing_is_fine
from local.plugins.aws.iam.base import PATH, IamResource, tags_argument, text, without_none
from local.plugins.aws.names import named, unique_name
from local.plugins.aws.role_delay import once_roles_are_known
from local.plugins.aws.tags import from_pairs
from local.plugins.provider import Property, Props, Schema, as_json, in_any_order

INLINE = {"name": Property(), "policy": Property(same=as_json)}


class Role(IamResource):
    noun = "role"
    tag_key = "RoleName"
    properties: ClassVar[Schema] = {
        **named(64),
        "assumeRolePolicy": Property(required=True, same=as_json),
        "description": Property(),
        "forceDetachPolicies": Property(default=False, write_only=True),
        "inlinePolicies": Property(computed=True, same=in_any_order, fields=INLINE),
        "managedPolicyArns": Property(computed=True, same=in_any_order),
        "maxSessionDuration": Property(default=3600),
        "path": PATH,
        "permissionsBoundary": Property(),
        "arn": Property(read_only=True),
        "createDate": Property(read_only=True),
        "uniqueId": Property(read_only=True),
    }
    elsewhere = ("inlinePolicies", "managedPolicyArns")

    def make(self, aws: Aws, inputs: Props) -> str:
        iam, name = aws.client("iam"), unique_name(inputs, aws)
        given = pick(inputs, ["description", "maxSessionDuration", "path", "permissionsBoundary"])
        wanted = request(
            iam,
            "create_role",
            given,
            RoleName=name,
            AssumeRolePolicyDocument=inputs["assumeRolePolicy"],
            **tags_argument(inputs),
        )
        once_roles_are_known(aws, lambda: iam.create_role(**wanted))
        return name

    def finish(self, aws: Aws, id_: str, inputs: Props) -> None:
        self.change(aws, id_, [n for n in self.elsewhere if n in inputs], inputs, {})

    def find(self, aws: Aws, id_: str, known: Props) -> Props | None:
        role = aws.client("iam").get_role(RoleName=id_)["Role"]
        told = {
            "name": role["RoleName"],
            "assumeRolePolicy": text(role["AssumeRolePolicyDocument"]),
            "description": role.get("Description") or None,
            "maxSessionDuration": role.get("MaxSessionDuration", 3600),
            "path": role["Path"],
            "permissionsBoundary": (role.get("PermissionsBoundary") or {}).get(
                "PermissionsBoundaryArn"
            ),
            "arn": role["Arn"],
            "createDate": role["CreateDate"].isoformat(),
            "uniqueId": role["RoleId"],
            "tags": from_pairs(role.get("Tags")),
        }
        if not known or "managedPolicyArns" in known:
            told["managedPolicyArns"] = attached(aws, id_)
        if not known or "inlinePolicies" in known:
            told["inlinePolicies"] = inline(aws, id_)
        return without_none(told)

    def change(
        self, aws: Aws, id_: str, changed: Collection[str], inputs: Props, live: Props
    ) -> None:
        iam, at = aws.client("iam"), {"RoleName": id_}
        if "assumeRolePolicy" in changed:
            document = inputs["assumeRolePolicy"]
            once_roles_are_known(
                aws, lambda: iam.update_assume_role_policy(**at, PolicyDocument=document)
            )
        if {"description", "maxSessionDuration"} & set(changed):
            iam.update_role(
                **at,
                Description=inputs.get("description", ""),
                MaxSessionDuration=inputs["maxSessionDuration"],
            )
        if "permissionsBoundary" in changed:
            if boundary := inputs.get("permissionsBoundary"):
                iam.put_role_permissions_boundary(**at, PermissionsBoundary=boundary)
            else:
                iam.delete_role_permissions_boundary(**at)
        if "managedPolicyArns" in changed:
            set_attached(aws, id_, inputs.get("managedPolicyArns", []))
        if "inlinePolicies" in changed:
            set_inline(aws, id_, inputs.get("inlinePolicies", []))

    def remove(self, aws: Aws, id_: str, known: Props) -> None:
        iam = aws.client("iam")
        for profile in iam.list_instance_profiles_for_role(RoleName=id_)["InstanceProfiles"]:
            name = profile["InstanceProfileName"]
            with missing_is_fine():
                iam.remove_role_from_instance_profile(InstanceProfileName=name, RoleName=id_)
        force = known.get("forceDetachPolicies")
        if force or "managedPolicyArns" in known:
            set_attached(aws, id_, [])
        if force or "inlinePolicies" in known:
            set_inline(aws, id_, [])
        iam.delete_role(RoleName=id_)


def attached(aws: Aws, role: str) -> list[str]:
    pages = aws.client("iam").get_paginator("list_attached_role_policies")
    return [
        policy["PolicyArn"]
        for page in pages.paginate(RoleName=role)
        for policy in page["AttachedPolicies"]
    ]


def inline(aws: Aws, role: str) -> list[Props]:
    iam = aws.client("iam")
    found = []
    for page in iam.get_paginator("list_role_policies").paginate(RoleName=role):
        for name in page["PolicyNames"]:
            document = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
            found.append({"name": name, "policy": text(document)})
    return found


def set_attached(aws: Aws, role: str, wanted: list[str]) -> None:
    iam, have = aws.client("iam"), set(attached(aws, role))
    for arn in have - set(wanted):
        iam.detach_role_policy(RoleName=role, PolicyArn=arn)
    for arn in set(wanted) - have:
        iam.attach_role_policy(RoleName=role, PolicyArn=arn)


def set_inline(aws: Aws, role: str, wanted: list[Any]) -> None:
    iam = aws.client("iam")
    want = {item["name"]: item["policy"] for item in wanted if item.get("name")}
    have = {item["name"]: item["policy"] for item in inline(aws, role)}
    for name in have.keys() - want.keys():
        iam.delete_role_policy(RoleName=role, PolicyName=name)
    for name, document in want.items():
        if not as_json(have.get(name), document):
            iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=document)
