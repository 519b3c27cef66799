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
from tests.engine import Run, run
from tests.engine_outputs import computed_outputs
from tests.infra.test_program import program, stack_file

TODAY = date(2026, 12, 1)
KEY_IN_CLUSTER = {
    "byoc:tailscale": json.dumps({"enabled": True, "existingSecret": "tailscale-auth-key"})
}


def stack_of(seen: Run) -> Stack:
    return Stack(
        resources=tuple(
            Resource(
                type=resource.type,
                name=resource.name,
                urn=resource.urn,
                props=guarded(resource.inputs),
                id=computed_outputs(resource.type, resource.name, resource.inputs)["id"],
                protect=bool(resource.protect),
            )
            for resource in seen.resources
            if resource.custom and not resource.type.startswith("pulumi:")
        )
    )


@functools.cache
def report(name: str) -> Report:
    return check_stack(
        all_rules(),
        stack_of(run(program, config=stack_file(name) | KEY_IN_CLUSTER, stack=name)),
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
