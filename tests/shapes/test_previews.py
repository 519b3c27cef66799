"""Every example is right, documented, and previewed by the program as it stands."""

from __future__ import annotations

import functools
import re
import runpy
from pathlib import Path

import pytest

from infra.config.network import Egress
from infra.config.node_autoscaler import NodeAutoscaler
from infra.config.node_pools import Architecture
from infra.config.stack import StackConfig
from infra.pending.again import AGAIN
from infra.pending.kinds import KINDS
from tests.engine import run
from tests.infra.test_program import as_stack
from tests.shapes.shapes import EXAMPLES, Shape, shapes
from tests.shapes.table import PAGE, page

PROGRAM = Path(__file__).parents[2] / "infra"
SHAPES = shapes()
FEWEST = 24


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_an_example_is_previewed(shape: Shape) -> None:
    config = as_stack(shape.document)
    seen = run(lambda: runpy.run_path(str(PROGRAM), run_name="__main__"), config=config,
               preview=True)  # fmt: skip
    assert seen.messages("error") == []
    assert seen.outputs["deployment"] == shape.config.name
    own_vpc = shape.config.network.vpc is not None
    assert bool(seen.all("aws:ec2/vpc:Vpc")) != (own_vpc or shape.config.is_onboarding)
    made = {each.type for each in seen.resources if each.type.startswith("aws:")}
    assert made <= set(KINDS) | AGAIN, "what a killed engine was making is looked for by its type"


@functools.cache
def configs() -> tuple[StackConfig, ...]:
    return tuple(shape.config for shape in SHAPES)


def test_there_are_enough_and_none_is_another_again() -> None:
    assert len(SHAPES) >= FEWEST
    names = [config.name for config in configs()]
    assert len(set(names)) == len(names), "they may stand in one account"
    made = [str(c.network.cidr) for c in configs() if not c.is_onboarding]
    assert len(set(made)) == len(made), "they may be peered"


def test_every_choice_of_the_network_keys_load_balancers_and_nodes_is_shown() -> None:
    seen = configs()
    assert {config.network.egress for config in seen} == set(Egress)
    assert {config.network.vpc is None for config in seen} == {True, False}
    endpoints = {bool(config.network.interface_endpoints) for config in seen}
    own_keys = {len(own_keys_of(config)) for config in seen}
    balancers = {
        (c.endpoints.domain is not None and c.endpoints.private, bool(public_of(c))) for c in seen
    }
    pools = {pool.architecture for config in seen for pool in config.cluster.node_pools}
    assert endpoints == {True, False}
    assert {0, 4} < own_keys
    assert balancers == {(a, b) for a in (True, False) for b in (True, False)}
    assert pools == set(Architecture)
    assert {config.cluster.autoscaling for config in seen} == set(NodeAutoscaler)


def own_keys_of(config: StackConfig) -> list[str]:
    return [name for name, arn in config.encryption if name.endswith("key_arn") and arn]


def public_of(config: StackConfig) -> tuple[object, ...]:
    return config.endpoints.public_source_ranges


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_an_example_says_what_it_is_for_and_holds_no_secret(shape: Shape) -> None:
    text = shape.file.read_text()
    assert re.match(r"# [A-Z].*[.:]\n", text.replace("\n# ", " "))
    assert "secure:" not in text


def test_the_table_of_the_examples_is_current() -> None:
    assert PAGE == EXAMPLES / "README.md"
    assert PAGE.read_text() == page(), "write it anew: python -m tests.shapes.table"
