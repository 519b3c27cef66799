"""What a release adds to the operator's rights, and what it takes away."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from infra.access.rows import CURRENT, Row, UnknownVersionError, difference, rows_of, told
from permissions.operator import OPERATOR_ROWS

PROJECT = Path(__file__).parents[3]
ROW: Row = {
    "role": "operator",
    "action": "s3:CreateBucket",
    "resource": "arn:aws:s3:::x",
    "component": "storage",
    "feature": "core",
    "phases": ["provision"],
    "conditions": [["StringEquals", "aws:ResourceAccount", ["{account}"]]],
}
DIFFERENT: dict[str, dict[str, Any]] = {
    "action": {"action": "s3:DeleteBucket"},
    "resource": {"resource": "arn:aws:s3:::y"},
    "phases": {"phases": ["provision", "operate"]},
    "conditions": {"conditions": []},
    "role": {"role": "thanos"},
}
THE_SAME: dict[str, dict[str, Any]] = {
    "component": {"component": "network"},
    "feature": {"feature": "peering"},
}


@pytest.mark.parametrize("changed", DIFFERENT.values(), ids=DIFFERENT.keys())
def test_another_right_is_one_added_and_one_taken_away(changed: dict[str, Any]) -> None:
    after = ROW | changed
    assert difference([ROW], [after]) == ([after], [ROW])


@pytest.mark.parametrize("moved", THE_SAME.values(), ids=THE_SAME.keys())
def test_a_right_that_moved_is_the_same_right(moved: dict[str, Any]) -> None:
    assert difference([ROW], [ROW | moved]) == ([], [])


def test_a_right_is_told_with_what_fences_it() -> None:
    assert told(ROW) == (
        "operator (provision): s3:CreateBucket on arn:aws:s3:::x"
        " when StringEquals aws:ResourceAccount {account}"
    )


def test_the_current_rows_and_those_of_a_saved_file(tmp_path: Path) -> None:
    current = rows_of(CURRENT, PROJECT)
    assert sum(row["role"] == "operator" for row in current) == len(OPERATOR_ROWS)
    saved = tmp_path / "rights.json"
    saved.write_text(json.dumps({"rows": current[1:]}))
    assert difference(rows_of(str(saved), PROJECT), current) == ([current[0]], [])


def test_an_unknown_version_is_named() -> None:
    with pytest.raises(UnknownVersionError, match="'no-such-release' is no file"):
        rows_of("no-such-release", PROJECT)
