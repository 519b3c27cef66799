from dataclasses import replace

import pytest

from local.kubelet.network.service_table import (
    Backends,
    Member,
    Place,
    backends,
    read_member,
    read_service,
)

API = Place(ip="127.1.0.1", port=6443)
FRONT = Place(ip="127.1.32.7", port=80)
POD = Member(
    namespace="data",
    name="a",
    ip="127.1.64.1",
    labels={"app": "db", "tier": "x"},
    hostname="",
    subdomain="",
    is_ready=True,
    is_leaving=False,
    named_ports={"http": 8123},
)
OTHER = replace(POD, name="b", ip="127.1.64.2")


def service(ports=None, name="db", namespace="data", **spec):
    return read_service(
        {
            "metadata": {"name": name, "namespace": namespace},
            "spec": {
                "clusterIP": FRONT.ip,
                "selector": {"app": "db"},
                "ports": ports or [{"port": 80, "targetPort": "http"}],
                **spec,
            },
        }
    )


def reached(*members, **spec):
    return [place.ip for place in backends([service(**spec)], members, API)[FRONT].places]


CASES = {
    "ready": ([POD, OTHER], [POD.ip, OTHER.ip]),
    "one is not ready": ([POD, replace(OTHER, is_ready=False)], [POD.ip]),
    "one is leaving": ([POD, replace(OTHER, is_leaving=True)], [POD.ip]),
    "all are leaving, one still serves": (
        [replace(POD, is_leaving=True), replace(OTHER, is_leaving=True, is_ready=False)],
        [POD.ip],
    ),
    "other labels": ([replace(POD, labels={"app": "web"})], []),
    "another namespace": ([replace(POD, namespace="web")], []),
    "no port of that name": ([replace(POD, named_ports={})], []),
}


@pytest.mark.parametrize(("members", "ips"), CASES.values(), ids=CASES.keys())
def test_connections_go_to_pods_that_serve(members, ips):
    assert reached(*members) == ips


def test_pods_that_are_not_ready_are_reached_where_the_service_says_so():
    assert reached(replace(POD, is_ready=False), publishNotReadyAddresses=True) == [POD.ip]


def test_a_service_without_a_selector_has_no_backends():
    assert reached(POD, selector={}) == []


def test_target_ports_are_numbers_names_or_the_port_itself():
    ports = [{"port": 80, "targetPort": "http"}, {"port": 81, "targetPort": 9}, {"port": 82}]
    table = backends([service(ports=ports)], [POD], API)
    assert {front.port: found.places[0].port for front, found in table.items()} == {
        80: 8123,
        81: 9,
        82: 82,
    }


def test_headless_external_and_udp_ports_have_no_listener():
    udp = [{"port": 53, "protocol": "UDP"}]
    services = [service(clusterIP="None"), service(type="ExternalName"), service(ports=udp)]
    assert backends(services, [POD], API) == {}


def test_the_service_of_the_api_server_leads_to_it():
    kubernetes = service(name="kubernetes", namespace="default", selector={})
    assert backends([kubernetes], [], API) == {FRONT: Backends(places=(API,))}


def test_a_clients_affinity_has_a_time():
    sticky = backends([service(sessionAffinity="ClientIP")], [POD], API)[FRONT]
    assert sticky.affinity_s == 10800


def pod(phase="Running", **metadata):
    return {
        "metadata": {"name": "a", "namespace": "data", **metadata},
        "spec": {
            "containers": [{"name": "x", "ports": [{"name": "http", "containerPort": 1}]}],
            "hostname": "a",
            "subdomain": "peers",
        },
        "status": {
            "podIP": "127.1.64.1",
            "phase": phase,
            "conditions": [{"type": "Ready", "status": "True"}],
        },
    }


def test_a_pod_is_read_as_services_see_it():
    member = read_member(pod(deletionTimestamp="2026-01-01T00:00:00Z"))
    assert (member.is_ready, member.is_leaving) == (True, True)
    assert (member.hostname, member.subdomain) == ("a", "peers")
    assert member.named_ports == {"http": 1}


def test_a_pod_that_has_done_its_work_has_no_address_for_services():
    assert read_member(pod(phase="Succeeded")) is None
