"""What a program ignores is no drift."""

from __future__ import annotations

import pytest
from pulumi.automation import EngineEvent

from control.cli.events import Change, fact_of
from control.cli.ignored_changes import all_ignored, ignored_of
from control.cli.progress import Progress

SIZE = ("scalingConfig.desiredSize",)
CASES = {
    "the very property": (("scalingConfig.desiredSize",), SIZE, True),
    "another beside it": (("scalingConfig.desiredSize", "labels.team"), SIZE, False),
    "one of the same beginning": (("scalingConfig.desiredSizes",), SIZE, False),
    "what holds it": (("scalingConfig",), SIZE, False),
    "nothing told": ((), SIZE, False),
    "nothing ignored": (("scalingConfig.desiredSize",), (), False),
    "a part of a whole": (("spec.replicas", 'spec.template["a.b"]'), ("spec",), True),
    "a key with dots": (('tags["a.b"].c',), ('tags["a.b"]',), True),
    "another key with dots": (('tags["a.b"]',), ("tags.a",), False),
    "any of a list": (("rules[3].port",), ("rules[*].port",), True),
    "another of a list": (("rules[3].port",), ("rules[1].port",), False),
    "one of several": (("data", "immutable"), ("data", "immutable"), True),
}


@pytest.mark.parametrize(("paths", "ignored", "expected"), CASES.values(), ids=CASES.keys())
def test_whether_all_of_it_is_ignored(
    paths: tuple[str, ...], ignored: tuple[str, ...], expected: bool
) -> None:
    assert all_ignored(paths, ignored) is expected


URN = "urn:pulumi:s::p::byoc:aws:NodeGroup$aws:eks/nodeGroup:NodeGroup::workload"


def seen(operation: str, *paths: str) -> Progress:
    metadata = {
        "op": operation,
        "urn": URN,
        "type": "aws:eks/nodeGroup:NodeGroup",
        "diffs": sorted({path.partition(".")[0] for path in paths}),
        "detailedDiff": {path: {"diffKind": "update"} for path in paths},
    }
    fact = fact_of(EngineEvent.from_json({"resOutputsEvent": {"metadata": metadata}}))
    progress = Progress(ignored_of([{"urn": URN, "ignoreChanges": list(SIZE)}, {"urn": "u"}]))
    assert fact
    progress.take(fact, 1.0)
    return progress


def test_a_node_group_that_the_autoscaler_resized_is_no_drift() -> None:
    resized = seen("update", *SIZE)
    assert resized.changed == []
    assert resized.counts == {Change.SAME: 1}
    assert len(seen("update", *SIZE, "scalingConfig.maxSize").changed) == 1
    assert len(seen("delete", *SIZE).changed) == 1
