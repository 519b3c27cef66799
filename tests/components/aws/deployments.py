"""Deployments that the tests of the AWS layers look at, each run once."""

import functools
from pathlib import Path
from typing import Any

import pulumi

from infra import aws
from infra.aws_layers import create_layers
from infra.config import StackConfig, load_file, parse
from infra.network_layer import create_network
from tests.engine import Run, run
from tests.infra.config.documents import GOOD, ONBOARDING, Document, changed

PROJECT = Path(__file__).resolve().parents[3]


def deployed(config: StackConfig, *, preview: bool = False) -> Run:
    return run(lambda: aws.deploy(config), preview=preview)


@functools.cache
def example() -> Run:
    return deployed(load_file(PROJECT / "Pulumi.aws-example.yaml"))


@functools.cache
def small() -> Run:
    return deployed(parse(GOOD))


@functools.cache
def onboarding() -> Run:
    return run(lambda: aws.onboard(parse(ONBOARDING)))


def network_of(document: Document) -> Run:
    """The network layer alone, without flow logs, which stand on other layers."""
    config = parse(document)
    return run(lambda: create_network(config, None, pulumi.ResourceOptions()))


def with_change(path: str, value: Any) -> Run:
    """The AWS layers alone, which is quicker, of the good configuration with one change."""
    config = parse(changed(path, value))
    return run(lambda: create_layers(config, pulumi.ResourceOptions()))
