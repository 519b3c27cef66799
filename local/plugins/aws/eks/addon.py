from __future__ import annotations

from collections.abc import Collection
from typing import Any, ClassVar

from local.plugins.aws.cloud import Aws
from local.plugins.aws.documents import pick, request
from local.plugins.aws.eks.base import EksResource, finish_update, is_active, without_none
from local.plugins.aws.role_delay import once_roles_are_known
from local.plugins.provider import Property, Props, Schema, as_json, in_any_order

IDENTITY: Schema = {
    "roleArn": Property(required=True),
    "serviceAccount": Property(required=True),
}
GIVEN = ("addonVersion", "configurationValues", "podIdentityAssociations", "serviceAccountRoleArn")


class Addon(EksResource):
    properties: ClassVar[Schema] = {
        "clusterName": Property(required=True, replaces=True),
        "addonName": Property(required=True, replaces=True),
        "addonVersion": Property(computed=True),
        "configurationValues": Property(computed=True, same=as_json),
        "namespaceConfig": Property(
            computed=True, replaces=True, fields={"namespace": Property(computed=True)}
        ),
        "podIdentityAssociations": Property(same=in_any_order, fields=IDENTITY),
        "preserve": Property(write_only=True),
        "resolveConflictsOnCreate": Property(write_only=True),
        "resolveConflictsOnUpdate": Property(write_only=True),
        "serviceAccountRoleArn": Property(),
        "arn": Property(read_only=True),
        "createdAt": Property(read_only=True),
        "modifiedAt": Property(read_only=True, volatile=True),
    }

    def make(self, aws: Aws, inputs: Props) -> str:
        eks = aws.client("eks")
        given = pick(inputs, ("clusterName", "addonName", "namespaceConfig", *GIVEN))
        wanted = request(
            eks,
            "create_addon",
            given,
            tags=inputs.get("tags") or None,
            resolveConflicts=inputs.get("resolveConflictsOnCreate"),
        )
        once_roles_are_known(aws, lambda: eks.create_addon(**wanted))
        return f"{inputs['clusterName']}:{inputs['addonName']}"

    def look(self, aws: Aws, id_: str) -> dict[str, Any]:
        found: dict[str, Any] = aws.client("eks").describe_addon(**at(id_))["addon"]
        return found

    def ready(self, aws: Aws, id_: str, known: Props) -> None:
        aws.until(
            lambda: is_active(self.look(aws, id_), f"EKS add-on {id_}"), "waiting for the add-on"
        )

    def find(self, aws: Aws, id_: str, known: Props) -> Props | None:
        found = self.look(aws, id_)
        return without_none(
            {
                "clusterName": found["clusterName"],
                "addonName": found["addonName"],
                "addonVersion": found["addonVersion"],
                "configurationValues": found.get("configurationValues"),
                "namespaceConfig": found.get("namespaceConfig"),
                "podIdentityAssociations": self.identities(aws, found) or None,
                "serviceAccountRoleArn": found.get("serviceAccountRoleArn"),
                "arn": found["addonArn"],
                "createdAt": found["createdAt"].isoformat(),
                "modifiedAt": found["modifiedAt"].isoformat(),
                "tags": found.get("tags", {}),
            }
        )

    def identities(self, aws: Aws, found: dict[str, Any]) -> list[Props]:
        eks, told = aws.client("eks"), []
        for arn in found.get("podIdentityAssociations") or []:
            association = eks.describe_pod_identity_association(
                clusterName=found["clusterName"], associationId=arn.rsplit("/", 1)[-1]
            )["association"]
            told.append(pick(association, IDENTITY))
        return told

    def change(
        self, aws: Aws, id_: str, changed: Collection[str], inputs: Props, live: Props
    ) -> None:
        """AWS takes a role that is left out for one to be removed, so it is always told."""
        eks, where = aws.client("eks"), at(id_)
        given = pick(inputs, [n for n in GIVEN if n in changed or n == "serviceAccountRoleArn"])
        if "podIdentityAssociations" in changed:
            given["podIdentityAssociations"] = inputs.get("podIdentityAssociations", [])
        wanted = request(
            eks,
            "update_addon",
            given,
            **where,
            resolveConflicts=inputs.get("resolveConflictsOnUpdate"),
        )
        done = once_roles_are_known(aws, lambda: eks.update_addon(**wanted))
        finish_update(aws, where["clusterName"], done["update"], addonName=where["addonName"])

    def remove(self, aws: Aws, id_: str, known: Props) -> None:
        if self.look(aws, id_)["status"] != "DELETING":
            aws.client("eks").delete_addon(**at(id_), preserve=bool(known.get("preserve")))

    def gone(self, aws: Aws, id_: str, known: Props) -> bool:
        is_active(self.look(aws, id_), f"EKS add-on {id_}")
        return False


def at(id_: str) -> dict[str, str]:
    cluster, _, name = id_.partition(":")
    return {"clusterName": cluster, "addonName": name}
