"""Nothing connects but what the table of flows declares."""

import itertools
from dataclasses import replace

import pytest

from components.kubernetes.deployment import Addresses
from components.kubernetes.flows import FLOWS, Feature, Flow, Network, Pods, declared_flows
from components.kubernetes.labels import selector
from components.kubernetes.names import Namespace
from components.kubernetes.network_policies import Surroundings
from control.warehouses.manifest_parts import KEEPER_APP, SERVER_APP, common_labels
from tests.components.kubernetes.baseline import (
    DEPLOYMENT,
    INGRESS,
    MONITORING,
    PLATFORM,
    everything,
    monitoring,
    objects,
    platform,
    router,
    workloads,
)
from tests.components.kubernetes.network import AddressEnd, End, PodEnd, allowed
from tests.engine import Run

POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
INTERNET = AddressEnd(address="198.51.100.7")
METADATA_SERVICE = AddressEnd(address="169.254.169.254")

ADDRESSES = {
    Network.API_SERVER: AddressEnd(address="10.20.1.5"),
    Network.VPC: AddressEnd(address="10.20.1.6"),
    Network.POD_IDENTITY: AddressEnd(address="169.254.170.23"),
    Network.PUBLIC_CLIENTS: AddressEnd(address="203.0.113.9"),
    Network.PRIVATE_CLIENTS: AddressEnd(address="10.30.0.9"),
    Network.ANYWHERE: INTERNET,
    Network.DNS: PodEnd(namespace="kube-system", labels=(("k8s-app", "kube-dns"),)),
}


def policies(seen: Run) -> list[dict]:
    return [item.inputs for item in seen.all(POLICY)]


def end(of: Pods | Network) -> End:
    if isinstance(of, Network):
        return ADDRESSES[of]
    labels = selector(of.app) if of.app else {"any": "pod"}
    return PodEnd(namespace=of.namespace, labels=tuple(labels.items()))


def apps() -> list[Pods]:
    ends = {side for flow in FLOWS for side in (flow.source, flow.target)}
    return sorted(
        (side for side in ends if isinstance(side, Pods) and side.app), key=lambda pods: pods.app
    )


ROWS = {f"{flow.source} to {flow.target}: {flow.why}": flow for flow in FLOWS}


@pytest.mark.parametrize("flow", ROWS.values(), ids=ROWS.keys())
def test_a_declared_flow_is_let_through_by_both_sides(flow: Flow):
    for port in flow.ports:
        assert allowed(
            policies(everything()), end(flow.source), end(flow.target), port.number, port.protocol
        )


def test_pods_reach_no_other_pods():
    declared = {
        (flow.source, flow.target, port.number, port.protocol)
        for flow in FLOWS
        for port in flow.ports
    }
    ports = {(port.number, port.protocol) for flow in FLOWS for port in flow.ports}
    seen = policies(everything())
    for source, target, (port, protocol) in itertools.product(apps(), apps(), sorted(ports)):
        if (source, target, port, protocol) not in declared:
            assert not allowed(seen, end(source), end(target), port, protocol), (
                f"{source} reaches {target} at {port}"
            )


def test_only_the_ingress_is_reached_from_outside():
    seen = policies(everything())
    reached = {
        (pods.app, port)
        for pods, port, source in itertools.product(
            apps(),
            {port.number for flow in FLOWS for port in flow.ports},
            (INTERNET, *(ADDRESSES[name] for name in Network if name is not Network.DNS)),
        )
        if allowed(seen, source, end(pods), port)
    }
    assert reached == {("ingress", 8443), ("ingress", 9440), ("ingress", 8080)}


@pytest.mark.parametrize("port", [8443, 9440])
def test_an_unlisted_address_does_not_reach_the_ingress(port):
    seen = policies(everything())
    (ingress,) = [pods for pods in apps() if pods.app == "ingress"]
    assert not allowed(seen, INTERNET, end(ingress), port)


def test_nothing_connects_to_tailscale():
    (policy,) = [
        policy for policy in policies(router()) if policy["metadata"]["name"] == "tailscale"
    ]
    assert policy["spec"]["policyTypes"] == ["Ingress", "Egress"]
    assert policy["spec"]["ingress"] == []


def test_tailscale_reaches_no_database():
    seen = policies(everything())
    (source,) = [pods for pods in apps() if pods.app == "tailscale"]
    for target in apps():
        if target.namespace in (Namespace.CLICKHOUSE, Namespace.INGRESS):
            for port in (8123, 9000, 8443, 9440, 9181, 9363):
                assert not allowed(seen, end(source), end(target), port)


def test_the_controller_sees_keepers_figures_and_none_of_its_data():
    seen = policies(everything())
    (source,) = [pods for pods in apps() if pods.app == "controller"]
    (target,) = [pods for pods in apps() if pods.app == KEEPER_APP]
    reached = {p for p in (9181, 9182, 9234, 9363) if allowed(seen, end(source), end(target), p)}
    assert reached == {9363}


def test_no_pod_reaches_the_instance_metadata_service():
    seen = policies(everything())
    for pods, port in itertools.product(apps(), (80, 443)):
        assert not allowed(seen, end(pods), METADATA_SERVICE, port)


def test_what_leaves_the_deployment_is_declared():
    """State, usage, alerts and Tailscale; S3, where data stays the customer's; sizes of groups."""
    leaving = {flow.source.app for flow in FLOWS if flow.target is Network.ANYWHERE}
    assert leaving == {
        "controller",
        "clickhouse-server",
        "prometheus",
        "alertmanager",
        "state-exporter",
        "usage-scraper",
        "tailscale",
        "cluster-autoscaler",
    }


def test_a_pod_without_rows_may_only_resolve_names():
    stranger = PodEnd(namespace="clickhouse", labels=(("app", "stranger"),))
    seen = policies(everything())
    assert allowed(seen, stranger, ADDRESSES[Network.DNS], 53, "UDP")
    assert not allowed(seen, stranger, INTERNET, 443)
    for pods in apps():
        assert not allowed(seen, stranger, end(pods), 8123)


@pytest.mark.parametrize("namespace", Namespace)
def test_every_namespace_refuses_by_default(namespace):
    (policy,) = [
        policy
        for policy in policies(platform())
        if policy["metadata"]["name"] == "default-deny"
        and policy["metadata"]["namespace"] == namespace
    ]
    assert policy["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


def test_each_policy_is_made_by_one_layer():
    names = [
        (policy["metadata"]["namespace"], policy["metadata"]["name"])
        for policy in policies(everything())
    ]
    assert len(names) == len(set(names))


def test_a_layer_that_is_left_out_opens_nothing():
    bare = replace(DEPLOYMENT, features=frozenset())
    seen = platform(replace(PLATFORM, deployment=bare, ingress=None, certificates=None))
    (servers,) = [
        policy for policy in policies(seen) if policy["metadata"]["name"] == "clickhouse-server"
    ]
    sources = {
        rule["from"][0]["podSelector"]["matchLabels"]["app.kubernetes.io/name"]
        for rule in servers["spec"]["ingress"]
    }
    assert sources == {"controller", "activator", "clickhouse-server"}


def test_prometheus_reaches_object_storage_only_for_thanos():
    (without,) = [
        policy
        for policy in policies(monitoring(replace(MONITORING, thanos=None)))
        if policy["metadata"]["name"] == "prometheus"
    ]
    blocks = [
        peer["ipBlock"]["cidr"]
        for rule in without["spec"]["egress"]
        for peer in rule["to"]
        if "ipBlock" in peer
    ]
    assert "0.0.0.0/0" not in blocks


def test_the_private_load_balancer_alone_opens_only_its_networks():
    seen = platform(replace(PLATFORM, ingress=replace(INGRESS, public=None)))
    (ingress,) = [pods for pods in apps() if pods.app == "ingress"]
    assert allowed(policies(seen), ADDRESSES[Network.PRIVATE_CLIENTS], end(ingress), 8443)
    assert not allowed(policies(seen), ADDRESSES[Network.PUBLIC_CLIENTS], end(ingress), 8443)


def test_every_row_says_why_once():
    rows = [(flow.source, flow.target, flow.ports) for flow in FLOWS]
    assert len(rows) == len(set(rows))
    assert all(flow.why.endswith(".") for flow in FLOWS)


def test_rows_name_programs_that_exist():
    running = {
        (item.inputs["metadata"]["namespace"], item.inputs["metadata"]["name"])
        for item in workloads(everything())
    } | {("clickhouse", SERVER_APP), ("clickhouse", KEEPER_APP)}
    assert {(str(pods.namespace), pods.app) for pods in apps()} == running


def test_ports_of_rows_are_ports_of_programs():
    ports = {
        item.inputs["metadata"]["name"]: {
            port["containerPort"]
            for container in item.inputs["spec"]["template"]["spec"]["containers"]
            for port in container["ports"]
        }
        for item in workloads(everything())
    }
    for flow in FLOWS:
        if isinstance(flow.target, Pods) and flow.target.app in ports:
            assert {port.number for port in flow.ports} <= ports[flow.target.app], flow


def test_the_rows_select_the_pods_that_the_controller_makes():
    labels = common_labels(SERVER_APP, "shop-main", "shop")
    assert selector(SERVER_APP).items() <= labels.items()


def test_an_api_server_at_another_port_is_reached_there():
    here = Surroundings(
        addresses=Addresses(
            vpc_cidrs=("127.16.0.0/16",), service_cidr="127.16.32.0/19", api_server_port=6443
        )
    )
    (row, *_) = [flow for flow in FLOWS if flow.target is Network.API_SERVER]
    numbers = [entry["port"] for entry in here.ports(row.target, row.ports)]
    assert numbers == [443, 6443]


def test_features_choose_the_rows():
    assert len(declared_flows(frozenset())) < len(declared_flows(frozenset(Feature)))
    assert declared_flows(frozenset(Feature)) == FLOWS
    assert objects(everything())
