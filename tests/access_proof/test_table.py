"""The page of the operator's rights is the one that rows and proof make now."""

from __future__ import annotations

from permissions.operator import OPERATOR_ROWS
from tests.access_proof.table import PAGE, page


def test_the_page_is_current() -> None:
    made = page()
    assert PAGE.read_text() == made, "write it anew: python -m tests.access_proof.table"
    assert " | nothing |" not in made
    assert made.count("\n| `") == len(OPERATOR_ROWS)
