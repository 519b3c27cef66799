"""When an object counts as ready."""

from __future__ import annotations

from typing import Any

import pytest

from local.plugins.kubernetes.readiness import (
    READY,
    Readiness,
    Rule,
    claim,
    custom_resource_definition,
    daemon_set,
    deployment,
    job,
    load_balancer,
    pod,
    stateful_set,
    wait_for,
)


def waits(text: str) -> Readiness:
    return Readiness(ready=False, text=text)


def fails(text: str) -> Readiness:
    return Readiness(ready=False, failed=True, text=text)


def made(spec: dict[str, Any], status: dict[str, Any] | None = None) -> dict[str, Any]:
    base = {"metadata": {"name": "x", "generation": 2}, "spec": spec}
    return base if status is None else base | {"status": {"observedGeneration": 2} | status}


def condition(type_: str, status: str, **more: str) -> dict[str, Any]:
    return {"conditions": [{"type": type_, "status": status, **more}]}


TWO = {"replicas": 2}
ROLLED = {"replicas": 2, "updatedReplicas": 2, "availableReplicas": 2, "readyReplicas": 2}
LATE = condition("Progressing", "False", reason="ProgressDeadlineExceeded", message="too late")
OLD_REVISION = {"currentRevision": "a", "updateRevision": "b", "updatedReplicas": 1}

CASES: dict[str, tuple[Rule, dict[str, Any], Readiness]] = {
    "deployment, all there": (deployment, made(TWO, ROLLED), READY),
    "deployment, none wanted": (deployment, made({"replicas": 0}, {}), READY),
    "deployment, one replica by default": (
        deployment,
        made({}, {"updatedReplicas": 1}),
        waits("0 of 1 replicas are available"),
    ),
    "deployment, not seen yet": (
        deployment,
        made(TWO, ROLLED | {"observedGeneration": 1}),
        waits("the controller has not seen it yet"),
    ),
    "deployment, without status": (
        deployment,
        made(TWO),
        waits("the controller has not seen it yet"),
    ),
    "deployment, rolling": (
        deployment,
        made(TWO, ROLLED | {"updatedReplicas": 1}),
        waits("1 of 2 replicas are updated"),
    ),
    "deployment, old ones left": (
        deployment,
        made(TWO, ROLLED | {"replicas": 3}),
        waits("1 old replicas are still there"),
    ),
    "deployment, gave up": (deployment, made(TWO, ROLLED | LATE), fails("too late")),
    "stateful set, all there": (stateful_set, made(TWO, ROLLED), READY),
    "stateful set, starting": (
        stateful_set,
        made(TWO, {"readyReplicas": 1}),
        waits("1 of 2 replicas are ready"),
    ),
    "stateful set, rolling": (
        stateful_set,
        made(TWO, ROLLED | OLD_REVISION),
        waits("1 of 2 replicas are updated"),
    ),
    "stateful set, rolling down to its partition": (
        stateful_set,
        made(TWO | {"updateStrategy": {"rollingUpdate": {"partition": 1}}}, ROLLED | OLD_REVISION),
        READY,
    ),
    "stateful set, updated by hand": (
        stateful_set,
        made(TWO | {"updateStrategy": {"type": "OnDelete"}}, ROLLED | OLD_REVISION),
        READY,
    ),
    "daemon set, without nodes": (daemon_set, made({}, {"desiredNumberScheduled": 0}), READY),
    "daemon set, starting": (
        daemon_set,
        made({}, {"desiredNumberScheduled": 3, "updatedNumberScheduled": 3, "numberReady": 2}),
        waits("2 of 3 pods are ready"),
    ),
    "job, running": (
        job,
        made({"completions": 3}, {"succeeded": 1}),
        waits("1 of 3 pods have completed"),
    ),
    "job, complete": (job, made({}, condition("Complete", "True")), READY),
    "job, suspended": (job, made({"suspend": True}, {}), READY),
    "job, failed": (
        job,
        made({}, condition("Failed", "True", reason="BackoffLimitExceeded", message="no luck")),
        fails("it failed: BackoffLimitExceeded no luck"),
    ),
    "pod, ready": (pod, made({}, condition("Ready", "True")), READY),
    "pod, done": (pod, made({}, {"phase": "Succeeded"}), READY),
    "pod, failed": (
        pod,
        made({}, {"phase": "Failed", "reason": "Evicted"}),
        fails("it failed: Evicted"),
    ),
    "claim, pending": (claim, made({}), waits("it is Pending")),
    "claim, bound": (claim, made({}, {"phase": "Bound"}), READY),
    "service, inside the cluster": (load_balancer, made({"type": "ClusterIP"}), READY),
    "service, balanced": (
        load_balancer,
        made({"type": "LoadBalancer"}, {"loadBalancer": {"ingress": [{"ip": "127.0.0.1"}]}}),
        READY,
    ),
    "service, not balanced yet": (
        load_balancer,
        made({"type": "LoadBalancer"}, {"loadBalancer": {}}),
        waits("it has no load balancer yet"),
    ),
    "definition, established": (
        custom_resource_definition,
        made({}, condition("Established", "True")),
        READY,
    ),
    "definition, names taken": (
        custom_resource_definition,
        made({}, condition("NamesAccepted", "False", message="things is taken")),
        fails("things is taken"),
    ),
}


@pytest.mark.parametrize(("rule", "object_", "expected"), CASES.values(), ids=CASES.keys())
def test_readiness(rule: Rule, object_: dict[str, Any], expected: Readiness) -> None:
    assert rule(object_) == expected


def test_condition_of_the_programs_choice() -> None:
    ready, away = wait_for("condition=Ready"), wait_for("condition=Idle=False")
    assert ready is not None
    assert away is not None
    assert ready(made({}, condition("Ready", "True"))) == READY
    assert away(made({}, condition("Idle", "False"))) == READY
    assert ready(made({})) == waits("Ready is unknown: not reported")
    assert wait_for("jsonpath={.status}") is None
