"""Load played through policies by the controller's own decisions."""

from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from control.cli.root import app
from control.simulate.chart import draw
from control.simulate.load import Load, LoadError, Pattern, fleet, generated, recorded
from control.simulate.replay import Policy, Setting, replay


def flat(cpu: float, gib: float, *, hours: int) -> Load:
    size = (hours * 60, 1)
    return Load(cpu_cores=np.full(size, cpu), memory_gib=np.full(size, gib))


def test_a_fixed_size_costs_its_size_for_all_the_time() -> None:
    outcome = replay(flat(3, 4, hours=2), Setting(policy=Policy.FIXED, replicas=3, max_units=8))
    assert outcome.unit_hours.tolist() == [48.0]
    assert (outcome.throttled_minutes[0], outcome.resizes[0], outcome.out_of_memory[0]) == (0, 0, 0)


@pytest.mark.parametrize("policy", [Policy.CLASSIC, Policy.TARGET_TRACKING])
def test_a_throttled_service_grows_until_it_is_not(policy: Policy) -> None:
    outcome = replay(flat(6, 4, hours=2), Setting(policy=policy))
    assert outcome.units[-1, 0] >= 8
    assert 0 < outcome.throttled_minutes[0] < 60


def test_a_crash_makes_it_larger() -> None:
    outcome = replay(flat(0.5, 10, hours=2), Setting(policy=Policy.CLASSIC))
    assert outcome.out_of_memory[0] == 1
    assert outcome.units[-1, 0] * 4 > 10


def test_a_fleet_is_the_same_for_the_same_seed() -> None:
    one, other = fleet(10, hours=3), fleet(10, hours=3)
    assert np.array_equal(one.cpu_cores, other.cpu_cores)
    assert not np.array_equal(one.cpu_cores, fleet(10, hours=3, seed=1).cpu_cores)


def test_a_recording_is_read_and_a_bad_one_names_its_line(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text("minute,cpu_cores,memory_gib\n0,1.5,4\n1,2.5,5\n")
    assert recorded(good).cpu_cores.tolist() == [[1.5], [2.5]]
    bad.write_text("cpu_cores,memory_gib\n1,2\nx,3\n")
    with pytest.raises(LoadError, match=r"bad\.csv, line 3"):
        recorded(bad)
    bad.write_text("cpu,memory\n1,2\n")
    with pytest.raises(LoadError, match="no column 'cpu_cores'"):
        recorded(bad)


def test_a_picture_is_drawn_in_both_formats(tmp_path: Path) -> None:
    load = generated(Pattern.DAILY, hours=2, cpu_cores=4, memory_gib=8)
    outcomes = [replay(load, Setting(policy=policy)) for policy in Policy]
    files = [tmp_path / "one.png", tmp_path / "one.svg"]
    draw(load, outcomes, files, title="daily")
    assert files[0].read_bytes().startswith(b"\x89PNG")
    assert "<svg" in files[1].read_text()


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["x.csv", "--pattern", "daily"],
        ["--pattern", "wild"],
        ["--pattern", "daily", "--chart", "x.gif"],
    ],
)
def test_what_makes_no_sense_is_bad_usage(words: list[str]) -> None:
    assert CliRunner().invoke(app, ["simulate", *words]).exit_code == 2
