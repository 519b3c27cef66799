from dataclasses import replace

import pytest

from local.kubelet.pods.container_state import ContainerView, Ended, Running, Waiting
from local.kubelet.pods.phase import Phase, phase_of
from local.kubelet.pods.status import PodView, Verdict, status_of
from tests.local.kubelet.documents import container, pod

NOW_S = 1_800_000_000.0
NOW = "2027-01-15T08:00:00Z"
CREATING = Waiting(reason="ContainerCreating")
CRASHING = Waiting(reason="CrashLoopBackOff")
UP = Running(started_at_s=NOW_S)
GOOD = Ended(
    exit_code=0, reason="Completed", started_at_s=NOW_S, finished_at_s=NOW_S, container_id="c"
)
BAD = replace(GOOD, exit_code=1, reason="Error")

ALWAYS = pod(container("main"), initContainers=[container("init")])
NEVER = pod(container("main"), initContainers=[container("init")], restartPolicy="Never")
SIDECAR = pod(container("main"), initContainers=[container("init", restartPolicy="Always")])


def views(read, init, main, **main_fields):
    """`init` and `main` are states, or a pair of a state and the last end."""

    def view(name, given):
        state, last = given if isinstance(given, tuple) else (given, None)
        running = isinstance(state, Running)
        return ContainerView(
            container=read.container(name),
            state=state,
            last=last,
            is_started=running,
            is_ready=running,
            container_id="c",
        )

    return [view("init", init), replace(view("main", main), **main_fields)]


PHASES = {
    "created": (ALWAYS, CREATING, CREATING, Phase.PENDING),
    "the init container runs": (ALWAYS, UP, CREATING, Phase.PENDING),
    "initialized": (ALWAYS, GOOD, CREATING, Phase.PENDING),
    "running": (ALWAYS, GOOD, UP, Phase.RUNNING),
    "crashing": (ALWAYS, GOOD, (CRASHING, BAD), Phase.RUNNING),
    "ended and will restart": (ALWAYS, GOOD, GOOD, Phase.RUNNING),
    "succeeded": (NEVER, GOOD, GOOD, Phase.SUCCEEDED),
    "failed": (NEVER, GOOD, BAD, Phase.FAILED),
    "the init container failed": (NEVER, BAD, CREATING, Phase.FAILED),
    "the init container crashes": (ALWAYS, (CRASHING, BAD), CREATING, Phase.PENDING),
    "the sidecar starts": (SIDECAR, CREATING, CREATING, Phase.PENDING),
    "the sidecar restarts": (SIDECAR, (CRASHING, BAD), UP, Phase.RUNNING),
}


@pytest.mark.parametrize(("read", "init", "main", "phase"), PHASES.values(), ids=PHASES.keys())
def test_phase(read, init, main, phase):
    assert phase_of(read, views(read, init, main), will_not_restart=False) is phase


ENDS = {
    "ended well": (GOOD, Phase.SUCCEEDED),
    "ended badly": (BAD, Phase.FAILED),
    "still runs": (UP, Phase.RUNNING),
    "never ran": (CREATING, Phase.FAILED),
}


@pytest.mark.parametrize(("main", "phase"), ENDS.values(), ids=ENDS.keys())
def test_a_pod_that_is_being_ended_has_the_phase_of_its_exit_codes(main, phase):
    assert phase_of(ALWAYS, views(ALWAYS, GOOD, main), will_not_restart=True) is phase


def status(read, init, main, previous=None, verdict=None, **main_fields):
    view = PodView(
        pod=read,
        containers=views(read, init, main, **main_fields),
        pod_ip="127.1.64.1",
        host_ip="127.1.0.3",
        started_at_s=NOW_S,
        is_sandboxed=True,
        verdict=verdict,
    )
    return status_of(view, previous or {}, NOW_S)


def conditions(document):
    return {
        one["type"]: (one["status"], one["reason"], one["message"])
        for one in document["conditions"]
    }


def test_a_ready_pod():
    document = status(ALWAYS, GOOD, UP)
    assert conditions(document) == {
        "PodReadyToStartContainers": ("True", None, None),
        "Initialized": ("True", None, None),
        "Ready": ("True", None, None),
        "ContainersReady": ("True", None, None),
    }
    assert document["phase"] == "Running"
    assert document["podIPs"] == [{"ip": "127.1.64.1"}]
    assert document["containerStatuses"][0]["ready"] is True
    assert document["initContainerStatuses"][0]["ready"] is True
    assert document["observedGeneration"] == 3


def test_reasons_of_a_pod_that_is_not_ready():
    document = status(ALWAYS, UP, CREATING)
    unready = ("False", "ContainersNotReady", "containers with unready status: [main]")
    assert conditions(document)["Ready"] == unready
    assert conditions(document)["ContainersReady"] == unready
    assert conditions(document)["Initialized"] == (
        "False",
        "ContainersNotInitialized",
        "containers with incomplete status: [init]",
    )


def test_a_running_container_that_has_not_started_up_is_not_ready():
    document = status(ALWAYS, GOOD, UP, is_started=False)
    assert document["containerStatuses"][0]["ready"] is False
    assert conditions(document)["Ready"][0] == "False"


def test_reasons_of_a_pod_that_has_ended():
    assert conditions(status(NEVER, GOOD, GOOD))["Ready"] == ("False", "PodCompleted", None)
    assert conditions(status(NEVER, GOOD, BAD))["Ready"] == ("False", "PodFailed", None)


def test_a_transition_keeps_its_time_until_the_status_changes():
    earlier = "2026-01-01T00:00:00Z"
    previous = {
        "startTime": earlier,
        "conditions": [
            {"type": "Ready", "status": "True", "lastTransitionTime": earlier},
            {"type": "ContainersReady", "status": "False", "lastTransitionTime": earlier},
        ],
    }
    document = status(ALWAYS, GOOD, UP, previous)
    times = {one["type"]: one["lastTransitionTime"] for one in document["conditions"]}
    assert (times["Ready"], times["ContainersReady"]) == (earlier, NOW)
    assert document["startTime"] == earlier


def test_readiness_gates_are_awaited():
    read = pod(
        container("main"),
        initContainers=[container("init")],
        readinessGates=[{"conditionType": "lb"}],
    )
    closed = conditions(status(read, GOOD, UP))["Ready"]
    assert closed[:2] == ("False", "ReadinessGatesNotReady")
    assert 'pod readiness gate "lb" does not exist' in closed[2]
    gate = {"type": "lb", "status": "True", "lastTransitionTime": NOW}
    opened = status(read, GOOD, UP, {"conditions": [gate]})
    assert conditions(opened)["Ready"][0] == "True"
    assert "lb" not in conditions(opened), "the condition of another owner is left alone"


def test_a_verdict_decides_and_gives_the_reason():
    verdict = Verdict(reason="Evicted", message="too large")
    document = status(ALWAYS, GOOD, BAD, verdict=verdict)
    assert (document["phase"], document["reason"]) == ("Failed", "Evicted")


def test_a_final_phase_is_never_left():
    assert status(ALWAYS, GOOD, UP, {"phase": "Succeeded"})["phase"] == "Succeeded"


def test_the_states_of_a_container_are_written_as_kubelets_do():
    crashed = status(ALWAYS, GOOD, (CRASHING, BAD))["containerStatuses"][0]
    assert crashed["state"] == {"waiting": {"reason": "CrashLoopBackOff"}}
    assert crashed["lastState"]["terminated"]["exitCode"] == 1
    running = status(ALWAYS, GOOD, UP)["containerStatuses"][0]
    assert running["state"] == {"running": {"startedAt": NOW}}
    assert running["lastState"] == {}
