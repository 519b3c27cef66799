"""Clients come in by the declared load balancers and reach the service they name."""

import json
from dataclasses import replace

import pytest
import yaml

from components.errors import ConfigError
from components.kubernetes.platform import (
    IngressArgs,
    LoadBalancerArgs,
    LoadBalancerController,
    PlatformArgs,
)
from components.kubernetes.platform.routes import routes_document
from control.warehouses.ingress_allowlist import ingress_allowlists
from tests.components.kubernetes.baseline import (
    INGRESS,
    PLATFORM,
    everything,
    found,
    objects,
    platform,
    pod_spec,
)
from tests.control.warehouses.samples import MAIN
from tests.engine import run

LB = "service.beta.kubernetes.io/aws-load-balancer"


def balancers(args: PlatformArgs = PLATFORM) -> dict[str, dict]:
    return {
        one["metadata"]["name"]: one
        for one in objects(platform(args))
        if one["kind"] == "Service" and one["spec"].get("type") == "LoadBalancer"
    }


def with_ingress(**changes) -> PlatformArgs:
    return replace(PLATFORM, ingress=replace(INGRESS, **changes))


def test_both_load_balancers():
    assert set(balancers()) == {"ingress-public", "ingress-private"}


def test_public_alone():
    assert set(balancers(with_ingress(private=None))) == {"ingress-public"}


def test_private_alone():
    assert set(balancers(with_ingress(public=None))) == {"ingress-private"}


def test_without_an_ingress_nothing_is_open():
    seen = platform(replace(PLATFORM, ingress=None, certificates=None, readers=None))
    assert not [one for one in objects(seen) if one["kind"] == "Service"]
    assert not [
        one
        for one in objects(seen)
        if one["metadata"].get("namespace") == "byoc-ingress" and one["kind"] != "NetworkPolicy"
    ]


def test_source_ranges_and_the_client_address_are_kept():
    for name, ranges in {
        "ingress-public": ["203.0.113.0/24"],
        "ingress-private": ["10.20.0.0/16", "10.30.0.0/16"],
    }.items():
        spec = balancers()[name]["spec"]
        assert spec["loadBalancerSourceRanges"] == ranges
        assert spec["externalTrafficPolicy"] == "Local"


def test_only_tls_ports_are_open():
    for service in balancers().values():
        assert [port["port"] for port in service["spec"]["ports"]] == [8443, 9440]


@pytest.mark.parametrize(
    ("controller", "name", "expected"),
    [
        ("cloud-provider", "ingress-public", {f"{LB}-type": "nlb"}),
        ("cloud-provider", "ingress-private", {f"{LB}-type": "nlb", f"{LB}-internal": "true"}),
        (
            "aws-load-balancer-controller",
            "ingress-public",
            {f"{LB}-type": "external", f"{LB}-scheme": "internet-facing"},
        ),
        (
            "aws-load-balancer-controller",
            "ingress-private",
            {f"{LB}-type": "external", f"{LB}-scheme": "internal"},
        ),
    ],
)
def test_whoever_makes_the_load_balancer_is_told_in_its_words(controller, name, expected):
    args = with_ingress(controller=LoadBalancerController(controller))
    annotations = balancers(args)[name]["metadata"]["annotations"]
    assert expected.items() <= annotations.items()


def test_names_are_pointed_at_the_load_balancer_that_lists_them():
    public = replace(INGRESS.public, hosts=("a.example.com", "b.example.com"))
    made = balancers(with_ingress(public=public))
    annotation = "external-dns.alpha.kubernetes.io/hostname"
    annotations = {name: one["metadata"]["annotations"] for name, one in made.items()}
    assert annotations["ingress-public"][annotation] == "a.example.com,b.example.com"
    assert annotation not in annotations["ingress-private"]


def test_who_comes_through_an_endpoint_service_is_let_in_by_it_alone():
    private = replace(INGRESS.private, offered=True)
    controller = LoadBalancerController.AWS_LOAD_BALANCER_CONTROLLER
    annotation = f"{LB}-inbound-sg-rules-on-private-link-traffic"
    made = balancers(with_ingress(private=private, controller=controller))
    assert made["ingress-private"]["metadata"]["annotations"][annotation] == "off"
    assert annotation not in made["ingress-public"]["metadata"]["annotations"]


def test_each_load_balancer_can_be_told_by_its_tags():
    for name, service in balancers().items():
        tags = service["metadata"]["annotations"][f"{LB}-additional-resource-tags"]
        assert f"clickhouse-byoc-exposure={name.removeprefix('ingress-')}" in tags.split(",")


def test_a_public_load_balancer_is_never_marked_internal():
    for controller in LoadBalancerController:
        annotations = balancers(with_ingress(controller=controller))["ingress-public"]["metadata"][
            "annotations"
        ]
        assert f"{LB}-internal" not in annotations
        assert annotations.get(f"{LB}-scheme") != "internal"


def test_load_balancers_carry_the_tag_that_permissions_depend_on():
    for service in balancers().values():
        tags = service["metadata"]["annotations"][f"{LB}-additional-resource-tags"]
        assert "clickhouse-byoc=true" in tags.split(",")


def test_a_name_leads_to_its_service_in_both_protocols():
    document = yaml.safe_load(
        found(everything(), "ConfigMap", "ingress-routes")["data"]["routes.yaml"]
    )
    router = document["http"]["routers"]["clickhouse-shop-main"]
    assert router["rule"] == "Host(`main.shop.example.com`)"
    assert (router["entryPoints"], router["tls"]) == (["https"], {})
    assert document["http"]["services"]["clickhouse-shop-main"]["loadBalancer"]["servers"] == [
        {"url": "http://shop-main.clickhouse.svc:8123"}
    ]
    native = document["tcp"]["routers"]["clickhouse-shop-main"]
    assert native["rule"] == "HostSNI(`main.shop.example.com`)"
    assert document["tcp"]["services"]["clickhouse-shop-main"]["loadBalancer"]["servers"] == [
        {"address": "shop-main.clickhouse.svc:9000"}
    ]


def test_nobody_is_passed_on_but_by_the_list_that_the_controller_writes():
    document = yaml.safe_load(routes_document(INGRESS.routes))
    service = replace(MAIN, warehouse="shop", routed=True)
    (lists,) = ingress_allowlists(service)
    (written,) = map(yaml.safe_load, lists["data"].values())
    made = found(everything(), "ConfigMap", "ingress-allowlists")["metadata"]
    assert (made["namespace"], made["name"]) == (
        lists["metadata"]["namespace"],
        lists["metadata"]["name"],
    )
    for protocol in ("http", "tcp"):
        (router,) = document[protocol]["routers"].values()
        assert set(router["middlewares"]) == set(written[protocol]["middlewares"])
        # A list that has not been written yet must be missing: then nobody gets in.
        assert "middlewares" not in document[protocol]


def test_the_controller_knows_the_services_that_have_a_route():
    facts = found(everything(), "ConfigMap", "deployment")["data"]
    assert json.loads(facts["routed_services"]) == ["clickhouse/shop-main"]


def test_old_tls_is_refused():
    document = yaml.safe_load(routes_document(()))
    assert document["tls"]["options"]["default"]["minVersion"] == "VersionTLS12"
    assert "http" not in document


def test_routes_and_certificate_are_in_the_folder_that_is_watched():
    spec = pod_spec(found(everything(), "Deployment", "ingress"))
    (container,) = spec["containers"]
    assert "--providers.file.directory=/etc/traefik/dynamic" in container["args"]
    dynamic = next(volume for volume in spec["volumes"] if volume["name"] == "dynamic")
    routes, allowlists, certificate = dynamic["projected"]["sources"]
    assert routes["configMap"]["name"] == "ingress-routes"
    assert allowlists == {"configMap": {"name": "ingress-allowlists"}}
    assert certificate["secret"] == {"name": "ingress-tls", "optional": True}


def test_the_certificate_is_for_every_name_below_the_domain():
    issuer = found(everything(), "Issuer", "acme")
    (solver,) = issuer["spec"]["acme"]["solvers"]
    assert solver["dns01"]["route53"] == {"region": "eu-west-1", "hostedZoneID": "Z123"}
    certificate = found(everything(), "Certificate", "ingress")
    assert certificate["spec"]["dnsNames"] == ["*.shop.example.com"]
    assert certificate["spec"]["secretName"] == INGRESS.tls_secret


def test_without_dns_no_certificate_is_asked_for():
    kinds = {one["kind"] for one in objects(platform(replace(PLATFORM, certificates=None)))}
    assert not {"Issuer", "Certificate"} & kinds


def test_an_ingress_without_a_load_balancer_is_refused():
    with pytest.raises(ConfigError, match="public or private"):
        IngressArgs()


def test_a_load_balancer_for_nobody_is_refused():
    with pytest.raises(ConfigError, match="source_ranges"):
        LoadBalancerArgs(source_ranges=())


def test_a_source_range_must_be_a_network():
    with pytest.raises(ConfigError, match=r"10\.0\.0\.0/33"):
        LoadBalancerArgs(source_ranges=("10.0.0.0/33",))


def test_a_certificate_without_an_ingress_is_refused():
    with pytest.raises(ConfigError, match="ingress"):
        replace(PLATFORM, ingress=None)


def test_host_names_are_the_outputs():
    from components.kubernetes.platform import Platform

    status = {"loadBalancer": {"ingress": [{"hostname": "lb.example.com"}]}}
    seen = run(
        lambda: Platform("platform", PLATFORM),
        outputs={"kubernetes:core/v1:Service": {"status": status}},
    )
    assert seen.component_outputs["platform"] == {
        "public_hostname": "lb.example.com",
        "private_hostname": "lb.example.com",
    }
