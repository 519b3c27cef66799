"""A certificate that is gone keeps nobody from deleting its service."""

from typing import Any

import pytest

from tests.control.controller.stage import PRIMARY, SMALL, Stage

WRITER: dict[str, Any] = {
    "warehouse": "lake",
    "role": "secondary",
    "replicas": 2,
    "memory": SMALL,
    "tls": {"secret": "writer-tls"},
    "idle": {"enabled": True},
}
WAITS = {"phase": "Pending", "containerStatuses": []}


def two_writers() -> Stage:
    return Stage().warehouse_with(main=PRIMARY, writer=WRITER).run_until_running("main", "writer")


def take_secret_away(stage: Stage) -> None:
    """Pods that name it are not started any more; those that run go on."""

    def unready(pod: dict[str, Any]) -> dict[str, Any] | None:
        names_it = any("secret" in volume for volume in pod["spec"]["volumes"])
        if not names_it or "podIP" in pod["status"]:
            return None
        scheduled = {"type": "PodScheduled", "status": "True"}
        moment = stage.kube.now.strftime("%Y-%m-%dT%H:%M:%SZ")
        return WAITS | {"conditions": [scheduled | {"lastTransitionTime": moment}]}

    stage.kube.unready = unready


def running(stage: Stage) -> None:
    """As it was left."""


def lost_its_pods(stage: Stage) -> None:
    """A node went: the pods made in their place wait for the certificate."""
    for key in [key for key in stage.kube.documents if key[0] == "Pod" and "writer" in key[2]]:
        del stage.kube.documents[key]
    stage.run(lambda: not stage.serving("writer"))


def stopped(stage: Stage) -> None:
    stage.edit("writer", desired="Stopped")
    stage.run(lambda: stage.status("writer")["phase"] == "Stopped")


@pytest.mark.parametrize("state", [running, lost_its_pods, stopped])
def test_a_service_is_deleted_without_its_secret(state: Any) -> None:
    stage = two_writers()
    take_secret_away(stage)
    state(stage)
    stage.delete("Service", "writer")
    stage.run(lambda: "writer" not in stage.names("Service"))
    assert not stage.sets("writer")


def test_a_replica_that_serves_on_keeps_its_certificate() -> None:
    stage = two_writers()
    stage.edit("writer", desired="Stopped")
    stage.run(lambda: stage.status("writer")["phase"] == "Stopped")
    stage.edit("writer", desired="Running")
    stage.run_until_running("writer")
    for one in stage.sets("writer"):
        volumes = one["spec"]["template"]["spec"]["volumes"]
        assert [each["secret"]["secretName"] for each in volumes if "secret" in each] == [
            "writer-tls"
        ]
