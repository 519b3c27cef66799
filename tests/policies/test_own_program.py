"""Our own program keeps our own rules, in every example stack."""

import functools
import json
from datetime import date

import pytest

from control.warehouses.keeper_manifests import keeper_manifests
from control.warehouses.replica_manifests import replica_manifests
from policies.admission import said_in_cel
from policies.catalog import all_rules
from policies.checking import Report, check_stack
from policies.pods import STATEFUL_SET
from policies.rule import Resource, Stack
from policies.settings import FILE, Level, load
from policies.world import guarded
from tests.control.warehouses.samples import DEPLOYMENT, LAKE, MAIN
from tests.engine import Registered, run
from tests.engine_outputs import computed_outputs
from tests.infra.config.documents import ONBOARDING
from tests.infra.test_program import as_stack, program, stack_file

pytestmark = pytest.mark.xdist_group("policies-own-program")

TODAY = date(2026, 12, 1)
WITH_PIPELINES = ONBOARDING | {
    "pipelines": {
        "system": "github",
        "repository": "acme/clickhouse",
        "environment": "prod",
        "stateBucket": "acme-state",
    }
}
KEY_IN_CLUSTER = {
    "byoc:tailscale": json.dumps({"enabled": True, "existingSecret": "tailscale-auth-key"})
}


@functools.cache
def planned(name: str) -> tuple[tuple[Registered, str], ...]:
    """The custom resources of an example stack, each with its id."""
    config = as_stack(WITH_PIPELINES) if name == "onboarding" else stack_file(name) | KEY_IN_CLUSTER
    seen = run(program, config=config, stack=name)
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


@pytest.mark.parametrize("name", ["aws-example", "local", "onboarding", "autoscaled"])
def test_an_example_stack_violates_no_mandatory_rule(name: str) -> None:
    violations = [v for v in report(name).violations if v.level is Level.MANDATORY]
    assert [(v.rule, v.resource, v.message) for v in violations] == []


@pytest.mark.parametrize("name", ["aws-example", "onboarding", "autoscaled"])
def test_every_rule_that_reads_our_resources_could_read_them(name: str) -> None:
    assert report(name).unseen == ()


CONTROLLERS_OWN = {
    manifest["metadata"]["name"]: manifest
    for manifest in (
        *keeper_manifests(DEPLOYMENT, LAKE),
        *replica_manifests(DEPLOYMENT, LAKE, MAIN, "k3x9q2"),
    )
    if manifest["kind"] == "StatefulSet"
}


@pytest.mark.parametrize("name", sorted(CONTROLLERS_OWN))
def test_what_the_controller_makes_keeps_the_rules_on_pods(name: str) -> None:
    """No plan shows it: the API server would refuse it, and no service would ever start."""
    rules = [rule for rule, _ in said_in_cel(all_rules()) if STATEFUL_SET in rule.resource_types]
    assert len(rules) > 20
    manifest = CONTROLLERS_OWN[name]
    assert {r.name: found for r in rules if (found := list(r.run(manifest, {})))} == {}
