import pytest

from control.warehouses.parts import part_from, uncovered

CASES = {
    "nothing to hold": ([], [], []),
    "the same part": (["all_0_5_1"], ["all_0_5_1"], []),
    "merged into a larger one": (["all_1_1_0", "all_2_2_0"], ["all_0_5_1"], []),
    "mutated since": (["all_0_5_1"], ["all_0_5_1_7"], []),
    "not yet mutated": (["all_0_5_1_7"], ["all_0_5_1"], ["all_0_5_1_7"]),
    "half of it": (["all_0_5_1"], ["all_0_3_1"], ["all_0_5_1"]),
    "another partition": (["202401_1_1_0"], ["202402_1_1_0"], ["202401_1_1_0"]),
    "an older level": (["all_0_5_2"], ["all_0_5_1"], ["all_0_5_2"]),
    "held by nobody": (["all_7_7_0"], [], ["all_7_7_0"]),
}


@pytest.mark.parametrize(("leaving", "held", "missing"), CASES.values(), ids=CASES.keys())
def test_uncovered(leaving: list[str], held: list[str], missing: list[str]) -> None:
    assert uncovered(leaving, held) == missing


def test_a_name_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="'detached' is not the name of a part"):
        part_from("detached")
