"""Every rule on a compliant world, and on single changes to it."""

from collections.abc import Iterator
from typing import Any

import pytest
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE, UnknownValueError, unknown_checking_proxy

from policies.catalog import AnyRule, all_rules
from policies.rule import Resource, Rule, Stack
from tests.policies.case import MISSING, Case, Change, World, changed
from tests.policies.cases import CASES

RULES = {rule.name: rule for rule in all_rules()}
BAD = [(name, change) for name, case in CASES.items() for change in case.bad]


def stack_of(world: World) -> Stack:
    return Stack(
        resources=tuple(
            Resource(
                type=row["type"],
                name=name,
                urn=f"urn:{name}",
                props=unknown_checking_proxy(row["props"]),
                id=row.get("id", ""),
                protect=row.get("protect", False),
                links=row.get("links", {}),
            )
            for name, row in world.items()
        )
    )


def messages(rule: AnyRule, world: World) -> list[str]:
    return list(_messages(rule, world))


def _messages(rule: AnyRule, world: World) -> Iterator[str]:
    if isinstance(rule, Rule):
        yield from rule.run(unknown_checking_proxy(world), {})
        return
    stack = stack_of(world)
    for resource, message in rule.run(stack, {}):
        assert resource in stack.resources
        assert resource.type in rule.resource_types
        yield message


def test_every_rule_has_a_case_and_every_case_a_rule() -> None:
    assert set(CASES) == set(RULES)
    for name, case in CASES.items():
        assert len(case.bad) >= 2, name


@pytest.mark.parametrize("name", sorted(CASES))
def test_the_compliant_world_passes(name: str) -> None:
    assert messages(RULES[name], CASES[name].good) == []


def identity(value: Any) -> str:
    return value if isinstance(value, str) else ",".join(value) if isinstance(value, dict) else ""


@pytest.mark.parametrize(("name", "change"), BAD, ids=identity)
def test_one_change_is_found_and_said_in_a_sentence(name: str, change: Change) -> None:
    found = messages(RULES[name], changed(CASES[name].good, change))
    assert found
    for message in found:
        assert message.endswith(".")
        assert "{" not in message
        assert "None" not in message


@pytest.mark.parametrize("name", sorted(CASES))
def test_a_missing_property_means_the_default_of_the_cloud(name: str) -> None:
    path, outcome = CASES[name].missing
    assert verdict(RULES[name], without(CASES[name], path)) == outcome


@pytest.mark.parametrize("name", sorted(CASES))
def test_what_is_missing_is_a_property_that_the_rule_looks_at(name: str) -> None:
    case = CASES[name]
    path, _ = case.missing
    forbidden = {way for change in case.bad for way in change}
    assert without(case, path) != case.good or any(way.startswith(path) for way in forbidden)


def verdict(rule: AnyRule, world: World) -> str:
    try:
        return "fails" if messages(rule, world) else "passes"
    except UnknownValueError:
        return "left to the SDK"
    except Exception:
        return "crashes"


def without(case: Case, path: str) -> World:
    try:
        return changed(case.good, {path: MISSING})
    except KeyError:
        return case.good


@pytest.mark.parametrize("name", sorted(CASES))
def test_a_value_that_is_not_known_yet_is_left_to_the_sdk(name: str) -> None:
    """The rule lets the SDK report it, in one of its cases at least; some need no value at all."""
    verdicts = set()
    for change in CASES[name].bad:
        inside = [path for path in change if ".props." in path or not is_stack(name)]
        unknown = dict.fromkeys(inside, UNKNOWN_STRING_VALUE)
        verdicts.add(verdict(RULES[name], changed(CASES[name].good, unknown)))
    assert "crashes" not in verdicts
    if name in WITHOUT_THE_VALUE:
        assert WITHOUT_THE_VALUE[name] in verdicts
    else:
        assert "left to the SDK" in verdicts


WITHOUT_THE_VALUE = {
    "aws-iam-no-lasting-credentials": "passes",  # that there is such a resource says all
    "aws-log-group-encrypted": "passes",  # that there is a key
    "byoc-bucket-protected": "passes",  # an option of the resource, and no property
    "byoc-private-subnets-stay-private": "fails",  # that there is a gateway
    "byoc-role-boundary": "passes",  # that there is a boundary
}
"""Rules that judge by what is there, whatever it will be."""


def is_stack(name: str) -> bool:
    return not isinstance(RULES[name], Rule)
