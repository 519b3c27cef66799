"""The program of the network's life: its layer alone."""

from __future__ import annotations

import pulumi

from infra import aws
from infra.config import load
from infra.network_layer import create_network


def build() -> None:
    config = load()
    opts = pulumi.ResourceOptions(providers=[aws.aws_provider(config)])
    create_network(config, None, opts)
