"""The private load balancer offered to other VPCs: to whom, by which names, and how it is found."""

from typing import Any

import pulumi
import pulumi_aws
import pytest

from infra import aws
from infra.config import parse
from infra.private_link_layer import create_private_link
from tests.engine import UNKNOWN, Run, run
from tests.infra.config.documents import GOOD

SERVICE = "aws:ec2/vpcEndpointService:VpcEndpointService"
ACCEPTER = "aws:ec2/vpcEndpointConnectionAccepter:VpcEndpointConnectionAccepter"
VERIFICATION = "aws:vpc/endpointServicePrivateDnsVerification:EndpointServicePrivateDnsVerification"
LOOKUP = "aws:lb/getLoadBalancer:getLoadBalancer"

CONSUMER = "arn:aws:iam::333333333333:root"
BALANCER = (
    "arn:aws:elasticloadbalancing:us-east-1:111111111111:loadbalancer/net/found/0123456789abcdef"
)
ENDPOINT = "vpce-0123456789abcdef0"


def offered(hostname: str | None = "found.elb.us-east-1.amazonaws.com", **link: Any) -> Run:
    """None: the load balancer is not made yet, as in a first preview."""
    link = {"allowedPrincipals": [CONSUMER], **link}
    endpoints = {"domain": "db.example.com", "tlsSecret": "tls", "privateLink": link}
    config = parse({**GOOD, "endpoints": endpoints})

    def program() -> None:
        balancer = pulumi_aws.lb.LoadBalancer("of-the-cluster", load_balancer_type="network")
        host = balancer.dns_name if hostname is None else pulumi.Output.from_input(hostname)
        made = create_private_link(config, host, aws.aws_provider(config))
        assert made is not None
        pulumi.export("told", {"name": made.service_name, "record": made.dns_record})

    return run(program, preview=hostname is None, lookups={LOOKUP: {"arn": BALANCER}})


def test_only_who_is_named_may_ask_and_each_connection_is_accepted() -> None:
    service = offered().one(SERVICE).inputs
    assert service["allowedPrincipals"] == [CONSUMER]
    assert service["acceptanceRequired"] is True
    assert service["tags"]["clickhouse-byoc"] == "true"
    assert not offered().all(ACCEPTER)


def test_the_clusters_load_balancer_is_found_by_its_tags() -> None:
    seen = offered()
    assert seen.one(SERVICE).inputs["networkLoadBalancerArns"] == [BALANCER]
    ((_, asked),) = seen.looked_up
    assert asked["tags"] == {
        "clickhouse-byoc": "true",
        "clickhouse-byoc-deployment": "acme",
        "clickhouse-byoc-exposure": "private",
    }


def test_nobody_is_asked_for_it_before_it_is_there() -> None:
    seen = offered(None)
    assert seen.looked_up == ()
    assert seen.one(SERVICE).inputs["networkLoadBalancerArns"] == [UNKNOWN]


def test_another_load_balancer_can_be_named() -> None:
    other = BALANCER.replace("found", "other")
    seen = offered(loadBalancerArn=other)
    assert seen.looked_up == ()
    assert seen.one(SERVICE).inputs["networkLoadBalancerArns"] == [other]


def test_the_record_that_proves_the_names_is_told() -> None:
    seen = offered()
    assert seen.one(SERVICE).inputs["privateDnsName"] == "*.vpce.db.example.com"
    record = seen.outputs["told"]["record"]
    assert record["name"].startswith("_") and record["name"].endswith(".vpce.db.example.com")
    assert record["type"] == "TXT" and record["value"].startswith("vpce:")


@pytest.mark.parametrize("verified", [False, True])
def test_the_names_are_verified_once_the_record_is_said_to_be_there(*, verified: bool) -> None:
    seen = offered(dnsVerified=verified)
    found = [r.inputs["waitForVerification"] for r in seen.all(VERIFICATION)]
    assert found == [True] * verified


def test_connections_are_accepted_by_name() -> None:
    accepter = offered(acceptedEndpoints=[ENDPOINT]).one(ACCEPTER).inputs
    assert accepter["vpcEndpointId"] == ENDPOINT
    assert accepter["vpcEndpointServiceId"].startswith("vpce-svc-")


def test_regions_are_this_one_and_those_that_are_listed() -> None:
    listed = offered(supportedRegions=["us-west-2", "eu-west-1"]).one(SERVICE).inputs
    assert listed["supportedRegions"] == ["eu-west-1", "us-east-1", "us-west-2"]
    assert "supportedRegions" not in offered().one(SERVICE).inputs


def test_it_is_made_by_the_deployments_own_provider() -> None:
    assert offered().one(SERVICE).provider_name == "aws"
