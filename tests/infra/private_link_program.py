"""The program of the private link's life: its layer alone, on a load balancer that is there."""

from __future__ import annotations

import pulumi

from infra import aws
from infra.config import load
from infra.private_link_layer import create_private_link


def build() -> None:
    config = load()
    hostname = pulumi.Output.from_input("private.elb.amazonaws.com")
    link = create_private_link(config, hostname, aws.aws_provider(config))
    assert link is not None
    pulumi.export("told", {"serviceName": link.service_name, "dnsRecord": link.dns_record})
