"""The operator's rows, asked of IAM's simulator."""

from infra.config import parse
from infra.preflight.finding import Outcome
from infra.preflight.rights import check_rights
from permissions.operator import OPERATOR_ROWS
from tests.infra.config.documents import GOOD, changed
from tests.infra.preflight.account import Simulator, client_of

ROLE = "arn:aws:iam::111111111111:role/ClickHouseManagementRole"
WITH_ROLE = changed("access", {"roleArn": ROLE, "externalId": "f3b1c9d2-external"})


def test_every_right_is_asked_for_once_with_its_resource_and_conditions() -> None:
    simulator = Simulator()
    (result,) = check_rights(parse(WITH_ROLE), client_of(iam=simulator))
    assert result.outcome is Outcome.OK
    asked = {name for call in simulator.asked for name in call["ActionNames"]}
    assert asked <= {row.action for row in OPERATOR_ROWS} and len(asked) > 50
    assert all("{" not in arn for call in simulator.asked for arn in call["ResourceArns"])
    keys = {e["ContextKeyName"] for call in simulator.asked for e in call["ContextEntries"]}
    assert any(key.startswith("aws:RequestTag/") for key in keys)


def test_rights_that_are_gone_are_named() -> None:
    simulator = Simulator(denied=frozenset({"eks:CreateCluster"}))
    (result,) = check_rights(parse(WITH_ROLE), client_of(iam=simulator))
    assert result.outcome is Outcome.PROBLEM
    assert "eks:CreateCluster" in result.found


def test_without_a_role_nothing_is_known() -> None:
    (result,) = check_rights(parse(GOOD), client_of())
    assert result.outcome is Outcome.UNKNOWN
