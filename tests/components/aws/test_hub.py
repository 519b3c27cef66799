"""A transit gateway as the way out: what is attached, in which order, and what is not made."""

import functools
from typing import Any

from tests.components.aws.deployments import network_of, with_change
from tests.engine import Run
from tests.infra.config.documents import GOOD

TRANSIT_GATEWAY = "tgw-0123456789abcdef0"
SHARE = "arn:aws:ram:us-east-1:444444444444:resource-share/01234567-89ab-cdef-0123-456789abcdef"
ROLE = "arn:aws:iam::444444444444:role/attachments"

ATTACHMENT = "aws:ec2transitgateway/vpcAttachment:VpcAttachment"
ACCEPTER = "aws:ec2transitgateway/vpcAttachmentAccepter:VpcAttachmentAccepter"
SUBNET = "aws:ec2/subnet:Subnet"
ROUTE = "aws:ec2/route:Route"


def network(**hub: Any) -> dict[str, Any]:
    hub = {"transitGatewayId": TRANSIT_GATEWAY, **hub}
    return {**GOOD["network"], "egress": "hub", "hub": hub}


@functools.cache
def with_hub(**hub: Any) -> Run:
    return network_of({**GOOD, "network": network(**hub), "peering": []})


def routes_of(seen: Run) -> list[dict[str, Any]]:
    return [r.inputs for r in seen.all(ROUTE)]


def test_everything_leaves_by_the_hub_alone() -> None:
    seen = with_hub()
    routes = routes_of(seen)
    assert {route["destinationCidrBlock"] for route in routes} == {"0.0.0.0/0"}
    assert [route["transitGatewayId"] for route in routes] == [TRANSIT_GATEWAY] * 3
    assert len({route["routeTableId"] for route in routes}) == 3
    for kind in ("natGateway:NatGateway", "internetGateway:InternetGateway", "eip:Eip"):
        assert not seen.all(f"aws:ec2/{kind}")
    assert not [s for s in seen.all(SUBNET) if "public" in s.name]


def test_a_public_load_balancer_still_has_its_subnets() -> None:
    endpoints = {
        "domain": "db.example.com", "tlsSecret": "tls", "publicSourceRanges": ["198.51.100.0/24"],
    }  # fmt: skip
    seen = network_of({**GOOD, "network": network(), "peering": [], "endpoints": endpoints})
    assert len([s for s in seen.all(SUBNET) if "public" in s.name]) == 3
    targets = ["gatewayId" if "gatewayId" in r else "hub" for r in routes_of(seen)]
    assert sorted(targets) == ["gatewayId", "hub", "hub", "hub"]


def test_the_attachment_has_a_small_subnet_of_its_own_in_each_zone() -> None:
    seen = with_hub()
    own = [s for s in seen.all(SUBNET) if "attachment" in s.name]
    assert {s.inputs["cidrBlock"].partition("/")[2] for s in own} == {"28"}
    assert not any("kubernetes.io" in key for s in own for key in s.inputs["tags"])
    assert len(seen.one(ATTACHMENT).inputs["subnetIds"]) == 3
    table = "aws:ec2/routeTable:RouteTable"
    assert [t.name for t in seen.all(table) if "hub" in t.name] == ["network-egress-hub"]


def test_it_can_lie_among_the_nodes() -> None:
    seen = with_hub(subnets="private")
    assert {s.name.split("-")[1] for s in seen.all(SUBNET)} == {"private"}
    assert len(seen.one(ATTACHMENT).inputs["subnetIds"]) == 3


def test_routes_wait_for_share_attachment_and_acceptance() -> None:
    seen = with_hub(acceptShareArn=SHARE, accepterRoleArn=ROLE)
    share = seen.one("aws:ram/resourceShareAccepter:ResourceShareAccepter")
    assert share.inputs == {"shareArn": SHARE}
    attachment, accepter = seen.one(ATTACHMENT), seen.one(ACCEPTER)
    assert share.urn in attachment.depends_on
    assert attachment.urn in accepter.depends_on
    for route in seen.all(ROUTE):
        assert {share.urn, attachment.urn, accepter.urn} <= route.depends_on


def test_the_hubs_owner_accepts_by_a_role_of_theirs() -> None:
    seen = with_hub(accepterRoleArn=ROLE)
    assert seen.one(ACCEPTER).provider_name == "aws-hub"
    provider = seen.named("aws-hub").inputs
    assert provider["allowedAccountIds"] == '["444444444444"]'
    assert ROLE in provider["assumeRoles"]


def test_a_hub_that_accepts_by_itself_takes_no_second_account() -> None:
    seen = with_hub()
    assert not seen.all(ACCEPTER)
    assert not [r for r in seen.resources if r.type == "pulumi:providers:aws"]


def test_nodes_start_once_the_hub_leads_out() -> None:
    seen = with_change("network", network())
    group = seen.one("aws:eks/nodeGroup:NodeGroup", "cluster-pool-workload")
    out = {r.urn for r in seen.all(ROUTE) if "transitGatewayId" in r.inputs}
    assert len(out) == 3
    assert out <= group.depends_on
