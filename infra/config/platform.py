"""What runs in the cluster beside ClickHouse, and how clients reach the services."""

import difflib
from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Field
from pydantic.alias_generators import to_camel

from components.kubernetes.images import is_pinned
from components.kubernetes.names import Autoscaling, ImageName
from control.warehouses.warehouse_schema import VERSION_PATTERN
from infra.config.private_link import PrivateLinkConfig
from infra.config.section import Cidr, DnsName, Finding, Section, matching

if TYPE_CHECKING:
    from infra.config.stack import StackConfig


ReleasedVersion = Annotated[
    str,
    AfterValidator(
        matching(VERSION_PATTERN.removeprefix("^").removesuffix("$"), "is no version", "26.10")
    ),
]


class PlatformConfig(Section):
    autoscaling: Autoscaling = Field(
        Autoscaling.APPLY,
        description="The most that services may ask for of automatic sizing and schedules:"
        " off, recommend or apply",
    )
    await_workloads: bool = Field(
        True,
        description="Wait until monitoring, Tailscale and ingress are ready;"
        " the controller is always waited for",
    )
    images: dict[str, str] = Field(
        {},
        description="Other references for images, such as a mirror, by name: "
        + ", ".join(image.value for image in ImageName),
    )
    releases: dict[ReleasedVersion, date] = Field(
        {},
        description="ClickHouse versions that warehouses without a version of their own are led"
        " to, with the day of their release, such as 26.10: 2026-10-28",
    )


HostedZoneId = Annotated[
    str, AfterValidator(matching(r"Z[A-Z0-9]{1,31}", "is no hosted zone id", "Z0123456789ABC"))
]

Email = Annotated[
    str,
    AfterValidator(matching(r"[^@\s]+@[^@\s]+\.[a-z]+", "is no e-mail address", "ops@example.com")),
]


class LoadBalancers(StrEnum):
    """Who makes the load balancers."""

    CLOUD_PROVIDER = "cloudProvider"
    CONTROLLER = "awsLoadBalancerController"


class EndpointsConfig(Section):
    domain: DnsName | None = Field(
        None,
        description="Services are reached at <service>.<domain>; without it no ingress is made",
    )
    hosted_zone_id: HostedZoneId | None = Field(
        None, description="Route 53 zone of the domain, for its records and certificate"
    )
    certificate_email: Email | None = Field(
        None, description="Where the certificate authority writes to"
    )
    tls_secret: str | None = Field(
        None,
        description="Existing Secret in byoc-ingress with tls.crt and tls.key,"
        " instead of hostedZoneId and certificateEmail",
    )
    public_source_ranges: tuple[Cidr, ...] = Field(
        (),
        description="Networks that may connect from the internet;"
        " none listed: no public load balancer",
    )
    private: bool = Field(
        True, description="Whether there is a load balancer inside the VPC, open to VPC and peers"
    )
    load_balancers: LoadBalancers = Field(
        LoadBalancers.CLOUD_PROVIDER,
        description="Who makes the load balancers: EKS itself, or a controller that the owner"
        " has installed",
    )
    private_source_ranges: tuple[Cidr, ...] = Field(
        (), description="More networks that may connect to the private load balancer"
    )
    private_link: PrivateLinkConfig | None = Field(
        None,
        description="Endpoint service on the private load balancer; services are reached at"
        " <service>.vpce.<domain> by it",
    )


def check_images(config: "StackConfig") -> Iterator[Finding]:
    known = [image.value for image in ImageName]
    for name, reference in config.platform.images.items():
        path = ("platform", "images", name)
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            right = f"{near[0]}?" if near else f"one of {', '.join(known)}"
            yield Finding(path, "is the reference of an image that is not known", right)
        elif not is_pinned(reference):
            yield Finding(path, "is not pinned", f"{reference.partition(':')[0]}:<version>")


def check_endpoints(config: "StackConfig") -> Iterator[Finding]:
    endpoints = config.endpoints
    also = (("endpoints", "domain"),)
    if endpoints.domain is None:
        for name in sorted(endpoints.model_fields_set - {"private", "domain"}):
            yield Finding(
                ("endpoints", to_camel(name)),
                "has no effect without endpoints.domain",
                "set endpoints.domain, or leave it out",
                also,
            )
        return
    if not endpoints.private and not endpoints.public_source_ranges:
        yield Finding(
            ("endpoints", "private"),
            "and no publicSourceRanges leave no way to connect",
            "true, or networks in publicSourceRanges",
            also=(*also, ("endpoints", "publicSourceRanges")),
        )
    if endpoints.tls_secret is not None:
        return
    for name, what in (
        ("hostedZoneId", "the Route 53 zone of the domain"),
        ("certificateEmail", "an address that the certificate authority may write to"),
    ):
        if getattr(endpoints, {"hostedZoneId": "hosted_zone_id"}.get(name, "certificate_email")):
            continue
        yield Finding(
            ("endpoints", name),
            "though domain is set",
            f"{what}; or an existing certificate in tlsSecret",
            also=(*also, ("endpoints", "tlsSecret")),
        )
