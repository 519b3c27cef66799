"""Zones, and the instance types that they offer."""

from typing import Any

from infra.config import parse
from infra.preflight.finding import Outcome
from infra.preflight.zones import check_instance_types, check_zones, pool_offers
from tests.infra.config.documents import GOOD, changed
from tests.infra.preflight.account import ZONES, client_of

CONFIG = parse(GOOD)
SYSTEM = CONFIG.cluster.node_pools[0]


def test_zones_that_are_there_are_told_with_their_ids() -> None:
    results = list(check_zones(CONFIG, client_of()))
    assert [result.subject for result in results] == list(ZONES)
    assert all(result.outcome is Outcome.OK for result in results)
    assert results[0].found.startswith("zone id use1-az")


BY_ID = parse(changed("network.zones", ["use1-az1", "use1-az2", "use1-az4"]))


def test_zones_by_their_ids_are_told_with_their_names() -> None:
    results = {r.subject: r for r in check_zones(BY_ID, client_of(ec2=Ec2WithTwoZones()))}
    assert results["use1-az1"].found == "zone us-east-1a"
    assert results["use1-az2"].found == "it is not available"
    assert results["use1-az4"].remedy == "choose among use1-az1"


def test_types_are_asked_for_by_zone_id_as_well() -> None:
    results = list(check_instance_types(BY_ID, client_of()))
    assert [result.outcome for result in results] == [Outcome.OK, Outcome.OK]


class Ec2WithTwoZones:
    def describe_availability_zones(self, **_: Any) -> dict[str, Any]:
        zones = [
            {"ZoneName": "us-east-1a", "State": "available", "ZoneId": "use1-az1"},
            {"ZoneName": "us-east-1b", "State": "impaired", "ZoneId": "use1-az2"},
        ]
        return {"AvailabilityZones": zones}


def test_zones_that_are_not_there_are_problems() -> None:
    results = {r.subject: r for r in check_zones(CONFIG, client_of(ec2=Ec2WithTwoZones()))}
    assert results["us-east-1a"].outcome is Outcome.OK
    assert results["us-east-1b"].found == "it is not available"
    assert results["us-east-1c"].found == "this account does not have it"
    assert results["us-east-1c"].remedy == "choose among us-east-1a"


def test_the_pools_of_the_good_configuration_are_offered() -> None:
    results = list(check_instance_types(CONFIG, client_of()))
    assert [result.outcome for result in results] == [Outcome.OK, Outcome.OK]


def test_one_zone_without_any_of_the_types_is_a_problem() -> None:
    offered = {"us-east-1a": {"m6i.xlarge"}, "us-east-1b": {"m6i.xlarge"}, "us-east-1c": set()}
    result = pool_offers(SYSTEM, ZONES, offered)
    assert result.outcome is Outcome.PROBLEM
    assert result.found == "us-east-1c offers none of m6i.xlarge"


def test_one_type_of_several_is_enough() -> None:
    pool = SYSTEM.model_copy(update={"instance_types": ("m6i.xlarge", "m6a.xlarge")})
    offered = {zone: {"m6a.xlarge"} for zone in ZONES}
    result = pool_offers(pool, ZONES, offered)
    assert result.outcome is Outcome.OK and "us-east-1a" in result.found
