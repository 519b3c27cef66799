from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from tests.local.aws.eks_world import EksWorld

ADMIN = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"
VIEW = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy"


@pytest.fixture(scope="module")
def cluster(world: EksWorld) -> str:
    return world.create_cluster()["name"]


def test_the_life_of_an_access_entry(world: EksWorld, cluster: str) -> None:
    eks, role = world.eks, world.create_role()
    at = {"clusterName": cluster, "principalArn": role}
    made = eks.create_access_entry(**at, kubernetesGroups=["viewers"], tags={"a": "1"})
    name = role.rsplit("/", 1)[-1]
    entry = made["accessEntry"]
    assert entry["username"] == f"arn:aws:sts::111111111111:assumed-role/{name}/{{{{SessionName}}}}"
    assert (entry["type"], entry["kubernetesGroups"]) == ("STANDARD", ["viewers"])
    assert role in eks.list_access_entries(clusterName=cluster)["accessEntries"]

    eks.update_access_entry(**at, kubernetesGroups=["editors"], username="robot")
    seen = eks.describe_access_entry(**at)["accessEntry"]
    assert (seen["kubernetesGroups"], seen["username"]) == (["editors"], "robot")

    eks.untag_resource(resourceArn=seen["accessEntryArn"], tagKeys=["a"])
    assert eks.describe_access_entry(**at)["accessEntry"]["tags"] == {}

    with pytest.raises(eks.exceptions.ResourceInUseException):
        eks.create_access_entry(**at)
    eks.delete_access_entry(**at)
    with pytest.raises(eks.exceptions.ResourceNotFoundException):
        eks.describe_access_entry(**at)


def test_the_life_of_an_access_policy(world: EksWorld, cluster: str) -> None:
    eks, role = world.eks, world.create_role()
    at = {"clusterName": cluster, "principalArn": role}
    eks.create_access_entry(**at)
    scope = {"type": "namespace", "namespaces": ["clickhouse"]}
    eks.associate_access_policy(**at, policyArn=VIEW, accessScope=scope)
    eks.associate_access_policy(**at, policyArn=ADMIN, accessScope={"type": "cluster"})
    found = eks.list_associated_access_policies(**at)["associatedAccessPolicies"]
    assert {p["policyArn"]: p["accessScope"]["type"] for p in found} == {
        VIEW: "namespace",
        ADMIN: "cluster",
    }
    assert eks.list_access_entries(clusterName=cluster, associatedPolicyArn=VIEW)[
        "accessEntries"
    ] == [role]
    eks.disassociate_access_policy(**at, policyArn=VIEW)
    found = eks.list_associated_access_policies(**at)["associatedAccessPolicies"]
    assert [p["policyArn"] for p in found] == [ADMIN]


def test_the_creator_is_administrator_unless_told_otherwise(world: EksWorld) -> None:
    key = world.aws.user_key("creator")
    eks = world.aws.client("eks", key=key)
    admitted = world.create_cluster(eks)["name"]
    arn = "arn:aws:iam::111111111111:user/creator"
    assert eks.list_access_entries(clusterName=admitted)["accessEntries"] == [arn]
    alone = world.create_cluster(
        eks,
        accessConfig={
            "authenticationMode": "API",
            "bootstrapClusterCreatorAdminPermissions": False,
        },
    )["name"]
    assert eks.list_access_entries(clusterName=alone)["accessEntries"] == []


def test_entries_need_the_api_mode(world: EksWorld) -> None:
    name = world.create_cluster(accessConfig={"authenticationMode": "CONFIG_MAP"})["name"]
    with pytest.raises(ClientError, match="authentication mode must be"):
        world.eks.create_access_entry(clusterName=name, principalArn=world.create_role())
    world.eks.update_cluster_config(
        name=name, accessConfig={"authenticationMode": "API_AND_CONFIG_MAP"}
    )
    world.eks.create_access_entry(clusterName=name, principalArn=world.create_role())
    with pytest.raises(ClientError, match="Unsupported authentication mode update"):
        world.eks.update_cluster_config(
            name=name, accessConfig={"authenticationMode": "CONFIG_MAP"}
        )


def test_groups_of_the_system_and_unknown_policies_are_refused(
    world: EksWorld, cluster: str
) -> None:
    role = world.create_role()
    at = {"clusterName": cluster, "principalArn": role}
    with pytest.raises(ClientError, match="cannot start with system:"):
        world.eks.create_access_entry(**at, kubernetesGroups=["system:masters"])
    world.eks.create_access_entry(**at)
    with pytest.raises(ClientError, match="is not an EKS access policy"):
        world.eks.associate_access_policy(
            **at, policyArn="arn:aws:iam::aws:policy/X", accessScope={"type": "cluster"}
        )
