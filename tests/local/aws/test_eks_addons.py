from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from tests.local.aws.eks_world import EksWorld


@pytest.fixture
def cluster(world: EksWorld) -> str:
    return world.create_cluster()["name"]


def test_the_life_of_an_addon(world: EksWorld, cluster: str) -> None:
    eks, at = world.eks, {"clusterName": cluster, "addonName": "vpc-cni"}
    role = world.create_role()
    made = eks.create_addon(
        **at,
        addonVersion="v1.21.1-eksbuild.1",
        serviceAccountRoleArn=role,
        configurationValues='{"env": {"ENABLE_PREFIX_DELEGATION": "true"}}',
        tags={"a": "1"},
    )["addon"]
    seen = eks.describe_addon(**at)["addon"]
    assert (seen["status"], seen["health"]) == ("ACTIVE", {"issues": []})
    assert (seen["addonVersion"], seen["serviceAccountRoleArn"]) == ("v1.21.1-eksbuild.1", role)
    assert seen["addonArn"] == made["addonArn"]
    assert eks.list_addons(clusterName=cluster)["addons"] == ["vpc-cni"]

    update = eks.update_addon(**at, addonVersion="v2", configurationValues="{}")["update"]
    told = eks.describe_update(name=cluster, addonName="vpc-cni", updateId=update["id"])["update"]
    assert told["status"] == "Successful"
    changed = eks.describe_addon(**at)["addon"]
    assert (changed["addonVersion"], changed["configurationValues"]) == ("v2", "{}")

    eks.tag_resource(resourceArn=made["addonArn"], tags={"a": "2"})
    assert eks.describe_addon(**at)["addon"]["tags"] == {"a": "2"}

    eks.delete_addon(**at)
    with pytest.raises(eks.exceptions.ResourceNotFoundException):
        eks.describe_addon(**at)


def test_an_addon_brings_its_pod_identities(world: EksWorld, cluster: str) -> None:
    eks, role = world.eks, world.create_role()
    addon = eks.create_addon(
        clusterName=cluster,
        addonName="aws-ebs-csi-driver",
        podIdentityAssociations=[{"serviceAccount": "ebs-csi", "roleArn": role}],
    )["addon"]
    found = eks.list_pod_identity_associations(clusterName=cluster)["associations"]
    assert [(a["namespace"], a["serviceAccount"]) for a in found] == [("kube-system", "ebs-csi")]
    assert found[0]["ownerArn"] == addon["addonArn"]
    eks.delete_addon(clusterName=cluster, addonName="aws-ebs-csi-driver")
    assert eks.list_pod_identity_associations(clusterName=cluster)["associations"] == []


REFUSED = {
    "is not supported": {"addonName": "no-such-addon"},
    "already exists": {"addonName": "coredns"},
    "not in valid JSON": {"addonName": "kube-proxy", "configurationValues": "{broken"},
}


@pytest.mark.parametrize(("message", "request_"), REFUSED.items(), ids=REFUSED)
def test_what_aws_refuses(world: EksWorld, cluster: str, message, request_) -> None:
    world.eks.create_addon(clusterName=cluster, addonName="coredns")
    with pytest.raises(ClientError, match=message):
        world.eks.create_addon(clusterName=cluster, **request_)
