"""Whoever deploys may look for what a killed engine was making: by rights that are rows."""

import pytest

from infra.pending.kinds import KINDS
from infra.pending.seen import Kind
from permissions.operator import OPERATOR_ROWS

OWNERS = frozenset({"iam:GetInstanceProfile", "iam:GetOpenIDConnectProvider", "iam:GetPolicy"})
"""Of kinds that onboarding alone makes, and its owner with it."""


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.type)
def test_looking_asks_for_no_more_than_the_operator_may(kind: Kind) -> None:
    granted = {row.action for row in OPERATOR_ROWS}
    assert set(kind.rights) <= granted | OWNERS
    for right in kind.rights:
        service, action = right.split(":")
        assert action.startswith(("Describe", "Get", "List")), f"{service} is only read"
