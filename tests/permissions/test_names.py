"""Names that fit into the limits of AWS wherever the deployment is."""

import pytest

from infra.config.regions import REGION_ZONES
from permissions.names import BucketPurpose, Scope, longest_name, partition_of


@pytest.mark.parametrize("region", REGION_ZONES)
def test_the_longest_name_still_fits(region: str) -> None:
    scope = Scope(name="n" * longest_name(region), region=region, account="1" * 12)
    assert longest_name(region) >= 20
    assert len(scope.role_name("kube-metric-forwarder-asc")) == 64
    assert all(len(scope.bucket_name(purpose)) <= 63 for purpose in BucketPurpose)
    assert len(scope.cluster_name) <= 100


def test_a_pattern_is_filled_and_what_is_no_placeholder_stays() -> None:
    scope = Scope(name="acme", region="us-east-1", account="111111111111")
    assert scope.fill("{data_bucket}/ch-s3-*") == "acme-us-east-1-111111111111-data/ch-s3-*"
    assert scope.fill("${aws:username}") == "${aws:username}"


PARTITIONS = {
    "us-east-1": "aws",
    "us-gov-west-1": "aws-us-gov",
    "cn-north-1": "aws-cn",
    "eu-central-1": "aws",
}


@pytest.mark.parametrize(("region", "partition"), PARTITIONS.items())
def test_a_region_is_in_its_partition(region: str, partition: str) -> None:
    assert partition_of(region) == partition
