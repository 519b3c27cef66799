"""A peering: routed on both sides, accepted where that is handed over, and never by our rights."""

import functools
from typing import Any

from tests.components.aws.deployments import network_of
from tests.engine import Run
from tests.infra.config.documents import GOOD

CONNECTION = "aws:ec2/vpcPeeringConnection:VpcPeeringConnection"
ACCEPTER = "aws:ec2/vpcPeeringConnectionAccepter:VpcPeeringConnectionAccepter"
OPTIONS = "aws:ec2/peeringConnectionOptions:PeeringConnectionOptions"
EGRESS_RULE = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
ROUTE = "aws:ec2/route:Route"

ROLE = "arn:aws:iam::333333333333:role/peering"
TABLES = ("rtb-0000000a", "rtb-0000000b")
GROUP = "sg-0123456789abcdef0"


@functools.cache
def peered(**accepter: Any) -> Run:
    peering = {
        "name": "apps",
        "vpcId": "vpc-0123456789abcdef0",
        "account": "333333333333",
        "region": "eu-west-1",
        "cidrs": ["192.168.0.0/16", "172.24.0.0/16"],
    }
    if accepter:
        peering["accepter"] = {"roleArn": ROLE, **accepter}
    return network_of({**GOOD, "peering": [peering]})


def there(seen: Run) -> list[str]:
    """Names of what is made in the peer's account."""
    return [r.name for r in seen.resources if r.provider_name == "aws-peer-apps"]


def test_a_peer_is_routed_to_from_every_private_subnet() -> None:
    peering = peered().one(CONNECTION).inputs
    assert (peering["peerOwnerId"], peering["peerRegion"]) == ("333333333333", "eu-west-1")
    routes = [r.inputs for r in peered().all(ROUTE) if "vpcPeeringConnectionId" in r.inputs]
    ways = {(route["routeTableId"], route["destinationCidrBlock"]) for route in routes}
    assert len(ways) == 6
    assert {cidr for _, cidr in ways} == {"192.168.0.0/16", "172.24.0.0/16"}


def test_without_an_accepter_nothing_is_touched_in_the_peers_account() -> None:
    seen = peered()
    assert there(seen) == []
    assert not seen.all(ACCEPTER) and not seen.all(OPTIONS)


def test_the_peers_side_is_set_up_by_a_role_of_its_owner() -> None:
    seen = peered(routeTableIds=TABLES)
    provider = seen.named("aws-peer-apps").inputs
    assert provider["allowedAccountIds"] == '["333333333333"]'
    assert provider["region"] == "eu-west-1"
    assert ROLE in provider["assumeRoles"]
    assert seen.one(ACCEPTER).inputs["autoAccept"] is True
    assert set(there(seen)) == {
        "network-peering-apps-accepter",
        *(f"network-peering-apps-back-{table}" for table in TABLES),
    }


def test_every_table_of_the_peer_leads_back_once_it_is_accepted() -> None:
    seen = peered(routeTableIds=TABLES)
    back = [r for r in seen.all(ROUTE) if "back" in r.name]
    assert [r.inputs["routeTableId"] for r in back] == list(TABLES)
    assert {r.inputs["destinationCidrBlock"] for r in back} == {"10.20.0.0/16"}
    assert all(seen.one(ACCEPTER).urn in route.depends_on for route in back)


def test_clients_behind_closed_groups_get_to_the_services_and_nowhere_else() -> None:
    rules = [r.inputs for r in peered(securityGroupIds=(GROUP,)).all(EGRESS_RULE)]
    assert [(r["cidrIpv4"], r["fromPort"], r["toPort"], r["ipProtocol"]) for r in rules] == [
        ("10.20.0.0/16", 8443, 8443, "tcp"),
        ("10.20.0.0/16", 9440, 9440, "tcp"),
    ]
    assert {r["securityGroupId"] for r in rules} == {GROUP}


def test_each_account_resolves_names_on_its_own_side() -> None:
    seen = peered(dnsResolution=True)
    resolving = {"allowRemoteVpcDnsResolution": True}
    here, back = seen.all(OPTIONS)
    assert (here.inputs["requester"], here.provider_name) == (resolving, "")
    assert (back.inputs["accepter"], back.provider_name) == (resolving, "aws-peer-apps")
    assert "accepter" not in here.inputs and "requester" not in back.inputs
    assert all(seen.one(ACCEPTER).urn in options.depends_on for options in (here, back))


def test_names_are_not_resolved_unless_asked_for() -> None:
    assert not peered(routeTableIds=TABLES).all(OPTIONS)
