from __future__ import annotations

from collections.abc import Collection
from typing import Any, ClassVar

from local.plugins.aws.cloud import Aws
from local.plugins.aws.documents import props, request
from local.plugins.aws.eks.base import EksResource, finish_update, is_active, without_none
from local.plugins.aws.names import unique_name
from local.plugins.aws.role_delay import once_roles_are_known
from local.plugins.provider import AutoName, Property, Props, Schema, in_any_order

LOG_TYPES = ("api", "audit", "authenticator", "controllerManager", "scheduler")
OUTPUT = Property(read_only=True)
COMPUTED = Property(computed=True)

VPC: Schema = {
    "subnetIds": Property(required=True, same=in_any_order),
    "securityGroupIds": Property(same=in_any_order),
    "endpointPrivateAccess": Property(computed=True),
    "endpointPublicAccess": Property(computed=True),
    "publicAccessCidrs": Property(computed=True, same=in_any_order),
    "clusterSecurityGroupId": OUTPUT,
    "vpcId": OUTPUT,
}
ENDPOINT = ("endpointPrivateAccess", "endpointPublicAccess", "publicAccessCidrs")
NETWORK: Schema = {
    "serviceIpv4Cidr": Property(computed=True, replaces=True),
    "ipFamily": Property(computed=True, replaces=True),
    "elasticLoadBalancing": Property(computed=True, fields={"enabled": COMPUTED}),
    "serviceIpv6Cidr": OUTPUT,
}
ACCESS: Schema = {
    "authenticationMode": COMPUTED,
    "bootstrapClusterCreatorAdminPermissions": Property(computed=True, replaces=True),
}
ENCRYPTION: Schema = {
    "provider": Property(required=True, fields={"keyArn": Property(required=True, replaces=True)}),
    "resources": Property(required=True, replaces=True, same=in_any_order),
}
REMOTE: Schema = {
    "remoteNodeNetworks": Property(fields={"cidrs": Property()}),
    "remotePodNetworks": Property(fields={"cidrs": Property()}),
}
COMPUTE: Schema = {
    "enabled": Property(),
    "nodePools": Property(same=in_any_order),
    "nodeRoleArn": Property(),
}
BLOCK_STORAGE: Schema = {"blockStorage": Property(fields={"enabled": Property()})}
SIMPLE = ("accessConfig", "upgradePolicy", "zonalShiftConfig")


class Cluster(EksResource):
    properties: ClassVar[Schema] = {
        "name": Property(computed=True, replaces=True, auto_name=AutoName(max_length=100)),
        "roleArn": Property(required=True, replaces=True),
        "vpcConfig": Property(required=True, fields=VPC),
        "accessConfig": Property(computed=True, fields=ACCESS),
        "bootstrapSelfManagedAddons": Property(default=True, replaces=True, write_only=True),
        "computeConfig": Property(computed=True, fields=COMPUTE),
        "defaultAddonsToRemoves": Property(write_only=True),
        "deletionProtection": COMPUTED,
        "enabledClusterLogTypes": Property(same=in_any_order),
        "encryptionConfig": Property(fields=ENCRYPTION),
        "forceUpdateVersion": Property(write_only=True),
        "kubernetesNetworkConfig": Property(computed=True, fields=NETWORK),
        "remoteNetworkConfig": Property(fields=REMOTE),
        "storageConfig": Property(computed=True, fields=BLOCK_STORAGE),
        "upgradePolicy": Property(computed=True, fields={"supportType": COMPUTED}),
        "version": COMPUTED,
        "zonalShiftConfig": Property(fields={"enabled": Property()}),
        "arn": OUTPUT,
        "certificateAuthority": OUTPUT,
        "clusterId": OUTPUT,
        "createdAt": OUTPUT,
        "endpoint": OUTPUT,
        "identities": OUTPUT,
        "platformVersion": Property(read_only=True, volatile=True),
        "status": OUTPUT,
    }

    def make(self, aws: Aws, inputs: Props) -> str:
        eks, name = aws.client("eks"), unique_name(inputs, aws)
        given = {
            "name": name,
            "roleArn": inputs["roleArn"],
            "resourcesVpcConfig": inputs["vpcConfig"],
            "logging": logging(inputs.get("enabledClusterLogTypes")),
            "encryptionConfig": encryption(inputs),
            "tags": inputs.get("tags"),
        }
        for prop in (
            *("accessConfig", "bootstrapSelfManagedAddons", "computeConfig"),
            *("deletionProtection", "kubernetesNetworkConfig", "remoteNetworkConfig"),
            *("storageConfig", "upgradePolicy", "version", "zonalShiftConfig"),
        ):
            given[prop] = inputs.get(prop)
        if remote := given["remoteNetworkConfig"]:
            given["remoteNetworkConfig"] = {name: [pools] for name, pools in remote.items()}
        wanted = request(eks, "create_cluster", given)
        once_roles_are_known(aws, lambda: eks.create_cluster(**wanted))
        return name

    def ready(self, aws: Aws, id_: str, known: Props) -> None:
        aws.until(
            lambda: is_active(self.look(aws, id_), f"EKS cluster {id_}"),
            "waiting for the EKS cluster",
        )

    def look(self, aws: Aws, id_: str) -> dict[str, Any]:
        found: dict[str, Any] = aws.client("eks").describe_cluster(name=id_)["cluster"]
        return found

    def find(self, aws: Aws, id_: str, known: Props) -> Props | None:
        found = self.look(aws, id_)
        on = [g["types"] for g in found["logging"]["clusterLogging"] if g["enabled"]]
        types = sorted(name for group in on for name in group)
        issuer = found.get("identity", {}).get("oidc", {}).get("issuer")
        encrypted = found.get("encryptionConfig") or [None]
        return without_none(
            {
                **props(found, {n: self.properties[n] for n in FIELDS_AS_THEY_ARE}),
                "vpcConfig": props(found["resourcesVpcConfig"], VPC),
                "enabledClusterLogTypes": types or None,
                "encryptionConfig": encrypted[0],
                "remoteNetworkConfig": remote_networks(found.get("remoteNetworkConfig")),
                "zonalShiftConfig": found.get("zonalShiftConfig"),
                "certificateAuthority": {"data": found["certificateAuthority"]["data"]},
                "clusterId": found.get("id"),
                "identities": [{"oidcs": [{"issuer": issuer}]}] if issuer else [],
                "tags": found.get("tags", {}),
            }
        )

    def change(
        self, aws: Aws, id_: str, changed: Collection[str], inputs: Props, live: Props
    ) -> None:
        """One subject per call, each waited for, as AWS wants it."""
        eks = aws.client("eks")
        if "version" in changed:
            force = {"force": True} if inputs.get("forceUpdateVersion") else {}
            done = eks.update_cluster_version(name=id_, version=inputs["version"], **force)
            finish_update(aws, id_, done["update"])
        if "encryptionConfig" in changed:
            done = eks.associate_encryption_config(
                clusterName=id_, encryptionConfig=encryption(inputs)
            )
            finish_update(aws, id_, done["update"])
        for wanted in self.config_changes(changed, inputs, live):
            done = eks.update_cluster_config(
                **request(eks, "update_cluster_config", wanted, name=id_)
            )
            finish_update(aws, id_, done["update"])

    def config_changes(
        self, changed: Collection[str], inputs: Props, live: Props
    ) -> list[dict[str, Any]]:
        wanted: list[dict[str, Any]] = []
        for name in SIMPLE:
            if name in changed and inputs.get(name):
                value = {k: v for k, v in inputs[name].items() if not k.startswith("bootstrap")}
                wanted.append({name: value})
        if "deletionProtection" in changed:
            wanted.append({"deletionProtection": inputs["deletionProtection"]})
        if "enabledClusterLogTypes" in changed:
            wanted.append({"logging": logging(inputs.get("enabledClusterLogTypes") or [])})
        if "remoteNetworkConfig" in changed:
            remote = inputs.get("remoteNetworkConfig") or {}
            wanted.append({"remoteNetworkConfig": {n: [v] for n, v in remote.items()}})
        auto = ("computeConfig", "kubernetesNetworkConfig", "storageConfig")
        if set(auto) & set(changed):
            wanted.append({name: inputs[name] for name in auto if name in inputs})
        if "vpcConfig" in changed:
            wanted += vpc_changes(inputs["vpcConfig"], live["vpcConfig"])
        return wanted

    def remove(self, aws: Aws, id_: str, known: Props) -> None:
        aws.client("eks").delete_cluster(name=id_)

    def gone(self, aws: Aws, id_: str, known: Props) -> bool:
        is_active(self.look(aws, id_), f"EKS cluster {id_}")
        return False


FIELDS_AS_THEY_ARE = (
    *("name", "roleArn", "accessConfig", "computeConfig", "deletionProtection"),
    *("kubernetesNetworkConfig", "storageConfig", "upgradePolicy", "version"),
    *("arn", "createdAt", "endpoint", "platformVersion", "status"),
)


def vpc_changes(wanted: Props, live: Props) -> list[dict[str, Any]]:
    """The endpoint's switches and the network's places are two subjects."""
    found = []
    for names in (ENDPOINT, ("subnetIds", "securityGroupIds")):
        part = {name: wanted[name] for name in names if name in wanted}
        if any(not in_any_order(value, live.get(name)) for name, value in part.items()):
            found.append({"resourcesVpcConfig": part})
    return found


def logging(types: list[str] | None) -> dict[str, Any] | None:
    if types is None:
        return None
    groups = [
        {"types": [name for name in LOG_TYPES if (name in types) is on], "enabled": on}
        for on in (True, False)
    ]
    return {"clusterLogging": [group for group in groups if group["types"]]}


def encryption(inputs: Props) -> list[Any] | None:
    config = inputs.get("encryptionConfig")
    return [config] if config else None


def remote_networks(found: dict[str, Any] | None) -> Props | None:
    if not found:
        return None
    return {name: {"cidrs": pools[0]["cidrs"]} for name, pools in found.items() if pools}
