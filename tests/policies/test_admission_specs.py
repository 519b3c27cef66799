"""What the API server is handed: which rules, how they are said, and what a violation does."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from policies.admission import admission_policies, said_in_cel
from policies.catalog import all_rules
from policies.cel import Cel, Each, field, inherited_field
from policies.settings import Exemption, Level, Settings

TWINS = {rule.name: rule for rule, _ in said_in_cel(all_rules())}
NETWORK = "kubernetes-no-host-network"


def test_a_level_becomes_an_action() -> None:
    rules = [TWINS["kubernetes-image-tag"], TWINS["kubernetes-seccomp"], TWINS[NETWORK]]
    levels = {"kubernetes-image-tag": Level.ADVISORY, "kubernetes-seccomp": Level.DISABLED}
    found = admission_policies(rules, Settings(levels=levels), "any", ["a", "b"])
    assert {each.name: each.binding["validationActions"] for each in found} == {
        "byoc-pods-mandatory": ["Deny"],
        "byoc-pods-advisory": ["Warn", "Audit"],
    }
    said = {each.name: [row["message"] for row in each.policy["validations"]] for each in found}
    assert [len(messages) for messages in said.values()] == [1, 1]
    assert said["byoc-pods-mandatory"][0].startswith(NETWORK)


def test_an_exempt_stack_is_warned_only() -> None:
    exemption = Exemption(
        rule=NETWORK,
        stack="dev-*",
        resource="agent",
        owner="somebody",
        reason="it watches the node's network",
        until=date(2027, 1, 1),
    )
    settings = Settings(exemptions=(exemption,))
    for stack, action in (("dev-1", ["Warn", "Audit"]), ("production", ["Deny"])):
        [found] = admission_policies([TWINS[NETWORK]], settings, stack, ["a"])
        assert found.binding["validationActions"] == action


def test_parameters_of_the_settings_reach_the_api_server() -> None:
    settings = Settings(parameters={"kubernetes-image-registry": {"registries": ["mirror.a/"]}})
    [found] = admission_policies([TWINS["kubernetes-image-registry"]], settings, "any", ["a"])
    [row] = found.policy["validations"]
    assert "mirror" in row["expression"]
    assert "quay" not in row["expression"]


def test_only_rules_that_say_themselves_in_cel_are_handed_over() -> None:
    assert 20 < len(TWINS) < len(all_rules())
    assert all(name.startswith("kubernetes-") for name in TWINS)
    [found] = admission_policies(all_rules(), Settings(), "any", ["a"])
    assert [row["message"].partition(":")[0] for row in found.policy["validations"]] == list(TWINS)
    assert found.policy["failurePolicy"] == "Fail"
    [selector] = found.binding["matchResources"]["namespaceSelector"]["matchExpressions"]
    assert selector == {"key": "kubernetes.io/metadata.name", "operator": "In", "values": ["a"]}


def test_a_level_without_rules_has_no_policy() -> None:
    assert admission_policies([], Settings(), "any", ["a"]) == []
    disabled = Settings(levels={NETWORK: Level.DISABLED})
    assert admission_policies([TWINS[NETWORK]], disabled, "any", ["a"]) == []


EXEMPT = Exemption(
    rule=NETWORK, stack="dev-*", resource="agent", owner="o", reason="r", until=date(2027, 1, 1)
)


@pytest.mark.parametrize(
    ("exemption", "level", "action"),
    [
        (EXEMPT, Level.MANDATORY, ["Warn", "Audit"]),
        (EXEMPT, Level.ADVISORY, ["Warn", "Audit"]),
        (EXEMPT, Level.DISABLED, None),
        (replace(EXEMPT, rule="kubernetes-seccomp"), Level.MANDATORY, ["Deny"]),
        (replace(EXEMPT, stack="prod"), Level.MANDATORY, ["Deny"]),
    ],
)
def test_an_exemption_of_the_rule_in_the_stack_lowers_what_is_mandatory(
    exemption: Exemption, level: Level, action: list[str] | None
) -> None:
    settings = Settings(levels={NETWORK: level}, exemptions=(exemption,))
    found = admission_policies([TWINS[NETWORK]], settings, "dev-1", ["a"])
    assert [each.binding["validationActions"] for each in found] == ([action] if action else [])


SAYINGS = {
    "a pod": (Cel(holds="ok"), "ok", '"rule: says"'),
    "a pod of some kinds": (
        Cel(holds="ok", kinds=("Deployment",)),
        '!(dyn(object).kind in ["Deployment"]) || (ok)',
        '"rule: says"',
    ),
    "its containers": (
        Cel(holds="c.ok", each=Each.CONTAINER),
        "variables.containers.all(c, c.ok)",
        "\"rule: container \" + variables.containers.filter(c, !(c.ok)).map(c, c.name).join(', ')"
        ' + ": says"',
    ),
    "by its parameters": (
        Cel(holds=lambda parameters: f"c.x < {parameters['most']}", each=Each.SERVER),
        "variables.servers.all(c, c.x < 3)",
        "\"rule: container \" + variables.servers.filter(c, !(c.x < 3)).map(c, c.name).join(', ')"
        ' + ": says"',
    ),
}


@pytest.mark.parametrize(("cel", "holds", "says"), SAYINGS.values(), ids=SAYINGS.keys())
def test_a_rule_is_said_of_a_pod_or_of_each_container(cel: Cel, holds: str, says: str) -> None:
    assert cel.expression({"most": 3}) == holds
    assert cel.message("rule", "says", {"most": 3}) == says


def test_a_field_may_be_missing_at_any_step() -> None:
    assert field("c", "a.b", "false") == "c.?a.?b.orValue(false)"
    assert inherited_field("a", "0") == "c.?a.orValue(variables.pod.?a.orValue(0))"
