from itertools import product

import pytest

from local.kubelet.pods.plan import Plan, Seen, Stage, decide
from tests.local.kubelet.documents import container, pod

NOW_S = 1000.0
NEW = Seen()
RUNS = Seen(stage=Stage.RUNNING, is_started=True)
STARTS = Seen(stage=Stage.RUNNING)
DONE = Seen(stage=Stage.EXITED, exit_code=0)
FAILED = Seen(stage=Stage.EXITED, exit_code=1)
HELD = Seen(stage=Stage.EXITED, exit_code=1, may_start_at_s=NOW_S + 5)

POD = pod(
    container("main"),
    container("second"),
    initContainers=[container("init"), container("side", restartPolicy="Always")],
)
NEVER = pod(container("main"), initContainers=[container("init")], restartPolicy="Never")
ON_FAILURE = pod(container("main"), restartPolicy="OnFailure")

CASES = {
    "the first init container starts alone": (
        (POD, {"init": NEW, "side": NEW, "main": NEW, "second": NEW}),
        Plan(start=("init",)),
    ),
    "nothing starts beside an init container": (
        (POD, {"init": RUNS, "side": NEW, "main": NEW, "second": NEW}),
        Plan(),
    ),
    "the sidecar follows the init container": (
        (POD, {"init": DONE, "side": NEW, "main": NEW, "second": NEW}),
        Plan(start=("side",)),
    ),
    "the main containers wait for the sidecar's start": (
        (POD, {"init": DONE, "side": STARTS, "main": NEW, "second": NEW}),
        Plan(),
    ),
    "the main containers start together": (
        (POD, {"init": DONE, "side": RUNS, "main": NEW, "second": NEW}),
        Plan(start=("main", "second")),
    ),
    "a sidecar is restarted beside the main containers": (
        (POD, {"init": DONE, "side": DONE, "main": RUNS, "second": RUNS}),
        Plan(start=("side",)),
    ),
    "a failed init container is tried again": (
        (POD, {"init": FAILED, "side": NEW, "main": NEW, "second": NEW}),
        Plan(start=("init",)),
    ),
    "a failed init container waits for its back-off": (
        (POD, {"init": HELD, "side": NEW, "main": NEW, "second": NEW}),
        Plan(held={"init": NOW_S + 5}),
    ),
    "a failed init container ends a pod that never restarts": (
        (NEVER, {"init": FAILED, "main": NEW}),
        Plan(is_over=True),
    ),
    "only the failed one of two is restarted": (
        (POD, {"init": DONE, "side": RUNS, "main": RUNS, "second": FAILED}),
        Plan(start=("second",)),
    ),
    "a back-off that ends now has ended": (
        (ON_FAILURE, {"main": Seen(stage=Stage.EXITED, exit_code=1, may_start_at_s=NOW_S)}),
        Plan(start=("main",)),
    ),
    "success ends a pod that restarts on failure": (
        (ON_FAILURE, {"main": DONE}),
        Plan(is_over=True),
    ),
    "failure does not": ((ON_FAILURE, {"main": FAILED}), Plan(start=("main",))),
    "any end is the end under never": (
        (NEVER, {"init": DONE, "main": FAILED}),
        Plan(is_over=True),
    ),
    "unless the container has to start anew": (
        (NEVER, {"init": DONE, "main": Seen(stage=Stage.EXITED, exit_code=1, must_restart=True)}),
        Plan(start=("main",)),
    ),
}


@pytest.mark.parametrize(("given", "expected"), CASES.values(), ids=CASES.keys())
def test_plan(given, expected):
    assert decide(*given, NOW_S) == expected


def test_no_plan_starts_what_runs_or_ends_a_pod_with_a_running_main_container():
    for states in product([NEW, RUNS, STARTS, DONE, FAILED, HELD], repeat=4):
        seen = dict(zip(("init", "side", "main", "second"), states, strict=True))
        plan = decide(POD, seen, NOW_S)
        assert not any(seen[name].stage is Stage.RUNNING for name in (*plan.start, *plan.held))
        if plan.is_over:
            assert all(seen[name].stage is not Stage.RUNNING for name in ("main", "second"))
