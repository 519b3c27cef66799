"""Bad pull requests against the AWS example are stopped, with words that a newcomer can act on."""

import copy
import functools
import re
from typing import Any

import pytest

from infra.config import ConfigError, parse
from policies.catalog import all_rules, rule_named
from policies.checking import Violation, check_stack
from policies.rule import Stack
from policies.settings import FILE, Level, load
from policies.world import guarded
from tests.infra.config.documents import ONBOARDING, Document, changed, without
from tests.policies.bad_previews import BY_THE_CHECKS_ALONE, PAGE
from tests.policies.bad_pull_requests import BAD, BadPullRequest, Draft, Plan
from tests.policies.test_own_program import TODAY, planned

pytestmark = pytest.mark.xdist_group("policies-own-program")


@functools.cache
def example() -> Plan:
    """What the program plans for the example: run once, and copied for each change."""
    return [
        Draft(
            type=resource.type,
            name=resource.name,
            props=resource.inputs,
            id=id_,
            protect=bool(resource.protect),
        )
        for resource, id_ in planned("aws-example")
    ]


def stopped(plan: Plan, rule: str) -> list[Violation]:
    found = rule_named(rule)
    assert found is not None
    report = check_stack(
        [found],
        Stack(resources=tuple(draft.resource(guarded(draft.props)) for draft in plan)),
        load(FILE, {row.name: row for row in all_rules()}),
        stack_name="aws-example",
        today=TODAY,
    )
    return [violation for violation in report.violations if violation.level is Level.MANDATORY]


def test_there_are_thirty_at_least() -> None:
    assert len(BAD) + len(CONFIGURATIONS) >= 30


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())
def test_the_pack_stops_it(bad: BadPullRequest) -> None:
    """The example itself passes every rule: see test_own_program."""
    plan = copy.deepcopy(example())
    bad.edit(plan)
    said = stopped(plan, bad.rule)
    assert any(bad.says in violation.message for violation in said), said
    for violation in said:
        assert len(violation.remedy.split()) > 1
        assert "hunter2" not in violation.message


@pytest.mark.parametrize("name", [name for name in BAD if name not in BY_THE_CHECKS_ALONE])
def test_the_page_of_those_that_were_stopped_names_it_with_what_to_type(name: str) -> None:
    """Written by tests.policies.bad_previews, of previews by the engine."""
    rule = rule_named(BAD[name].rule)
    assert rule is not None
    [line] = [ln for ln in PAGE.read_text().splitlines() if ln.startswith(f"| {name} |")]
    _, _, of, message, remedy, _ = (cell.strip() for cell in re.split(r"(?<!\\)\|", line))
    assert of == f"`{rule.name}`"
    assert BAD[name].says in message
    assert remedy.replace("\\|", "|") == rule.remedy


CONFIGURATIONS: dict[str, tuple[Document, str, str]] = {
    "single zone": (
        changed("network.zones", ["us-east-1a"]),
        "byoc:network.zones",
        "fewer than three zones",
    ),
    "overlapping peer": (
        changed("peering.0.cidrs", ["10.20.128.0/17"]),
        "byoc:peering[0].cidrs[0]",
        "10.20.0.0/16",
    ),
    "open API server": (
        changed("cluster.apiAllowedCidrs", ["0.0.0.0/0"]),
        "byoc:cluster.apiAllowedCidrs[0]",
        "to everybody",
    ),
    "log retention 0": (
        changed("retention.controlPlaneLogDays", 0),
        "byoc:retention.controlPlaneLogDays",
        "90",
    ),
    "external id dropped": (
        without("access.externalId", ONBOARDING),
        "byoc:access.externalId",
        "handed out",
    ),
    "own tag taken": (changed("tags", {"clickhouse-byoc": "false"}), "byoc:tags", "another key"),
}


@pytest.mark.parametrize(
    ("document", "field", "words"), CONFIGURATIONS.values(), ids=CONFIGURATIONS.keys()
)
def test_the_configuration_is_refused(document: Any, field: str, words: str) -> None:
    with pytest.raises(ConfigError) as refused:
        parse(document)
    (problem,) = refused.value.problems
    assert problem.field.startswith(field)
    assert words in str(problem)
    assert problem.right
