"""Where an elastic address comes from: moto does not say."""

from __future__ import annotations

from moto.ec2.models.elastic_ip_addresses import ElasticAddress


def network_border_group(self: ElasticAddress) -> str:
    return str(self.ec2_backend.region_name)


def public_ipv4_pool(self: ElasticAddress) -> str:
    return "amazon"


def install() -> None:
    for told in (network_border_group, public_ipv4_pool):
        setattr(ElasticAddress, told.__name__, property(told))
