"""The program of the proof: onboarding, or the AWS layers of a deployment without its cluster's
inside, for which no AWS call is made."""

from __future__ import annotations

import pulumi

from infra import aws
from infra.aws_layers import create_layers
from infra.config import load


def build() -> None:
    config = load()
    if config.is_onboarding:
        aws.onboard(config)
        return
    opts = pulumi.ResourceOptions(providers=[aws.aws_provider(config)])
    aws.export_deployment(config, create_layers(config, opts))
