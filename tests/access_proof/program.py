"""The program of the proof: onboarding, or the AWS layers of a deployment without its cluster's
inside, for which no AWS call is made."""

from __future__ import annotations

import pulumi

from infra import aws
from infra.aws_layers import Layers, create_layers
from infra.config import StackConfig, load
from infra.private_link_layer import create_private_link

HOSTNAME = "private.elb.amazonaws.com"
"""As the ingress in the cluster tells it."""


def build() -> None:
    config = load()
    if config.is_onboarding:
        aws.onboard(config)
        return
    aws.export_deployment(config, deploy(config))


def deploy(config: StackConfig) -> Layers:
    provider = aws.aws_provider(config)
    layers = create_layers(config, pulumi.ResourceOptions(providers=[provider]))
    create_private_link(config, pulumi.Output.from_input(HOSTNAME), provider)
    return layers
