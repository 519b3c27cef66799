"""Recorded event streams become counts by layer, running resources, failures."""

from __future__ import annotations

import json

import pytest

from control.cli.events import Change
from control.cli.progress import Progress
from tests.control.cli.recordings import FOLDER, replayed

C, U, R, D, S = Change.CREATE, Change.UPDATE, Change.REPLACE, Change.DELETE, Change.SAME
COUNTS = {
    "plan_of_new": {
        "access": {C: 3},
        "network": {C: 5},
        "cluster": {C: 3},
        "other": {C: 1},
    },
    "new": {"access": {C: 3}, "network": {C: 5}, "cluster": {C: 3}, "other": {C: 1}},
    "plan_of_changes": {
        "access": {U: 1, S: 2},
        "network": {R: 1, D: 1, S: 3},
        "cluster": {S: 3},
        "other": {S: 1},
    },
    "changes": {
        "access": {U: 1, S: 2},
        "network": {R: 1, D: 1, S: 3},
        "cluster": {S: 3},
        "other": {S: 1},
    },
    "drift": {
        "access": {U: 1, S: 2},
        "network": {D: 1, S: 3},
        "cluster": {S: 3},
        "other": {S: 1},
    },
    "destroy": {"access": {D: 3}, "network": {D: 4}, "cluster": {D: 3}, "other": {D: 1}},
}


@pytest.mark.parametrize(("name", "expected"), COUNTS.items(), ids=COUNTS.keys())
def test_counts_by_layer(name: str, expected: dict[str, dict[Change, int]]) -> None:
    progress = replayed(name)
    assert {layer.name: dict(layer.counts) for layer in progress.layers} == expected
    assert progress.running == []
    assert progress.closed
    assert progress.failures == []


@pytest.mark.parametrize("name", COUNTS)
def test_the_sum_is_the_engine_s_own_less_the_stack(name: str) -> None:
    lines = (FOLDER / f"{name}.jsonl").read_text().splitlines()
    [summary] = [
        event["summaryEvent"] for line in lines if "summaryEvent" in (event := json.loads(line))
    ]
    counts = {change.value: count for change, count in replayed(name).counts.items()}
    stack = next(iter(set(summary["resourceChanges"]) & {"same"}), None)
    stack = stack or next(iter(summary["resourceChanges"]))
    counts[stack] += 1
    assert counts == summary["resourceChanges"]


def test_a_replacement_counts_once_and_runs_until_the_old_one_is_gone() -> None:
    states = [replayed("changes", until=count) for count in range(200)]
    running = [
        each.operation for p in states for each in p.running if each.resource.name == "network-vpc"
    ]
    assert list(dict.fromkeys(running)) == ["create-replacement", "replace", "delete-replaced"]
    assert all(state.counts[R] <= 1 for state in states)


def test_what_changed_is_named_with_its_properties() -> None:
    changed = {each.resource.name: each for each in replayed("plan_of_changes").changed}
    assert set(changed) == {"access-boundary", "network-vpc", "network-subnet-2"}
    assert changed["access-boundary"].properties == ("labels",)
    assert changed["network-vpc"].change is R


def test_drift_is_told_though_the_engine_only_says_refresh() -> None:
    changed = {each.resource.name: each.change for each in replayed("drift").changed}
    assert changed == {"access-boundary": U, "network-subnet-0": D}


def test_a_refused_resource_is_the_failure_and_not_the_engine_s_last_sentence() -> None:
    progress = replayed("refused")
    [failure] = progress.failures
    assert failure.message == "the shelf does not take refused books"
    assert failure.resource
    assert failure.resource.name == "cluster-nodes-system"
    assert [layer.name for layer in progress.layers if layer.failed] == ["cluster"]
    assert progress.unknown == []


def test_an_exception_of_the_program_is_a_failure_with_its_trace() -> None:
    [failure] = replayed("program_error").failures
    assert failure.resource is None
    assert failure.message.endswith("ValueError: no such zone")


def test_what_the_program_wrote_is_a_note() -> None:
    assert replayed("program_exit").notes == ["stack test: 2 problems"]
    assert replayed("new").notes == ["from the program"]


def test_warnings_are_told_once_and_the_engine_s_own_never() -> None:
    assert replayed("new").warnings == ["the shelf is nearly full"]


@pytest.mark.parametrize("name", COUNTS)
def test_debug_messages_are_dropped(name: str) -> None:
    """They hold whole properties, secrets too."""
    assert '"severity":"debug"' in (FOLDER / f"{name}.jsonl").read_text() or name in (
        "drift",
        "destroy",
    )
    progress = replayed(name)
    assert "registering resource" not in " ".join([*progress.notes, *progress.warnings])


def test_an_engine_that_ends_without_a_last_word_leaves_unknown_what_it_was_changing() -> None:
    streams = (replayed("new", until=count) for count in range(200))
    cut = next(state for state in streams if len(state.running) > 2)
    names = {resource.name for resource in cut.unknown}
    assert names == {each.resource.name for each in cut.running}
    assert replayed("new").unknown == []


def test_looking_leaves_nothing_unknown() -> None:
    streams = (replayed("drift", until=count) for count in range(200))
    cut = next(state for state in streams if len(state.running) > 2)
    assert cut.unknown == []


def test_time_of_a_layer_is_from_its_first_to_its_last_fact() -> None:
    progress: Progress = replayed("new")
    layers = {layer.name: layer for layer in progress.layers}
    assert 0 < layers["network"].seconds < layers["other"].seconds + 10
