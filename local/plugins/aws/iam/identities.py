"""Instance profiles, OIDC providers and roles of AWS's services."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import ClassVar

from local.plugins.aws.cloud import Aws
from local.plugins.aws.documents import pick, request
from local.plugins.aws.failures import missing_is_fine
from local.plugins.aws.iam.base import PATH, IamResource, tags_argument, without_none
from local.plugins.aws.names import named, unique_name
from local.plugins.aws.role_delay import once_roles_are_known
from local.plugins.aws.tags import from_pairs
from local.plugins.provider import PluginError, Property, Props, Schema, in_any_order


class InstanceProfile(IamResource):
    noun = "instance_profile"
    tag_key = "InstanceProfileName"
    properties: ClassVar[Schema] = {
        **named(128),
        "path": PATH,
        "role": Property(),
        "arn": Property(read_only=True),
        "createDate": Property(read_only=True),
        "uniqueId": Property(read_only=True),
    }

    def make(self, aws: Aws, inputs: Props) -> str:
        name = unique_name(inputs, aws)
        aws.client("iam").create_instance_profile(
            InstanceProfileName=name, Path=inputs["path"], **tags_argument(inputs)
        )
        return name

    def finish(self, aws: Aws, id_: str, inputs: Props) -> None:
        if role := inputs.get("role"):
            iam = aws.client("iam")
            once_roles_are_known(
                aws,
                lambda: iam.add_role_to_instance_profile(InstanceProfileName=id_, RoleName=role),
            )

    def find(self, aws: Aws, id_: str, known: Props) -> Props | None:
        found = aws.client("iam").get_instance_profile(InstanceProfileName=id_)
        profile = found["InstanceProfile"]
        roles = [role["RoleName"] for role in profile.get("Roles", [])]
        return without_none(
            {
                "name": profile["InstanceProfileName"],
                "path": profile["Path"],
                "role": roles[0] if roles else None,
                "arn": profile["Arn"],
                "createDate": profile["CreateDate"].isoformat(),
                "uniqueId": profile["InstanceProfileId"],
                "tags": from_pairs(profile.get("Tags")),
            }
        )

    def change(
        self, aws: Aws, id_: str, changed: Collection[str], inputs: Props, live: Props
    ) -> None:
        self.empty(aws, id_)
        self.finish(aws, id_, inputs)

    def empty(self, aws: Aws, id_: str) -> None:
        iam = aws.client("iam")
        found = iam.get_instance_profile(InstanceProfileName=id_)["InstanceProfile"]
        for role in found.get("Roles", []):
            with missing_is_fine():
                iam.remove_role_from_instance_profile(
                    InstanceProfileName=id_, RoleName=role["RoleName"]
                )

    def remove(self, aws: Aws, id_: str, known: Props) -> None:
        self.empty(aws, id_)
        aws.client("iam").delete_instance_profile(InstanceProfileName=id_)


class OpenIdConnectProvider(IamResource):
    noun = "open_id_connect_provider"
    tag_key = "OpenIDConnectProviderArn"
    properties: ClassVar[Schema] = {
        "url": Property(required=True, replaces=True, same=lambda a, b: host(a) == host(b)),
        "clientIdLists": Property(required=True, same=in_any_order),
        "thumbprintLists": Property(computed=True),
        "arn": Property(read_only=True),
    }

    def make(self, aws: Aws, inputs: Props) -> str:
        made = aws.client("iam").create_open_id_connect_provider(
            Url=inputs["url"],
            ClientIDList=inputs["clientIdLists"],
            **(
                {"ThumbprintList": inputs["thumbprintLists"]}
                if inputs.get("thumbprintLists")
                else {}
            ),
            **tags_argument(inputs),
        )
        return str(made["OpenIDConnectProviderArn"])

    def find(self, aws: Aws, id_: str, known: Props) -> Props | None:
        found = aws.client("iam").get_open_id_connect_provider(OpenIDConnectProviderArn=id_)
        return {
            "url": host(found["Url"]),
            "clientIdLists": found["ClientIDList"],
            "thumbprintLists": found["ThumbprintList"],
            "arn": id_,
            "tags": from_pairs(found.get("Tags")),
        }

    def change(
        self, aws: Aws, id_: str, changed: Collection[str], inputs: Props, live: Props
    ) -> None:
        iam, at = aws.client("iam"), {"OpenIDConnectProviderArn": id_}
        if "thumbprintLists" in changed:
            iam.update_open_id_connect_provider_thumbprint(
                **at, ThumbprintList=inputs["thumbprintLists"]
            )
        if "clientIdLists" in changed:
            have, want = set(live["clientIdLists"]), set(inputs["clientIdLists"])
            for client in want - have:
                iam.add_client_id_to_open_id_connect_provider(**at, ClientID=client)
            for client in have - want:
                iam.remove_client_id_from_open_id_connect_provider(**at, ClientID=client)

    def remove(self, aws: Aws, id_: str, known: Props) -> None:
        aws.client("iam").delete_open_id_connect_provider(OpenIDConnectProviderArn=id_)


class ServiceLinkedRole(IamResource):
    noun = "role"
    tag_key = "RoleName"
    properties: ClassVar[Schema] = {
        "awsServiceName": Property(required=True, replaces=True),
        "customSuffix": Property(replaces=True),
        "description": Property(),
        "arn": Property(read_only=True),
        "createDate": Property(read_only=True),
        "name": Property(read_only=True),
        "path": Property(read_only=True),
        "uniqueId": Property(read_only=True),
    }

    def make(self, aws: Aws, inputs: Props) -> str:
        iam = aws.client("iam")
        given = pick(inputs, ["awsServiceName", "customSuffix", "description"])
        made = iam.create_service_linked_role(**request(iam, "create_service_linked_role", given))
        return str(made["Role"]["Arn"])

    def finish(self, aws: Aws, id_: str, inputs: Props) -> None:
        if inputs.get("tags"):
            self.put_tags(aws, id_, {}, inputs["tags"])

    def find(self, aws: Aws, id_: str, known: Props) -> Props | None:
        name, service = id_.rsplit("/", 1)[-1], id_.split("/")[-2]
        role = aws.client("iam").get_role(RoleName=name)["Role"]
        suffix = name.partition("_")[2]
        return without_none(
            {
                "awsServiceName": service,
                "customSuffix": suffix or None,
                "description": role.get("Description") or None,
                "arn": role["Arn"],
                "createDate": role["CreateDate"].isoformat(),
                "name": role["RoleName"],
                "path": role["Path"],
                "uniqueId": role["RoleId"],
                "tags": from_pairs(role.get("Tags")),
            }
        )

    def change(
        self, aws: Aws, id_: str, changed: Collection[str], inputs: Props, live: Props
    ) -> None:
        name = id_.rsplit("/", 1)[-1]
        aws.client("iam").update_role(RoleName=name, Description=inputs.get("description", ""))

    def put_tags(self, aws: Aws, id_: str, live: Props, tags: Mapping[str, str]) -> None:
        super().put_tags(aws, id_.rsplit("/", 1)[-1], live, tags)

    def drop_tags(self, aws: Aws, id_: str, live: Props, keys: list[str]) -> None:
        super().drop_tags(aws, id_.rsplit("/", 1)[-1], live, keys)

    def remove(self, aws: Aws, id_: str, known: Props) -> None:
        iam = aws.client("iam")
        task = iam.delete_service_linked_role(RoleName=id_.rsplit("/", 1)[-1])["DeletionTaskId"]

        def done() -> bool:
            status = iam.get_service_linked_role_deletion_status(DeletionTaskId=task)
            if status["Status"] == "FAILED":
                raise PluginError(f"{id_} could not be deleted: {status.get('Reason')}")
            return bool(status["Status"] == "SUCCEEDED")

        aws.until(done, "waiting until the service-linked role is deleted")


def host(url: str) -> str:
    return url.removeprefix("https://").rstrip("/")
