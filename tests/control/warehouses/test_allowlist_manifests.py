"""Allow-lists as network policies."""

from dataclasses import replace

from control.warehouses.allowlist_manifests import allowlist_manifests
from control.warehouses.service_manifests import ACTIVATOR_SELECTOR
from tests.control.warehouses.samples import READER

LISTED = replace(READER, allowlist=("10.1.0.0/16", "10.2.0.0/16"), activator_port=20_010)


def test_the_listed_networks_reach_the_clients_ports_awake_and_asleep() -> None:
    awake, asleep = allowlist_manifests(LISTED, ACTIVATOR_SELECTOR)
    for policy in (awake, asleep):
        [rule] = policy["spec"]["ingress"]
        assert [peer["ipBlock"]["cidr"] for peer in rule["from"]] == list(LISTED.allowlist)
    ports = [[p["port"] for p in one["spec"]["ingress"][0]["ports"]] for one in (awake, asleep)]
    assert ports == [[8123, 9000, 8443, 9440], [20_010, 20_011, 8443, 9440]]
    assert asleep["spec"]["podSelector"]["matchLabels"] == ACTIVATOR_SELECTOR


def test_without_a_list_nothing_is_opened() -> None:
    for policy in allowlist_manifests(replace(LISTED, allowlist=()), ACTIVATOR_SELECTOR):
        assert "ingress" not in policy["spec"]


def test_a_shorter_list_is_noticed_as_a_difference() -> None:
    digests = {
        policy["metadata"]["annotations"]["byoc.clickhouse.dev/digest"]
        for allowlist in (LISTED.allowlist, LISTED.allowlist[:1], ())
        for policy in allowlist_manifests(replace(LISTED, allowlist=allowlist), ACTIVATOR_SELECTOR)[
            :1
        ]
    }
    assert len(digests) == 3
