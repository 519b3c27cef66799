from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from tests.local.aws.eks_world import EksWorld


@pytest.fixture(scope="module")
def cluster(world: EksWorld) -> str:
    return world.create_cluster()["name"]


def create(world: EksWorld, cluster: str, name: str, **more):
    request = {"nodeRole": world.role, "subnets": world.subnets, **more}
    return world.eks.create_nodegroup(clusterName=cluster, nodegroupName=name, **request)


def describe(world: EksWorld, cluster: str, name: str):
    return world.eks.describe_nodegroup(clusterName=cluster, nodegroupName=name)["nodegroup"]


def test_a_node_group_is_answered_as_it_was_asked_for(world: EksWorld, cluster: str) -> None:
    asked = {
        "scalingConfig": {"minSize": 0, "maxSize": 5, "desiredSize": 1},
        "instanceTypes": ["m7g.large"],
        "capacityType": "SPOT",
        "labels": {"pool": "workload"},
        "taints": [{"key": "pool", "value": "workload", "effect": "NO_SCHEDULE"}],
        "updateConfig": {"maxUnavailablePercentage": 33},
        "diskSize": 50,
        "tags": {"team": "data"},
    }
    create(world, cluster, "asked", **asked)
    seen = describe(world, cluster, "asked")
    assert {name: seen[name] for name in asked} == asked
    assert seen["amiType"] == "AL2023_ARM_64_STANDARD"
    assert (seen["status"], seen["version"]) == ("ACTIVE", "1.35")


def test_nothing_is_invented(world: EksWorld, cluster: str) -> None:
    create(world, cluster, "plain")
    seen = describe(world, cluster, "plain")
    assert not {"remoteAccess", "launchTemplate"} & seen.keys()
    assert "remoteAccessSecurityGroup" not in seen["resources"]
    assert (seen["labels"], seen["taints"], seen["diskSize"]) == ({}, [], 20)


def test_a_launch_template_brings_disk_and_type(world: EksWorld, cluster: str) -> None:
    template = world.aws.client("ec2").create_launch_template(
        LaunchTemplateName="nodes", LaunchTemplateData={"InstanceType": "m7g.large"}
    )["LaunchTemplate"]
    spec = {"id": template["LaunchTemplateId"], "version": "1"}
    create(world, cluster, "templated", launchTemplate=spec)
    seen = describe(world, cluster, "templated")
    assert seen["launchTemplate"] == spec | {"name": "nodes"}
    assert "diskSize" not in seen
    with pytest.raises(ClientError, match="within the launch template"):
        create(world, cluster, "both", launchTemplate=spec, diskSize=10)


def test_a_node_group_changes_in_place(world: EksWorld, cluster: str) -> None:
    taint = {"key": "a", "value": "1", "effect": "NO_SCHEDULE"}
    create(world, cluster, "changing", labels={"a": "1", "b": "1"}, taints=[taint])
    update = world.eks.update_nodegroup_config(
        clusterName=cluster,
        nodegroupName="changing",
        labels={"addOrUpdateLabels": {"b": "2"}, "removeLabels": ["a"]},
        taints={"addOrUpdateTaints": [taint | {"value": "2"}]},
        scalingConfig={"minSize": 2, "maxSize": 4, "desiredSize": 3},
        updateConfig={"maxUnavailable": 2},
    )["update"]
    assert (
        world.eks.describe_update(name=cluster, nodegroupName="changing", updateId=update["id"])[
            "update"
        ]["status"]
        == "Successful"
    )
    seen = describe(world, cluster, "changing")
    assert seen["labels"] == {"b": "2"}
    assert seen["taints"] == [taint | {"value": "2"}]
    assert seen["scalingConfig"] == {"minSize": 2, "maxSize": 4, "desiredSize": 3}
    assert seen["updateConfig"] == {"maxUnavailable": 2}


def test_the_autoscaling_group_and_the_node_group_are_one(world: EksWorld, cluster: str) -> None:
    sizes = {"minSize": 0, "maxSize": 5, "desiredSize": 1}
    create(world, cluster, "scaled", scalingConfig=sizes, tags={"a": "1"})
    name = describe(world, cluster, "scaled")["resources"]["autoScalingGroups"][0]["name"]
    autoscaling = world.aws.client("autoscaling")
    tag = {"Key": "k", "Value": "v", "PropagateAtLaunch": False}
    autoscaling.create_or_update_tags(
        Tags=[tag | {"ResourceId": name, "ResourceType": "auto-scaling-group"}]
    )
    autoscaling.set_desired_capacity(AutoScalingGroupName=name, DesiredCapacity=4)

    assert describe(world, cluster, "scaled")["scalingConfig"] == sizes | {"desiredSize": 4}
    group = autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[name])
    group = group["AutoScalingGroups"][0]
    assert (group["MinSize"], group["MaxSize"], group["Instances"]) == (0, 5, [])
    tags = {tag["Key"]: tag["Value"] for tag in group["Tags"]}
    assert tags["k"] == "v"
    assert tags["eks:nodegroup-name"] == "scaled"

    world.eks.delete_nodegroup(clusterName=cluster, nodegroupName="scaled")
    assert not autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[name])[
        "AutoScalingGroups"
    ]


def test_a_node_group_moves_to_another_version_of_its_template(
    world: EksWorld, cluster: str
) -> None:
    template = world.aws.client("ec2").create_launch_template(
        LaunchTemplateName="versions", LaunchTemplateData={"InstanceType": "m7g.large"}
    )["LaunchTemplate"]["LaunchTemplateId"]
    create(world, cluster, "versioned", launchTemplate={"id": template, "version": "1"})
    world.eks.update_nodegroup_version(
        clusterName=cluster,
        nodegroupName="versioned",
        launchTemplate={"id": template, "version": "2"},
    )
    assert describe(world, cluster, "versioned")["launchTemplate"]["version"] == "2"


def test_a_cluster_with_nodes_stays(world: EksWorld) -> None:
    cluster = world.create_cluster()["name"]
    create(world, cluster, "last")
    with pytest.raises(world.eks.exceptions.ResourceInUseException):
        world.eks.delete_cluster(name=cluster)
    world.eks.delete_nodegroup(clusterName=cluster, nodegroupName="last")
    assert world.eks.list_nodegroups(clusterName=cluster)["nodegroups"] == []
    world.eks.delete_cluster(name=cluster)


def test_sizes_must_fit(world: EksWorld, cluster: str) -> None:
    with pytest.raises(ClientError, match="desired capacity 3 can't be greater than max size 2"):
        create(
            world,
            cluster,
            "unfit",
            scalingConfig={"minSize": 1, "maxSize": 2, "desiredSize": 3},
        )
