"""Who may use a cluster, and which roles its pods have."""

from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar

from local.plugins.aws.cloud import Aws
from local.plugins.aws.documents import pick, props, request
from local.plugins.aws.eks.base import EksResource, without_none
from local.plugins.aws.role_delay import once_roles_are_known
from local.plugins.provider import Property, Props, Schema, as_json, in_any_order

PAIR = ("clusterName", "principalArn")


class AccessEntry(EksResource):
    arn_property = "accessEntryArn"
    properties: ClassVar[Schema] = {
        "clusterName": Property(required=True, replaces=True),
        "principalArn": Property(required=True, replaces=True),
        "kubernetesGroups": Property(computed=True, same=in_any_order),
        "type": Property(default="STANDARD", replaces=True),
        "userName": Property(computed=True),
        "accessEntryArn": Property(read_only=True),
        "createdAt": Property(read_only=True),
        "modifiedAt": Property(read_only=True, volatile=True),
    }

    def make(self, aws: Aws, inputs: Props) -> str:
        eks = aws.client("eks")
        given = pick(inputs, (*PAIR, "kubernetesGroups", "type", "userName"))
        wanted = request(eks, "create_access_entry", given, tags=inputs.get("tags") or None)
        once_roles_are_known(aws, lambda: eks.create_access_entry(**wanted))
        return f"{inputs['clusterName']}:{inputs['principalArn']}"

    def find(self, aws: Aws, id_: str, known: Props) -> Props | None:
        found = aws.client("eks").describe_access_entry(**at(id_))["accessEntry"]
        return {
            **props(found, self.properties),
            "userName": found["username"],
            "tags": found.get("tags", {}),
        }

    def change(
        self, aws: Aws, id_: str, changed: Collection[str], inputs: Props, live: Props
    ) -> None:
        eks = aws.client("eks")
        given = pick(inputs, ("kubernetesGroups", "userName"))
        eks.update_access_entry(**request(eks, "update_access_entry", given, **at(id_)))

    def remove(self, aws: Aws, id_: str, known: Props) -> None:
        aws.client("eks").delete_access_entry(**at(id_))


def at(id_: str) -> dict[str, str]:
    cluster, _, principal = id_.partition(":")
    return {"clusterName": cluster, "principalArn": principal}


class AccessPolicyAssociation(EksResource):
    tagged = False
    properties: ClassVar[Schema] = {
        "clusterName": Property(required=True, replaces=True),
        "principalArn": Property(required=True, replaces=True),
        "policyArn": Property(required=True, replaces=True),
        "accessScope": Property(
            required=True,
            replaces=True,
            fields={
                "type": Property(required=True),
                "namespaces": Property(same=in_any_order),
            },
        ),
        "associatedAt": Property(read_only=True),
        "modifiedAt": Property(read_only=True),
    }
    delete_before_replace = True

    def make(self, aws: Aws, inputs: Props) -> str:
        eks = aws.client("eks")
        given = pick(inputs, (*PAIR, "policyArn", "accessScope"))
        wanted = request(eks, "associate_access_policy", given)
        once_roles_are_known(aws, lambda: eks.associate_access_policy(**wanted))
        return "#".join(inputs[name] for name in (*PAIR, "policyArn"))

    def find(self, aws: Aws, id_: str, known: Props) -> Props | None:
        cluster, principal, policy = id_.split("#")
        where = {"clusterName": cluster, "principalArn": principal}
        pages = aws.client("eks").get_paginator("list_associated_access_policies")
        for page in pages.paginate(**where):
            for found in page["associatedAccessPolicies"]:
                if found["policyArn"] == policy:
                    told = props(found, self.properties)
                    if not told["accessScope"].get("namespaces"):
                        told["accessScope"].pop("namespaces", None)
                    return {**where, **told}
        return None

    def remove(self, aws: Aws, id_: str, known: Props) -> None:
        cluster, principal, policy = id_.split("#")
        aws.client("eks").disassociate_access_policy(
            clusterName=cluster, principalArn=principal, policyArn=policy
        )


class PodIdentityAssociation(EksResource):
    arn_property = "associationArn"
    properties: ClassVar[Schema] = {
        "clusterName": Property(required=True, replaces=True),
        "namespace": Property(required=True, replaces=True),
        "serviceAccount": Property(required=True, replaces=True),
        "roleArn": Property(required=True),
        "disableSessionTags": Property(computed=True),
        "policy": Property(same=as_json),
        "targetRoleArn": Property(),
        "associationArn": Property(read_only=True),
        "associationId": Property(read_only=True),
        "externalId": Property(read_only=True),
    }
    delete_before_replace = True

    def make(self, aws: Aws, inputs: Props) -> str:
        eks = aws.client("eks")
        names = [n for n, known in self.properties.items() if not known.read_only]
        wanted = request(
            eks,
            "create_pod_identity_association",
            pick(inputs, names),
            tags=inputs.get("tags") or None,
        )
        made = once_roles_are_known(aws, lambda: eks.create_pod_identity_association(**wanted))
        return str(made["association"]["associationId"])

    def find(self, aws: Aws, id_: str, known: Props) -> Props | None:
        cluster, _, number = id_.rpartition(",")
        found = aws.client("eks").describe_pod_identity_association(
            clusterName=known.get("clusterName", cluster), associationId=number
        )["association"]
        return without_none(
            {"id": number, **props(found, self.properties), "tags": found.get("tags", {})}
        )

    def change(
        self, aws: Aws, id_: str, changed: Collection[str], inputs: Props, live: Props
    ) -> None:
        eks = aws.client("eks")
        names = ("roleArn", "disableSessionTags", "policy", "targetRoleArn")
        given = {n: inputs.get(n, "") for n in names if n in changed}
        eks.update_pod_identity_association(
            **request(
                eks,
                "update_pod_identity_association",
                given,
                clusterName=inputs["clusterName"],
                associationId=id_,
            )
        )

    def remove(self, aws: Aws, id_: str, known: Props) -> None:
        aws.client("eks").delete_pod_identity_association(
            clusterName=known["clusterName"], associationId=id_
        )
