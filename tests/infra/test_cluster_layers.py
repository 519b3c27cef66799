"""What the configuration means for the layers inside the cluster."""

import pytest

from infra.cluster_layers import deployment, ingress, s3_endpoint, telemetry
from infra.config import parse
from tests.components.aws.deployments import deployed
from tests.infra.config.documents import GOOD, changed

ENDPOINTS = {"domain": "db.example.com", "tlsSecret": "own-tls"}


@pytest.mark.parametrize(
    ("environment", "endpoint"),
    [
        ({}, "https://s3.eu-west-1.amazonaws.com"),
        ({"AWS_ENDPOINT_URL": "http://all:5000"}, "http://all:5000"),
        (
            {"AWS_ENDPOINT_URL": "http://all:5000", "AWS_ENDPOINT_URL_S3": "http://s3:9000"},
            "http://s3:9000",
        ),
    ],
)
def test_s3_is_where_awss_own_clients_would_look(
    environment: dict[str, str], endpoint: str
) -> None:
    assert s3_endpoint("eu-west-1", environment) == endpoint


def test_parts_left_out_are_not_let_in() -> None:
    none = changed("monitoring", {"enabled": False})
    assert deployment(parse(none)).features == frozenset()
    short = deployment(parse(changed("monitoring", {"longTerm": False}))).features
    assert {feature.value for feature in short} == {"monitoring"}


def test_monitoring_and_tailscale_can_be_left_out() -> None:
    types = deployed(parse(changed("monitoring", {"enabled": False}))).types()
    assert "byoc:kubernetes:Platform" in types
    assert not types & {"byoc:kubernetes:Monitoring", "byoc:kubernetes:SubnetRouter"}


def test_without_a_domain_there_is_no_ingress() -> None:
    assert ingress(parse(GOOD)) is None


def test_the_private_load_balancer_lets_in_the_vpc_and_its_peers() -> None:
    more = ENDPOINTS | {"privateSourceRanges": ["172.16.0.0/16"]}
    args = ingress(parse(changed("endpoints", more)))
    assert args is not None
    assert args.public is None
    assert args.private is not None
    assert args.private.source_ranges == ("10.20.0.0/16", "192.168.0.0/16", "172.16.0.0/16")


def test_the_public_load_balancer_lets_in_what_is_listed() -> None:
    public = ENDPOINTS | {"publicSourceRanges": ["203.0.113.0/24"], "private": False}
    args = ingress(parse(changed("endpoints", public)))
    assert args is not None
    assert args.private is None
    assert args.public is not None
    assert args.public.source_ranges == ("203.0.113.0/24",)


def test_each_service_has_a_public_and_a_private_name() -> None:
    args = ingress(parse(changed("endpoints", ENDPOINTS)))
    assert args is not None
    assert [(route.service, route.hosts) for route in args.routes] == [
        ("main-primary", ("primary.db.example.com", "primary-private.db.example.com")),
        ("main-reports", ("reports.db.example.com", "reports-private.db.example.com")),
    ]


def test_state_and_usage_stay_inside_without_a_target() -> None:
    args = telemetry(parse(GOOD))
    assert args.state_queue_url is None
    assert args.usage_bucket is None


LINK = {"privateLink": {"allowedPrincipals": ["arn:aws:iam::333333333333:root"]}}


def test_a_load_balancer_that_is_offered_is_waited_for() -> None:
    args = ingress(parse(changed("endpoints", ENDPOINTS | LINK)))
    assert args is not None and args.private is not None
    assert args.private.offered
    without = ingress(parse(changed("endpoints", ENDPOINTS)))
    assert without is not None and without.private is not None
    assert not without.private.offered


def test_services_have_names_over_private_link() -> None:
    args = ingress(parse(changed("endpoints", ENDPOINTS | LINK)))
    assert args is not None
    assert [route.hosts[-1] for route in args.routes] == [
        "primary.vpce.db.example.com",
        "reports.vpce.db.example.com",
    ]


def test_the_certificate_covers_the_names_over_private_link() -> None:
    acme = {"domain": "db.example.com", "hostedZoneId": "Z0123456789ABC",
            "certificateEmail": "ops@example.com"}  # fmt: skip
    seen = deployed(parse(changed("endpoints", acme | LINK)), preview=True)
    certificate = seen.named("platform-certificate").inputs
    assert certificate["spec"]["dnsNames"] == ["*.db.example.com", "*.vpce.db.example.com"]
