"""`byoc service explain` from the object's status."""

import copy
from typing import Any

import pytest

from control.cli.errors import CliError
from control.cli.service_explain import explanation, sparkline, tell_explanation

DOCUMENT: dict[str, Any] = {
    "metadata": {"name": "main"},
    "spec": {
        "replicas": 3,
        "memory": {"minGib": 8, "maxGib": 120, "gib": 16},
        "scaling": {"mode": "apply", "policy": "target_tracking"},
    },
    "status": {
        "recommendation": {
            "units": 4,
            "mode": "apply",
            "reason": "steady",
            "message": "its size fits its load",
            "advisoryUnits": 10,
            "at": "2026-05-04T12:00:00Z",
            "figures": {
                "cpuPeakMillicores": 2400,
                "memoryPeakMib": 4096,
                "queryPeakMib": 1024,
                "samples": 178,
                "expectedSamples": 180,
                "windowMinutes": 180,
            },
            "hourlyCpuMillicores": [-1] * 28 + [1200, 2400],
            "hourlyMemoryMib": [-1] * 28 + [2048, 4096],
        },
        "scaling": {
            "askedBy": "schedule",
            "rule": "morning",
            "heldUntil": "2026-05-04T15:00:00Z",
        },
    },
}


def test_figures_stand_beside_what_would_change_the_size(
    capsys: pytest.CaptureFixture[str],
) -> None:
    tell_explanation(explanation(DOCUMENT))
    out = capsys.readouterr().out
    assert "3 replicas of 4 CPU, 16 GiB (8 to 120 GiB)" in out
    assert "its size fits its load" in out
    assert "178 of 180 minutes, in a window of 3 h" in out
    assert "would like 10 CPU, 40 GiB" in out
    assert "by the rule 'morning', kept until 2026-05-04T15:00:00Z" in out
    [cpu] = [line.split("  ") for line in out.splitlines() if line.startswith("CPU of one replica")]
    assert [cell.strip() for cell in cpu if cell.strip()] == [
        "CPU of one replica",
        "2.40 CPU",
        "3.00 CPU",
        "1.50 CPU",
    ]
    assert "up to 2.40 CPU" in out


def test_a_service_that_nothing_sizes_is_told_how_to() -> None:
    document = copy.deepcopy(DOCUMENT)
    document["status"] = {}
    with pytest.raises(CliError, match="Nothing sizes"):
        explanation(document)


def test_a_horizontal_service_tells_its_utilisation() -> None:
    document = copy.deepcopy(DOCUMENT)
    document["spec"]["scaling"]["horizontal"] = {"minReplicas": 2, "maxReplicas": 8}
    document["status"]["recommendation"] |= {"replicas": 4}
    document["status"]["recommendation"]["figures"]["utilisationPercent"] = 71
    told = explanation(document)
    assert (told.policy, told.recommended, told.bounds) == (
        "horizontal",
        "4 replicas",
        "2 to 8 replicas",
    )
    assert [figure.measured for figure in told.figures] == ["71 %"]


def test_a_gap_is_a_dot_and_never_the_lowest_bar() -> None:
    assert sparkline([-1, 0, 50, 100]) == "·▁▄█"
    assert sparkline([0, 0]) == "▁▁"
