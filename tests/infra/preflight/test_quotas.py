"""What a deployment adds, against what the account may have."""

import boto3
import pytest

from infra.config import parse
from infra.preflight.finding import Outcome, Result
from infra.preflight.quotas import QUOTAS, check_quota, cpus_needed, disk_tib
from tests.infra.config.documents import GOOD, OWN_VPC, Document, changed
from tests.infra.preflight.account import REGION, Quotas, client_of

CODES = {quota.subject: quota.code for quota in QUOTAS}
PLENTY = dict.fromkeys(CODES.values(), 1000000.0)


def found(subject: str, quotas: Quotas, document: Document = GOOD) -> Result:
    quota = next(quota for quota in QUOTAS if quota.subject == subject)
    return check_quota(quota, parse(document), client_of(**{"service-quotas": quotas}))


@pytest.mark.parametrize("subject", list(CODES))
def test_plenty_is_enough(subject: str) -> None:
    assert found(subject, Quotas(own=PLENTY)).outcome is Outcome.OK


def test_codes_are_different() -> None:
    assert len(set(CODES.values())) == len(QUOTAS)


@pytest.mark.parametrize(("limit", "outcome"), [(2, Outcome.OK), (1, Outcome.PROBLEM)])
def test_what_is_used_counts_up_to_the_limit(limit: int, outcome: Outcome) -> None:
    """moto's account has one VPC, and the deployment makes another."""
    result = found("VPCs", Quotas(own={CODES["VPCs"]: limit}))
    assert result.outcome is outcome
    assert result.found == f"1 of {limit} used, 1 needed"


def test_the_remedy_names_quota_and_number() -> None:
    boto3.client("ec2", region_name=REGION).allocate_address(Domain="vpc")
    result = found("elastic IP addresses", Quotas(own={CODES["elastic IP addresses"]: 3}))
    assert result.remedy == "ask AWS for 4 or more: quota L-0263D0A3 of ec2"


def test_a_default_counts_where_the_account_has_no_quota_of_its_own() -> None:
    assert found("VPCs", Quotas(default={CODES["VPCs"]: 5})).outcome is Outcome.OK


def test_a_quota_that_cannot_be_read_is_unknown() -> None:
    result = found("VPCs", Quotas())
    assert result.outcome is Outcome.UNKNOWN
    assert "servicequotas:GetServiceQuota" in result.remedy


@pytest.mark.parametrize(
    "subject", ["VPCs", "subnets of a VPC", "internet gateways", "elastic IP addresses"]
)
def test_a_customers_vpc_needs_nothing_of_the_network(subject: str) -> None:
    assert found(subject, Quotas(), OWN_VPC).found == "none needed"


def test_cpus_are_one_and_a_half_times_the_services_at_their_largest() -> None:
    services = "warehouses.0.services"
    document = changed(f"{services}.0.memoryGib", 120, changed(f"{services}.0.replicas", 10))
    document = changed("cluster.nodePools.1.instanceTypes", ["m7g.16xlarge"], document)
    assert cpus_needed(parse(document)) == (10 * 30 + 1 * 2) * 3 // 2 + 100


def test_volumes_are_counted_in_whole_tib_of_nodes_replicas_keeper_and_metrics() -> None:
    small = changed("monitoring.enabled", False)
    assert disk_tib(parse(small)) == 1  # 6 nodes of 100 GiB, 3 replicas of 100, 3 Keepers of 10
    assert disk_tib(parse(changed("warehouses.0.volumeGib", 2000, small))) == 7
    boto3.client("ec2", region_name=REGION).create_volume(
        Size=100, AvailabilityZone=f"{REGION}a", VolumeType="gp3"
    )
    told = found("TiB of gp3 volumes", Quotas(own=PLENTY))
    assert told.found == "1 of 1000000 used, 1 needed"
