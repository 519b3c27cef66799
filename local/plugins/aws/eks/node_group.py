from __future__ import annotations

from collections.abc import Collection
from typing import Any, ClassVar

from local.plugins.aws.cloud import Aws
from local.plugins.aws.documents import pick, props, request
from local.plugins.aws.eks.base import EksResource, finish_update, is_active, without_none
from local.plugins.aws.names import unique_name
from local.plugins.aws.role_delay import once_roles_are_known
from local.plugins.provider import AutoName, Property, Props, Schema, in_any_order

FIXED = Property(computed=True, replaces=True)
TAINT: Schema = {
    "key": Property(required=True),
    "value": Property(),
    "effect": Property(required=True),
}
SIZES = {name: Property(required=True) for name in ("desiredSize", "maxSize", "minSize")}
UPDATE: Schema = {
    "maxUnavailable": Property(computed=True),
    "maxUnavailablePercentage": Property(computed=True),
    "updateStrategy": Property(computed=True),
}
TEMPLATE: Schema = {"id": FIXED, "name": FIXED, "version": Property(required=True)}
REPAIR: Schema = {"enabled": Property(computed=True)}
REMOTE: Schema = {
    "ec2SshKey": Property(replaces=True),
    "sourceSecurityGroupIds": Property(replaces=True, same=in_any_order),
}
SAME_NAMES = (
    *("clusterName", "amiType", "capacityType", "diskSize", "instanceTypes", "labels"),
    *("launchTemplate", "nodeRepairConfig", "releaseVersion", "remoteAccess", "scalingConfig"),
    *("taints", "updateConfig", "version"),
)


class NodeGroup(EksResource):
    properties: ClassVar[Schema] = {
        "clusterName": Property(required=True, replaces=True),
        "nodeGroupName": Property(computed=True, replaces=True, auto_name=AutoName(max_length=63)),
        "nodeGroupNamePrefix": Property(replaces=True, write_only=True),
        "nodeRoleArn": Property(required=True, replaces=True),
        "subnetIds": Property(required=True, replaces=True, same=in_any_order),
        "scalingConfig": Property(required=True, fields=SIZES),
        "amiType": FIXED,
        "capacityType": FIXED,
        "diskSize": FIXED,
        "forceUpdateVersion": Property(write_only=True),
        "instanceTypes": FIXED,
        "labels": Property(),
        "launchTemplate": Property(fields=TEMPLATE),
        "nodeRepairConfig": Property(computed=True, fields=REPAIR),
        "releaseVersion": Property(computed=True),
        "remoteAccess": Property(fields=REMOTE),
        "taints": Property(same=in_any_order, fields=TAINT),
        "updateConfig": Property(computed=True, fields=UPDATE),
        "version": Property(computed=True),
        "arn": Property(read_only=True),
        "resources": Property(read_only=True),
        "status": Property(read_only=True),
    }

    def make(self, aws: Aws, inputs: Props) -> str:
        eks, cluster = aws.client("eks"), inputs["clusterName"]
        name = unique_name(inputs, aws, "nodeGroupName")
        given = pick(inputs, SAME_NAMES) | {
            "nodegroupName": name,
            "nodeRole": inputs["nodeRoleArn"],
            "subnets": inputs["subnetIds"],
            "tags": inputs.get("tags"),
        }
        wanted = request(eks, "create_nodegroup", given)
        once_roles_are_known(aws, lambda: eks.create_nodegroup(**wanted))
        return f"{cluster}:{name}"

    def look(self, aws: Aws, id_: str) -> dict[str, Any]:
        found: dict[str, Any] = aws.client("eks").describe_nodegroup(**at(id_))["nodegroup"]
        return found

    def ready(self, aws: Aws, id_: str, known: Props) -> None:
        aws.until(
            lambda: is_active(self.look(aws, id_), f"EKS node group {id_}"),
            "waiting for the node group",
        )

    def find(self, aws: Aws, id_: str, known: Props) -> Props | None:
        found = self.look(aws, id_)
        told = props(found, {name: self.properties[name] for name in SAME_NAMES})
        groups = found.get("resources", {})
        resources = {
            "autoscalingGroups": [
                {"name": group["name"]} for group in groups.get("autoScalingGroups", [])
            ],
            "remoteAccessSecurityGroupId": groups.get("remoteAccessSecurityGroup", ""),
        }
        told |= {
            "nodeGroupName": found["nodegroupName"],
            "nodeRoleArn": found["nodeRole"],
            "subnetIds": found["subnets"],
            "labels": found.get("labels") or None,
            "taints": told.get("taints") or None,
            "instanceTypes": found.get("instanceTypes") or None,
            "arn": found["nodegroupArn"],
            "status": found["status"],
            "resources": [resources],
            "tags": found.get("tags", {}),
        }
        return without_none(told)

    def change(
        self, aws: Aws, id_: str, changed: Collection[str], inputs: Props, live: Props
    ) -> None:
        eks, where = aws.client("eks"), at(id_)
        cluster, group = where["clusterName"], where["nodegroupName"]
        if {"version", "releaseVersion", "launchTemplate"} & set(changed):
            given = pick(inputs, [n for n in ("version", "releaseVersion") if n in changed])
            if "launchTemplate" in changed:
                given["launchTemplate"] = template(inputs["launchTemplate"])
            if inputs.get("forceUpdateVersion"):
                given["force"] = True
            done = eks.update_nodegroup_version(
                **request(eks, "update_nodegroup_version", given, **where)
            )
            finish_update(aws, cluster, done["update"], nodegroupName=group)
        wanted = config_change(changed, inputs, live)
        if wanted:
            done = eks.update_nodegroup_config(
                **request(eks, "update_nodegroup_config", wanted, **where)
            )
            finish_update(aws, cluster, done["update"], nodegroupName=group)

    def remove(self, aws: Aws, id_: str, known: Props) -> None:
        if self.look(aws, id_)["status"] != "DELETING":
            aws.client("eks").delete_nodegroup(**at(id_))

    def gone(self, aws: Aws, id_: str, known: Props) -> bool:
        is_active(self.look(aws, id_), f"EKS node group {id_}")
        return False


def at(id_: str) -> dict[str, str]:
    cluster, _, name = id_.partition(":")
    return {"clusterName": cluster, "nodegroupName": name}


def template(given: Props) -> Props:
    """By id or by name, not both."""
    names = ("id", "version") if given.get("id") else ("name", "version")
    return {name: given[name] for name in names}


def config_change(changed: Collection[str], inputs: Props, live: Props) -> dict[str, Any]:
    names = ("scalingConfig", "updateConfig", "nodeRepairConfig")
    wanted: dict[str, Any] = pick(inputs, [name for name in names if name in changed])
    if "labels" in changed:
        have, want = live.get("labels", {}), inputs.get("labels", {})
        wanted["labels"] = {
            "addOrUpdateLabels": {k: v for k, v in want.items() if have.get(k) != v},
            "removeLabels": sorted(have.keys() - want.keys()),
        }
    if "taints" in changed:
        have, want = live.get("taints", []), inputs.get("taints", [])
        kept = {(taint["key"], taint["effect"]) for taint in want}
        wanted["taints"] = {
            "addOrUpdateTaints": [taint for taint in want if taint not in have],
            "removeTaints": [t for t in have if (t["key"], t["effect"]) not in kept],
        }
    return wanted
