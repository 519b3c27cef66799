"""How pods as a kubelet reports them are read."""

from typing import Any

import pytest

from control.controller.replica_documents import pod_phase, replicas_from, trouble_of
from control.scaling.replica_seen import PodPhase, Trouble
from control.warehouses.names import REPLICA_LABEL, SERVING_LABEL

MOMENT = "2026-01-05T12:00:00Z"


def pod(*conditions: tuple[str, str], **status: Any) -> dict[str, Any]:
    told = [{"type": k, "status": s, "lastTransitionTime": MOMENT} for k, s in conditions]
    return {
        "metadata": {
            "name": "lake-main-a-0",
            "labels": {REPLICA_LABEL: "a"},
            "creationTimestamp": MOMENT,
        },
        "status": {"conditions": told, **status},
    }


def waiting(reason: str, message: str = "") -> dict[str, Any]:
    return {"state": {"waiting": {"reason": reason, "message": message}}}


GOING = pod(("Ready", "True"))
GOING["metadata"]["deletionTimestamp"] = MOMENT

PHASES = {
    "none": (None, PodPhase.ABSENT),
    "not scheduled": (pod(("PodScheduled", "False")), PodPhase.PENDING),
    "just made": (pod(), PodPhase.PENDING),
    "scheduled": (pod(("PodScheduled", "True"), ("Ready", "False")), PodPhase.STARTING),
    "ready": (pod(("PodScheduled", "True"), ("Ready", "True")), PodPhase.READY),
    "going": (GOING, PodPhase.ENDING),
    "evicted": (pod(("PodScheduled", "True"), phase="Failed"), PodPhase.ENDING),
}
OOM = {"lastState": {"terminated": {"reason": "OOMKilled", "exitCode": 137}}}
TROUBLES = {
    "pulling fails for good": (waiting("ImagePullBackOff", "no such tag"), Trouble.IMAGE_PULL),
    "pulling failed once": (waiting("ErrImagePull"), None),
    "starting": (waiting("ContainerCreating"), None),
    "killed for memory": (waiting("CrashLoopBackOff") | OOM, Trouble.TOO_SMALL),
    "crashed twice": (waiting("CrashLoopBackOff") | {"restartCount": 2}, None),
    "crashed three times": (
        waiting("CrashLoopBackOff") | {"restartCount": 3},
        Trouble.CRASHING,
    ),
}


@pytest.mark.parametrize(("document", "phase"), PHASES.values(), ids=PHASES.keys())
def test_phase(document: dict[str, Any] | None, phase: PodPhase) -> None:
    assert pod_phase(document) is phase


@pytest.mark.parametrize(("status", "trouble"), TROUBLES.values(), ids=TROUBLES.keys())
def test_trouble(status: dict[str, Any], trouble: Trouble | None) -> None:
    document = pod(("PodScheduled", "True"), containerStatuses=[status])
    assert trouble_of(document)[0] is trouble


SAID = "TdeKeyUnavailable: arn:aws:kms:eu-central-1:1:key/k does not open data key 1: is disabled"
FAILED = {"terminated": {"exitCode": 1, "message": f"a warning\n{SAID}\n"}}
OPENERS = {
    "runs": ({"state": {"running": {}}}, None, ""),
    "done": ({"state": {"terminated": {"exitCode": 0}}, "restartCount": 4}, None, ""),
    "failed once": ({"state": FAILED}, None, SAID),
    "waits to be tried again": (
        waiting("CrashLoopBackOff", "back-off") | {"lastState": FAILED, "restartCount": 1},
        None,
        SAID,
    ),
    "failed for good": (
        waiting("CrashLoopBackOff", "back-off") | {"lastState": FAILED, "restartCount": 3},
        Trouble.TDE_KEY_UNAVAILABLE,
        f"exited 3 times, last with code 1: {SAID}",
    ),
}


@pytest.mark.parametrize(("status", "trouble", "detail"), OPENERS.values(), ids=OPENERS.keys())
def test_what_opens_data_keys_says_why_it_cannot(
    status: dict[str, Any], trouble: Trouble | None, detail: str
) -> None:
    document = pod(
        ("PodScheduled", "True"),
        initContainerStatuses=[status],
        containerStatuses=[waiting("PodInitializing")],
    )
    assert trouble_of(document) == (trouble, detail or "PodInitializing")


def test_the_schedulers_own_words_are_kept() -> None:
    document = pod(("PodScheduled", "False"))
    document["status"]["conditions"][0]["message"] = "0/3 nodes are available"
    assert trouble_of(document) == (None, "0/3 nodes are available")


def test_what_is_left_of_a_torn_replica_is_found() -> None:
    config = {
        "metadata": {"labels": {REPLICA_LABEL: "a"}, "creationTimestamp": MOMENT, "name": "c"}
    }
    [one] = replicas_from({"ConfigMap": [config]})
    assert (one.seen.rid, one.seen.whole, one.seen.removing) == ("a", False, True)


def test_a_pod_on_its_way_out_serves_nobody() -> None:
    labels = {REPLICA_LABEL: "a", SERVING_LABEL: "true"}
    going = {**GOING, "metadata": {**GOING["metadata"], "labels": labels}}
    [one] = replicas_from({"Pod": [going]})
    assert not one.seen.serving
