"""Shapes that differ most, each applied and destroyed on the local AWS, with nothing left; the
others are for `python -m benchmarks.shapes`."""

from __future__ import annotations

import pytest

from tests.shapes.life import Account, live
from tests.shapes.shapes import shape

pytestmark = [pytest.mark.engine, pytest.mark.timeout(2400)]

SUITE = ("closed-own-keys", "operated-least", "trial")


@pytest.mark.parametrize("name", SUITE)
def test_a_shape_is_applied_and_destroyed_and_leaves_nothing(name: str, account: Account) -> None:
    lived = live(shape(name), account)
    assert lived.before.orphans, "the scan sees what stands"
    assert lived.overlooked == ()
    assert lived.left.orphans == ()
    assert lived.left.unknown == ()
