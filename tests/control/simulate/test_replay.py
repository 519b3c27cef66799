"""Load played through policies by the controller's own decisions."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from control.cli.root import app
from control.simulate.chart import draw
from control.simulate.load import Load, LoadError, Pattern, fleet, generated, recorded
from control.simulate.replay import replay
from control.simulate.setting import Policy, Setting
from control.warehouses.scaling_wishes import entry_from


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
    draw(load, outcomes, files, title="daily", replicas=3)
    assert files[0].read_bytes().startswith(b"\x89PNG")
    assert "<svg" in files[1].read_text()


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["x.csv", "--pattern", "daily"],
        ["--pattern", "wild"],
        ["--pattern", "daily", "--chart", "x.gif"],
        ["--pattern", "daily", "--min-replicas", "5", "--max-replicas", "4"],
        ["--pattern", "daily", "--replica-memory", "10"],
    ],
)
def test_what_makes_no_sense_is_bad_usage(words: list[str]) -> None:
    assert CliRunner().invoke(app, ["simulate", *words]).exit_code == 2


def test_horizontal_rules_add_replicas_and_take_them_away() -> None:
    busy = np.concatenate([np.full((90, 1), 3.6), np.full((240, 1), 0.9)])
    load = Load(cpu_cores=busy, memory_gib=np.full_like(busy, 2))
    outcome = replay(load, Setting(policy=Policy.HORIZONTAL, replicas=3, replica_units=4))
    assert outcome.replicas[60, 0] == 5  # 3 replicas at 90 % make 5 at 54 %
    assert outcome.replicas[-1, 0] == 2
    assert set(outcome.units[:, 0]) == {4}
    assert outcome.unit_hours[0] == outcome.replicas[:, 0].sum() * 4 / 60


OPENING = {"name": "opening", "at": "02:00", "until": "04:00", "memoryGib": 64, "replicas": 5}


@pytest.mark.parametrize("policy", [Policy.CLASSIC, Policy.TARGET_TRACKING, Policy.HORIZONTAL])
def test_a_schedule_is_there_before_the_burst_and_is_taken_back(policy: Policy) -> None:
    minutes = np.arange(8 * 60)
    burst = np.where((minutes >= 130) & (minutes < 230), 7.0, 1.0)[:, None]
    load = Load(cpu_cores=burst, memory_gib=np.full_like(burst, 2))
    setting = Setting(policy=policy, replica_units=8, min_replicas=3)
    alone = replay(load, setting)
    planned = replay(load, replace(setting, schedule=(entry_from(OPENING),)))
    assert planned.replicas[126, 0] == 5
    assert planned.throttled_minutes[0] == 0
    assert planned.replicas[-1, 0] == 3
    if policy is not Policy.HORIZONTAL:
        assert planned.units[126, 0] == 16
        assert alone.throttled_minutes[0] > 0


def test_a_recording_says_when_it_was(tmp_path: Path) -> None:
    file = tmp_path / "load.csv"
    file.write_text("time,cpu_cores,memory_gib\n2026-03-29T00:30:00+01:00,1,2\n,1,2\n")
    assert recorded(file).start.isoformat() == "2026-03-29T00:30:00+01:00"
    file.write_text("time,cpu_cores,memory_gib\nyesterday,1,2\n")
    with pytest.raises(LoadError, match=r"line 2: 'yesterday' is no time"):
        recorded(file)


def test_a_recording_is_played_with_a_schedule_and_drawn(tmp_path: Path) -> None:
    load, rules, chart = (tmp_path / name for name in ("load.csv", "rules.yaml", "chart.svg"))
    rows = [f"2026-05-04T{n // 60:02}:{n % 60:02}:00Z,1.5,4" for n in range(180)]
    load.write_text("\n".join(["time,cpu_cores,memory_gib", *rows]))
    rules.write_text("[{name: busy, at: '01:00', until: '02:00', replicas: 6}]")
    words = ["simulate", str(load), "--schedule", str(rules), "--chart", str(chart), "--json"]
    done = CliRunner().invoke(app, [*words, "--policy", "horizontal", "--policy", "fixed"])
    assert done.exit_code == 0, done.output
    told, fixed = json.loads(done.stdout)
    assert (told["fewestReplicas"], told["mostReplicas"]) == (2, 6)
    assert (fixed["fewestReplicas"], fixed["mostReplicas"]) == (3, 3)
    assert "replicas" in chart.read_text()


WRONG_RULES = {
    "no list": "name: x",
    "no name": "[{at: '07:00', replicas: 3}]",
    "no time": "[{name: x, at: noon, replicas: 3}]",
    "no change": "[{name: x, at: '07:00'}]",
    "an overlap": "[{name: x, at: '07:00', replicas: 3}, {name: y, at: '07:00', replicas: 2}]",
    "no YAML": "[",
}


@pytest.mark.parametrize("rules", WRONG_RULES.values(), ids=WRONG_RULES.keys())
def test_wrong_rules_are_refused_before_anything_is_played(tmp_path: Path, rules: str) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text(rules)
    done = CliRunner().invoke(app, ["simulate", "--pattern", "steady", "--schedule", str(file)])
    assert (done.exit_code, done.stdout) == (2, "")
    assert str(file) in done.stderr
