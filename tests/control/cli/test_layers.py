"""A resource's layer follows from its URN."""

from __future__ import annotations

import pytest

from control.cli.layers import OTHER, resource_of, short_type

CASES = {
    "byoc:aws:Network$aws:ec2/vpc:Vpc::acme": ("network", "aws:ec2/vpc:Vpc acme"),
    "byoc:aws:Cluster$byoc:aws:NodeGroup$aws:eks/nodeGroup:NodeGroup::a": ("cluster", ""),
    "byoc:kubernetes:Platform$kubernetes:core/v1:Namespace::x": ("platform", ""),
    "byoc:kubernetes:SubnetRouter$kubernetes:apps/v1:Deployment::x": ("tailscale", ""),
    "byoc:kubernetes:Platform$kubernetes:byoc.clickhouse.dev/v1alpha1:Service::primary": (
        "warehouses",
        "",
    ),
    "kubernetes:byoc.clickhouse.dev/v1alpha1:Warehouse::main": ("warehouses", ""),
    "aws:s3/bucket:Bucket::loose": (OTHER, ""),
    "byoc:aws:Unheard$aws:s3/bucket:Bucket::loose": (OTHER, ""),
    "some:other:Network$aws:s3/bucket:Bucket::loose": (OTHER, ""),
}


@pytest.mark.parametrize(("path", "expected"), CASES.items(), ids=CASES.keys())
def test_layer(path: str, expected: tuple[str, str]) -> None:
    assert resource_of(f"urn:pulumi:local::clickhouse-byoc::{path}").layer == expected[0]


def test_a_name_may_hold_the_separator() -> None:
    resource = resource_of("urn:pulumi:s::p::aws:ec2/vpc:Vpc::a::b")
    assert (resource.type, resource.name) == ("aws:ec2/vpc:Vpc", "a::b")


@pytest.mark.parametrize(
    ("path", "counts"),
    [
        ("pulumi:pulumi:Stack::x", False),
        ("pulumi:providers:aws::default_7_51_1", False),
        ("pulumi:providers:kubernetes::cluster", False),
        ("aws:ec2/vpc:Vpc::default", True),
    ],
)
def test_stack_and_providers_exist_only_in_the_engine(path: str, counts: bool) -> None:
    assert resource_of(f"urn:pulumi:s::p::{path}").counts is counts


def test_types_are_short_for_people() -> None:
    assert short_type("aws:ec2/vpc:Vpc") == "aws:ec2:Vpc"
    assert short_type("kubernetes:apps/v1:Deployment") == "kubernetes:apps/v1:Deployment"
    assert short_type("byoc:aws:Network") == "byoc:aws:Network"
