"""Launch templates: each change is a new version."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, ClassVar

from local.plugins.aws.cloud import Aws
from local.plugins.aws.documents import as_text, props, to_api
from local.plugins.aws.ec2.base import Ec2Resource, tags_of
from local.plugins.aws.names import named, unique_name
from local.plugins.aws.tags import from_pairs, pairs
from local.plugins.provider import Property, Props, Schema, in_any_order

SWITCH = Property(same=as_text)
"""A switch that programs write as text."""

DATA: Schema = {
    "blockDeviceMappings": Property(
        fields={
            "deviceName": Property(),
            "ebs": Property(
                fields={
                    "deleteOnTermination": SWITCH,
                    "encrypted": SWITCH,
                    **{
                        name: Property()
                        for name in (
                            *("iops", "kmsKeyId", "snapshotId", "throughput"),
                            *("volumeSize", "volumeType"),
                        )
                    },
                }
            ),
            "noDevice": Property(),
            "virtualName": Property(),
        }
    ),
    "cpuOptions": Property(
        fields={name: Property() for name in ("amdSevSnp", "coreCount", "threadsPerCore")}
    ),
    "creditSpecification": Property(fields={"cpuCredits": Property()}),
    "disableApiStop": Property(),
    "disableApiTermination": Property(),
    "ebsOptimized": SWITCH,
    "enclaveOptions": Property(fields={"enabled": Property()}),
    "hibernationOptions": Property(fields={"configured": Property(required=True)}),
    "iamInstanceProfile": Property(fields={"arn": Property(), "name": Property()}),
    "imageId": Property(),
    "instanceInitiatedShutdownBehavior": Property(),
    "instanceType": Property(),
    "kernelId": Property(),
    "keyName": Property(),
    "maintenanceOptions": Property(fields={"autoRecovery": Property()}),
    "metadataOptions": Property(
        computed=True,
        fields={
            name: Property(computed=True)
            for name in (
                *("httpEndpoint", "httpProtocolIpv6", "httpPutResponseHopLimit"),
                *("httpTokens", "instanceMetadataTags"),
            )
        },
    ),
    "monitoring": Property(fields={"enabled": Property()}),
    "networkInterfaces": Property(
        fields={
            "associateCarrierIpAddress": SWITCH,
            "associatePublicIpAddress": SWITCH,
            "deleteOnTermination": SWITCH,
            "primaryIpv6": SWITCH,
            "securityGroups": Property(same=in_any_order),
            **{
                name: Property()
                for name in (
                    *("description", "deviceIndex", "interfaceType", "networkCardIndex"),
                    *("networkInterfaceId", "privateIpAddress", "subnetId"),
                )
            },
        }
    ),
    "placement": Property(
        fields={
            name: Property()
            for name in (
                *("affinity", "availabilityZone", "groupId", "groupName", "hostId"),
                *("hostResourceGroupArn", "partitionNumber", "spreadDomain", "tenancy"),
            )
        }
    ),
    "ramDiskId": Property(),
    "securityGroupNames": Property(same=in_any_order),
    "tagSpecifications": Property(
        same=in_any_order, fields={"resourceType": Property(), "tags": Property()}
    ),
    "userData": Property(),
    "vpcSecurityGroupIds": Property(same=in_any_order),
}
API_NAMES = {
    "securityGroupNames": "securityGroups",
    "vpcSecurityGroupIds": "securityGroupIds",
}


class LaunchTemplate(Ec2Resource):
    kind = "launch-template"
    properties: ClassVar[Schema] = {
        **DATA,
        **named(125),
        "description": Property(),
        "defaultVersion": Property(computed=True),
        "updateDefaultVersion": Property(write_only=True),
        "arn": Property(read_only=True),
        "latestVersion": Property(read_only=True, volatile=True),
    }

    def make(self, aws: Aws, inputs: Props) -> str:
        made = aws.client("ec2").create_launch_template(
            LaunchTemplateName=unique_name(inputs, aws),
            LaunchTemplateData=template_data(aws, inputs),
            **description(inputs),
            **self.tag_specifications(inputs),
        )
        return str(made["LaunchTemplate"]["LaunchTemplateId"])

    def find(self, aws: Aws, id_: str, known: Props) -> Props | None:
        ec2 = aws.client("ec2")
        template = ec2.describe_launch_templates(LaunchTemplateIds=[id_])["LaunchTemplates"][0]
        latest = ec2.describe_launch_template_versions(LaunchTemplateId=id_, Versions=["$Latest"])[
            "LaunchTemplateVersions"
        ][0]
        told = {
            "name": template["LaunchTemplateName"],
            "defaultVersion": template["DefaultVersionNumber"],
            "latestVersion": template["LatestVersionNumber"],
            "description": latest.get("VersionDescription") or None,
            "arn": aws.arn("ec2", f"launch-template/{id_}"),
            "tags": tags_of(template),
        }
        told |= template_props(latest["LaunchTemplateData"])
        return {name: value for name, value in told.items() if value is not None}

    def change(
        self, aws: Aws, id_: str, changed: Collection[str], inputs: Props, live: Props
    ) -> None:
        ec2 = aws.client("ec2")
        default = inputs.get("defaultVersion")
        if set(changed) & {*DATA, "description"}:
            made = ec2.create_launch_template_version(
                LaunchTemplateId=id_,
                LaunchTemplateData=template_data(aws, inputs),
                **description(inputs),
            )["LaunchTemplateVersion"]["VersionNumber"]
            default = made if inputs.get("updateDefaultVersion") else default
        if default is not None and default != live.get("defaultVersion"):
            ec2.modify_launch_template(LaunchTemplateId=id_, DefaultVersion=str(default))

    def remove(self, aws: Aws, id_: str, known: Props) -> None:
        aws.client("ec2").delete_launch_template(LaunchTemplateId=id_)


def template_data(aws: Aws, inputs: Props) -> dict[str, Any]:
    model = aws.client("ec2").meta.service_model
    shape = model.operation_model("CreateLaunchTemplate").input_shape
    data = {API_NAMES.get(name, name): inputs[name] for name in DATA if name in inputs}
    if "tagSpecifications" in data:
        data["tagSpecifications"] = [
            {"resourceType": spec["resourceType"], "tags": pairs(spec["tags"])}
            for spec in data["tagSpecifications"]
        ]
    if "networkInterfaces" in data:
        data["networkInterfaces"] = [
            {("groups" if k == "securityGroups" else k): v for k, v in item.items()}
            for item in data["networkInterfaces"]
        ]
    document: dict[str, Any] = to_api(shape.members["LaunchTemplateData"], data)
    return document


def template_props(data: dict[str, Any]) -> Props:
    names = {API_NAMES.get(name, name): known for name, known in DATA.items()}
    back = {api: name for name, api in API_NAMES.items()}
    found = {back.get(name, name): value for name, value in props(data, names).items()}
    if specs := data.get("TagSpecifications"):
        found["tagSpecifications"] = [
            {"resourceType": spec["ResourceType"], "tags": from_pairs(spec.get("Tags"))}
            for spec in specs
        ]
    for item, document in zip(
        found.get("networkInterfaces", []), data.get("NetworkInterfaces", []), strict=True
    ):
        if groups := document.get("Groups"):
            item["securityGroups"] = groups
    return {name: value for name, value in found.items() if value not in ([], {}, "")}


def description(inputs: Props) -> dict[str, str]:
    text = inputs.get("description")
    return {"VersionDescription": text} if text else {}
