"""A deployment in a VPC that its owner made."""

from infra.config import parse
from tests.components.aws.deployments import deployed
from tests.engine import Run
from tests.infra.config.documents import OWN_VPC


def seen() -> Run:
    return deployed(parse(OWN_VPC))


def test_nothing_is_made_or_changed_in_the_vpc() -> None:
    types = {resource.type for resource in seen().resources if resource.custom}
    touched = {
        name
        for name in types
        if name.startswith(("aws:ec2/", "aws:vpc/")) or "peering" in name.lower()
    }
    assert touched <= {"aws:ec2/launchTemplate:LaunchTemplate", "aws:ec2/tag:Tag"}


def test_cluster_and_nodes_live_in_the_named_subnets() -> None:
    run = seen()
    subnets = ["subnet-0000000a", "subnet-0000000b", "subnet-0000000c"]
    cluster = run.one("aws:eks/cluster:Cluster").inputs
    assert sorted(cluster["vpcConfig"]["subnetIds"]) == subnets
    for group in run.all("aws:eks/nodeGroup:NodeGroup"):
        assert set(group.inputs["subnetIds"]) <= set(subnets)
    assert run.outputs["vpcId"] == "vpc-0123456789abcdef0"
    assert run.outputs["natAddresses"] == {}
