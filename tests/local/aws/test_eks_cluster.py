from __future__ import annotations

import base64

import pytest
from botocore.exceptions import ClientError

from tests.local.aws.cloud import EKS_CA, EKS_ENDPOINT, EKS_ISSUER
from tests.local.aws.eks_world import EksWorld


def test_a_cluster_is_answered_as_it_was_asked_for(world: EksWorld) -> None:
    asked = {
        "version": "1.34",
        "accessConfig": {
            "authenticationMode": "API_AND_CONFIG_MAP",
            "bootstrapClusterCreatorAdminPermissions": False,
        },
        "upgradePolicy": {"supportType": "STANDARD"},
        "logging": {"clusterLogging": [{"types": ["audit", "api"], "enabled": True}]},
        "encryptionConfig": [
            {"resources": ["secrets"], "provider": {"keyArn": "arn:aws:kms:eu-central-1:1:key/k"}}
        ],
        "kubernetesNetworkConfig": {"serviceIpv4Cidr": "10.100.0.0/16"},
        "tags": {"team": "data"},
        "zonalShiftConfig": {"enabled": True},
        "deletionProtection": False,
    }
    name = world.create_cluster(**asked)["name"]
    cluster = world.eks.describe_cluster(name=name)["cluster"]

    for field in ("version", "upgradePolicy", "encryptionConfig", "tags", "accessConfig"):
        assert cluster[field] == asked[field]
    assert cluster["zonalShiftConfig"] == {"enabled": True}
    assert cluster["kubernetesNetworkConfig"]["serviceIpv4Cidr"] == "10.100.0.0/16"
    on, off = cluster["logging"]["clusterLogging"]
    assert (on["enabled"], set(on["types"])) == (True, {"api", "audit"})
    assert (off["enabled"], len(off["types"])) == (False, 3)
    assert cluster["status"] == "ACTIVE"


def test_every_cluster_is_the_local_api_server(world: EksWorld) -> None:
    name = world.create_cluster()["name"]
    cluster = world.eks.describe_cluster(name=name)["cluster"]
    assert cluster["endpoint"] == EKS_ENDPOINT
    assert base64.b64decode(cluster["certificateAuthority"]["data"]).decode() == EKS_CA
    assert cluster["identity"]["oidc"]["issuer"] == EKS_ISSUER


def test_the_vpc_config_is_completed_as_on_aws(world: EksWorld) -> None:
    name = world.create_cluster()["name"]
    vpc = world.eks.describe_cluster(name=name)["cluster"]["resourcesVpcConfig"]
    assert vpc["vpcId"] == world.vpc
    assert (vpc["endpointPublicAccess"], vpc["endpointPrivateAccess"]) == (True, False)
    assert vpc["publicAccessCidrs"] == ["0.0.0.0/0"]
    groups = world.aws.client("ec2").describe_security_groups(
        GroupIds=[vpc["clusterSecurityGroupId"]]
    )["SecurityGroups"]
    assert groups[0]["VpcId"] == world.vpc


UPDATES = {
    "endpoint": (
        {"resourcesVpcConfig": {"endpointPublicAccess": False, "endpointPrivateAccess": True}},
        "EndpointAccessUpdate",
        lambda c: c["resourcesVpcConfig"]["endpointPublicAccess"] is False,
    ),
    "logging": (
        {"logging": {"clusterLogging": [{"types": ["audit"], "enabled": True}]}},
        "LoggingUpdate",
        lambda c: c["logging"]["clusterLogging"][0] == {"types": ["audit"], "enabled": True},
    ),
    "upgrade policy": (
        {"upgradePolicy": {"supportType": "STANDARD"}},
        "UpgradePolicyUpdate",
        lambda c: c["upgradePolicy"] == {"supportType": "STANDARD"},
    ),
    "deletion protection": (
        {"deletionProtection": True},
        "DeletionProtectionUpdate",
        lambda c: c["deletionProtection"] is True,
    ),
    "zonal shift": (
        {"zonalShiftConfig": {"enabled": True}},
        "ConfigUpdate",
        lambda c: c["zonalShiftConfig"] == {"enabled": True},
    ),
}


@pytest.mark.parametrize(("change", "kind", "holds"), UPDATES.values(), ids=UPDATES.keys())
def test_a_cluster_changes_in_place(world: EksWorld, change, kind, holds) -> None:
    name = world.create_cluster()["name"]
    update = world.eks.update_cluster_config(name=name, **change)["update"]
    seen = world.eks.describe_update(name=name, updateId=update["id"])["update"]
    assert (seen["type"], seen["status"], seen["errors"]) == (kind, "Successful", [])
    assert holds(world.eks.describe_cluster(name=name)["cluster"])


def test_a_version_moves_up_by_one_minor(world: EksWorld) -> None:
    name = world.create_cluster(version="1.33")["name"]
    world.eks.update_cluster_version(name=name, version="1.34")
    assert world.eks.describe_cluster(name=name)["cluster"]["version"] == "1.34"
    with pytest.raises(ClientError, match="minor version update"):
        world.eks.update_cluster_version(name=name, version="1.33")


def test_a_request_that_aws_refuses_is_refused(world: EksWorld) -> None:
    refused = {
        "unsupported Kubernetes version": {"version": "9.99"},
        "at least two different AZs": {"resourcesVpcConfig": {"subnetIds": world.subnets[:1]}},
        "does not exist": {"roleArn": world.role + "-not"},
        "subnet ID": {"resourcesVpcConfig": {"subnetIds": ["subnet-1", "subnet-2"]}},
    }
    for message, request in refused.items():
        with pytest.raises(ClientError, match=message):
            world.create_cluster(**request)


def test_two_subjects_in_one_update_are_refused(world: EksWorld) -> None:
    name = world.create_cluster()["name"]
    with pytest.raises(ClientError, match="Only one type of update"):
        world.eks.update_cluster_config(
            name=name, deletionProtection=True, upgradePolicy={"supportType": "STANDARD"}
        )


def test_nothing_is_left_of_a_deleted_cluster(world: EksWorld) -> None:
    cluster = world.create_cluster()
    world.eks.delete_cluster(name=cluster["name"])
    with pytest.raises(world.eks.exceptions.ResourceNotFoundException):
        world.eks.describe_cluster(name=cluster["name"])
    with pytest.raises(ClientError, match="does not exist"):
        world.aws.client("ec2").describe_security_groups(
            GroupIds=[cluster["resourcesVpcConfig"]["clusterSecurityGroupId"]]
        )


def test_tags_change(world: EksWorld) -> None:
    arn = world.create_cluster(tags={"a": "1", "b": "2"})["arn"]
    world.eks.tag_resource(resourceArn=arn, tags={"b": "3", "c": "4"})
    world.eks.untag_resource(resourceArn=arn, tagKeys=["a"])
    assert world.eks.list_tags_for_resource(resourceArn=arn)["tags"] == {"b": "3", "c": "4"}


def test_encryption_is_added_once(world: EksWorld) -> None:
    name = world.create_cluster()["name"]
    config = [{"resources": ["secrets"], "provider": {"keyArn": "arn:aws:kms:x:1:key/k"}}]
    world.eks.associate_encryption_config(clusterName=name, encryptionConfig=config)
    assert world.eks.describe_cluster(name=name)["cluster"]["encryptionConfig"] == config
    with pytest.raises(ClientError, match="already enabled"):
        world.eks.associate_encryption_config(clusterName=name, encryptionConfig=config)
