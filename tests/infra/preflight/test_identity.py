"""Credentials, access role and clock."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from infra.config import parse
from infra.preflight.finding import Outcome, Result
from infra.preflight.identity import check_identity, clock
from tests.infra.config.documents import GOOD, Document, changed
from tests.infra.preflight.account import client_of, refusal

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
MOTOS_ACCOUNT = "123456789012"
ROLE = "arn:aws:iam::111111111111:role/ClickHouseManagementRole"


def by_subject(document: Document) -> dict[str, Result]:
    return {result.subject: result for result in check_identity(parse(document), client_of())}


def test_credentials_of_the_account_are_right() -> None:
    results = by_subject(changed("account", MOTOS_ACCOUNT))
    assert results["account"].outcome is Outcome.OK


def test_credentials_of_another_account_are_a_problem() -> None:
    account = by_subject(GOOD)["account"]
    assert account.outcome is Outcome.PROBLEM
    assert MOTOS_ACCOUNT in account.found and "111111111111" in account.found


def test_an_access_role_is_tried_with_its_external_id() -> None:
    document = changed("access", {"roleArn": ROLE, "externalId": "f3b1c9d2-external"})
    assert by_subject(document)["access role"].outcome is Outcome.OK


def test_an_access_role_that_refuses_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    client = client_of()
    sts = client("sts")

    def refuse(**_: object) -> None:
        raise refusal("AssumeRole", "AccessDenied")

    monkeypatch.setattr(sts, "assume_role", refuse)
    document = changed("access", {"roleArn": ROLE, "externalId": "f3b1c9d2-external"})
    results = {r.subject: r for r in check_identity(parse(document), client)}
    assert results["access role"].outcome is Outcome.PROBLEM
    assert "AccessDenied" in results["access role"].found
    assert "f3b1c9d2" not in results["access role"].found


SKEWS = {
    "in time": (timedelta(seconds=1), Outcome.OK),
    "just below the limit": (timedelta(seconds=299), Outcome.OK),
    "at the limit": (timedelta(minutes=5), Outcome.PROBLEM),
    "behind by the limit": (-timedelta(minutes=5), Outcome.PROBLEM),
}


@pytest.mark.parametrize(("skew", "outcome"), SKEWS.values(), ids=SKEWS.keys())
def test_a_clock_that_is_off(skew: timedelta, outcome: Outcome) -> None:
    headers = {"date": format_datetime(NOW - skew)}
    assert clock({"ResponseMetadata": {"HTTPHeaders": headers}}, NOW).outcome is outcome


def test_a_clock_that_cannot_be_compared_is_unknown() -> None:
    assert clock({"ResponseMetadata": {"HTTPHeaders": {}}}, NOW).outcome is Outcome.UNKNOWN
