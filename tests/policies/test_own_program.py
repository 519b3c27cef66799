"""Our own program keeps our own rules, in every example stack."""

import functools
import json
from datetime import date

import pytest

from policies.catalog import all_rules
from policies.checking import Report, check_stack
from policies.rule import Resource, Stack
from policies.settings import FILE, Level, load
from policies.world import guarded
from tests.engine import Registered, run
from tests.engine_outputs import computed_outputs
from tests.infra.test_program import program, stack_file

pytestmark = pytest.mark.xdist_group("policies-own-program")

TODAY = date(2026, 12, 1)
KEY_IN_CLUSTER = {
    "byoc:tailscale": json.dumps({"enabled": True, "existingSecret": "tailscale-auth-key"})
}


@functools.cache
def planned(name: str) -> tuple[tuple[Registered, str], ...]:
    """The custom resources of an example stack, each with its id."""
    seen = run(program, config=stack_file(name) | KEY_IN_CLUSTER, stack=name)
    return tuple(
        (resource, computed_outputs(resource.type, resource.name, resource.inputs)["id"])
        for resource in seen.resources
        if resource.custom and not resource.type.startswith("pulumi:")
    )


def stack_of(name: str) -> Stack:
    return Stack(
        resources=tuple(
            Resource(
                type=resource.type,
                name=resource.name,
                urn=resource.urn,
                props=guarded(resource.inputs),
                id=id_,
                protect=bool(resource.protect),
            )
            for resource, id_ in planned(name)
        )
    )


@functools.cache
def report(name: str) -> Report:
    return check_stack(
        all_rules(),
        stack_of(name),
        load(FILE, {rule.name: rule for rule in all_rules()}),
        stack_name=name,
        today=TODAY,
    )


@pytest.mark.parametrize("name", ["aws-example", "local"])
def test_an_example_stack_violates_no_mandatory_rule(name: str) -> None:
    violations = [v for v in report(name).violations if v.level is Level.MANDATORY]
    assert [(v.rule, v.resource, v.message) for v in violations] == []


def test_every_rule_that_reads_our_resources_could_read_them() -> None:
    assert report("aws-example").unseen == ()
