"""In whose name the things of a killed engine are looked for."""

import json
from typing import Any

import pytest

from infra.config import parse
from infra.pending.find import roles_of
from tests.infra.config.documents import Document, changed

ROLE = "arn:aws:iam::111111111111:role/ClickHouseManagementRole"
TAKEN = {"roleArn": ROLE, "externalId": "agreed"}
BY_ROLE = changed("access", {"roleArn": ROLE})
BY_PROFILE = changed("access", {"roleArn": ROLE, "externalId": "agreed-id", "profile": "byoc-acme"})
CASES: dict[str, tuple[dict[str, Any], Document, list[dict[str, Any]]]] = {
    "the caller's own": ({}, BY_ROLE, []),
    "roles as JSON": ({"assumeRoles": json.dumps([TAKEN])}, BY_ROLE, [TAKEN]),
    "roles as they are": ({"assumeRoles": [TAKEN]}, BY_ROLE, [TAKEN]),
    "the role of the profile": (
        {"profile": "byoc-acme"}, BY_PROFILE, [{"roleArn": ROLE, "externalId": "agreed-id"}],
    ),
    "roles from before the profile": ({"assumeRoles": [TAKEN]}, BY_PROFILE, [TAKEN]),
    "another profile": ({"profile": "sso"}, BY_PROFILE, []),
}  # fmt: skip


@pytest.mark.parametrize(("provider", "document", "roles"), CASES.values(), ids=CASES.keys())
def test_a_thing_is_looked_for_as_its_provider_made_it(
    provider: dict[str, Any], document: Document, roles: list[dict[str, Any]]
) -> None:
    assert roles_of(provider, parse(document)) == roles
