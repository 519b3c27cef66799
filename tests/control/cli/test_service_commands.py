"""`byoc warehouse`, `service` and `replica` against the genuine API server."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from control.cli import waiting
from control.cli.cluster import SERVICE, WAREHOUSE
from control.cli.errors import CliError
from control.cli.service_watching import merged
from control.warehouses.names import REPLICA_LABEL, SERVICE_LABEL, SLEEP, WAKE, WAREHOUSE_LABEL
from tests.control.cli.conftest import Byoc
from tests.control.cli.play import Play, play_on
from tests.kube_api import KubeApi
from tests.waiting import wait_for

pytestmark = [pytest.mark.cluster]

PRIMARY = {
    "warehouse": "main",
    "role": "primary",
    "replicas": 2,
    "memory": {"minGib": 8, "maxGib": 8},
}


@pytest.fixture
def play(kube_api: KubeApi, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Play]:
    monkeypatch.setenv("KUBECONFIG", str(kube_api.kubeconfig))
    monkeypatch.setattr(waiting, "LOOK_EVERY_S", 0.05)
    made = play_on(kube_api)
    made.make(SERVICE, "primary", PRIMARY)
    yield made
    resource = SERVICE.resource()
    for each in made.client.list(resource, namespace="clickhouse"):
        made.client.delete(resource, each["metadata"]["name"], namespace="clickhouse")
    gone = lambda: not list(made.client.list(resource, namespace="clickhouse"))  # noqa: E731
    wait_for(gone, within_s=20, what="the services gone")


def test_what_nobody_reported_yet_is_unknown(play: Play, byoc: Byoc) -> None:
    [row] = rows(byoc("service", "list").ok().out)
    assert row[:6] == ["primary", "main", "primary", "readWrite", "unknown", "unknown/2"]
    [view] = json.loads(byoc("service", "list", "--json").ok().out)
    assert (view["phase"], view["readyReplicas"], view["wantedReplicas"]) == ("unknown", None, 2)
    [row] = rows(byoc("warehouse", "list").ok().out)
    assert row[:3] == ["main", "unknown", "unknown"]


def test_a_service_is_shown_with_replicas_and_conditions(play: Play, byoc: Byoc) -> None:
    play.reach(
        "primary",
        size="2 CPU, 8 GiB",
        version="26.9.1",
        endpoints=[{"name": "http", "host": "main-primary.clickhouse.svc", "port": 8123}],
        replicas=[{"rid": "a1b2", "phase": "Serving", "serving": True, "pod": "main-primary-a1b2"}],
        conditions=[
            {
                "type": "Ready",
                "status": "True",
                "reason": "Running",
                "message": "2 of 2 replicas serve",
                "lastTransitionTime": "2026-01-01T00:00:00Z",
            }
        ],
    )
    shown = byoc("service", "show", "primary").ok().out
    for text in ("Running", "2/2", "26.9.1", "http main-primary.clickhouse.svc:8123", "a1b2"):
        assert text in shown
    assert "2 of 2 replicas serve" in shown
    [replica] = json.loads(byoc("replica", "list", "primary", "--json").ok().out)
    assert replica["service"] == "primary"
    assert replica["replica"]["rid"] == "a1b2"
    [row] = rows(byoc("replica", "list").ok().out)
    assert row[:4] == ["primary", "a1b2", "Serving", "yes"]
    assert "main-primary.clickhouse.svc:8123" in byoc("service", "list").ok().out


def test_create_waits_until_the_service_runs(play: Play, byoc: Byoc) -> None:
    steps = [{"phase": "Creating", "readyReplicas": 0}]
    with play.answering("reports", *steps):
        answer = byoc("service", "create", "reports", "--warehouse", "main", "--read-only").ok()
    spec = play.read("reports")["spec"]
    assert (spec["role"], spec["access"], spec["replicas"]) == ("secondary", "readOnly", 1)
    assert spec["memory"] == {"minGib": 8, "maxGib": 8, "gib": 8}
    [row] = rows(answer.out)
    assert row[4:6] == ["Running", "1/1"]
    assert "s  Running, 1/1 replicas ready" in answer.err


def test_scaling_shows_the_steps_of_the_machine(play: Play, byoc: Byoc) -> None:
    play.reach("primary")
    step = {
        "phase": "Scaling",
        "readyReplicas": 2,
        "op": {"id": "1", "state": "Sync", "message": "1 part to fetch"},
    }
    hand = play.answering("primary", step, {"op": None})
    with hand:
        answer = byoc("service", "scale", "primary", "--replicas", "3", "--memory", "16").ok()
    spec = play.read("primary")["spec"]
    assert (spec["replicas"], spec["memory"]) == (3, {"minGib": 16, "maxGib": 16, "gib": 16})
    assert "Running, 3/3 replicas ready" in answer.err


def test_stop_start_and_restart(play: Play, byoc: Byoc) -> None:
    play.reach("primary")
    with play.answering("primary"):
        stopped = byoc("service", "stop", "primary").ok()
    assert play.read("primary")["spec"]["desired"] == "Stopped"
    assert rows(stopped.out)[0][4] == "Stopped"
    with play.answering("primary"):
        byoc("service", "start", "primary").ok()
    assert play.read("primary")["spec"]["desired"] == "Running"
    byoc("service", "restart", "primary", "--no-wait").ok()
    first = play.read("primary")["spec"]["restartToken"]
    answer = byoc("service", "restart", "primary", "--no-wait").ok()
    assert play.read("primary")["spec"]["restartToken"] != first
    assert "The controller goes on from here" in answer.err


def test_a_service_ends_tls_by_its_own_certificate_and_no_more(play: Play, byoc: Byoc) -> None:
    words = ["--tls-secret", "reports-tls", "--tls-host", "db.example.com", "--no-wait"]
    byoc("service", "create", "reports", "--warehouse", "main", *words).ok()
    wanted = {"secret": "reports-tls", "hosts": ["db.example.com"]}
    assert play.read("reports")["spec"]["tls"] == wanted
    byoc("service", "tls", "primary", "--secret", "main-tls", "--no-wait").ok()
    assert play.read("primary")["spec"]["tls"]["secret"] == "main-tls"
    byoc("service", "tls", "primary", "--off", "--no-wait").ok()
    assert "tls" not in play.read("primary")["spec"]


RULES = "- {name: morning, at: '07:30', timeZone: Europe/Berlin, memoryGib: 64}"
OVERLAPPING = """
- {name: a, at: '07:00', until: '09:00', replicas: 4}
- {name: b, at: '08:00', until: '10:00', replicas: 5}
"""


def test_a_service_is_told_how_to_size_itself_and_when_to_sleep(
    play: Play, byoc: Byoc, tmp_path: Path
) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text(RULES)
    words = ["--mode", "recommend", "--policy", "target_tracking", "--schedule", str(rules)]
    byoc("service", "autoscale", "primary", *words).ok()
    byoc("service", "idle", "primary", "--after", "20").ok()
    spec = play.read("primary")["spec"]
    assert spec["scaling"] == {"mode": "recommend", "policy": "target_tracking"}
    assert spec["idle"] == {"enabled": True, "timeoutMinutes": 20}
    (rule,) = spec["schedule"]
    assert (rule["name"], rule["timeZone"], rule["memoryGib"]) == ("morning", "Europe/Berlin", 64)
    byoc("service", "autoscale", "primary", "--no-schedule").ok()
    assert play.read("primary")["spec"]["schedule"] == []


def test_rules_that_overlap_are_refused_before_anything_is_changed(
    play: Play, byoc: Byoc, tmp_path: Path
) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text(OVERLAPPING)
    answer = byoc("service", "autoscale", "primary", "--schedule", str(rules))
    assert answer.code == 2
    assert "overlap" in answer.err
    assert "schedule" not in play.read("primary")["spec"]


def test_a_service_is_called_otherwise_and_keeps_its_name(play: Play, byoc: Byoc) -> None:
    [view] = json.loads(byoc("service", "list", "--json").ok().out)
    assert view["displayName"] == "primary"
    assert "Sales reports" in byoc("service", "rename", "primary", "Sales reports").ok().out
    [view] = json.loads(byoc("service", "list", "--json").ok().out)
    assert (view["name"], view["displayName"]) == ("primary", "Sales reports")
    assert byoc("service", "rename", "primary", "a" * 51).code == 2


REFUSED = {
    "status": "False",
    "type": "Accepted",
    "reason": "PrimaryMustRun",
    "message": "the primary stays up while it has secondaries (reports)",
    "lastTransitionTime": "2026-01-01T00:00:00Z",
}


def test_what_the_controller_refuses_ends_the_wait_with_its_reason(play: Play, byoc: Byoc) -> None:
    with play.answering("primary", {"phase": "Running", "conditions": [REFUSED]}):
        answer = byoc("service", "stop", "primary")
    assert answer.code == 1
    assert "primary was refused: the primary stays up while it has secondaries" in answer.err


def test_a_failed_change_ends_the_wait_with_its_reason(play: Play, byoc: Byoc) -> None:
    failed = {
        "phase": "Running",
        "op": {"id": "1", "state": "Failed", "message": "no node has room"},
        "conditions": [],
    }
    with play.answering("primary", failed):
        answer = byoc("service", "scale", "primary", "--replicas", "4")
    assert answer.code == 1
    assert "failed, and it is as before: no node has room" in answer.err


WRONG = {
    "replicas and memory": (
        ["scale", "primary", "--replicas", "40", "--memory", "10"],
        ["spec.replicas", "40", "spec.memory.gib", "multiple of 4"],
    ),
    "shrinking to one": (["scale", "primary", "--replicas", "1"], ["does not shrink to one"]),
    "a name that is too long": (
        ["create", "a" * 21, "--warehouse", "main"],
        ["1 to 20 lower-case letters"],
    ),
    "nothing to change": (["scale", "primary"], ["Nothing to change", "--replicas"]),
    "delete without a terminal": (["delete", "primary"], ["--yes"]),
}


@pytest.mark.parametrize(("arguments", "told"), WRONG.values(), ids=WRONG.keys())
def test_wrong_wishes_end_with_2_and_the_reason(
    play: Play, byoc: Byoc, arguments: list[str], told: list[str]
) -> None:
    answer = byoc("service", *arguments)
    assert answer.code == 2
    assert [text for text in told if text not in answer.err] == []


MISSING = {
    "service": (["service", "show", "nope"], "There are: primary."),
    "warehouse": (["warehouse", "show", "nope"], "There are: main."),
    "warehouse of a new service": (
        ["service", "create", "x", "--warehouse", "nope"],
        "Could not read Warehouse nope",
    ),
    "pods": (["service", "logs", "primary"], "primary has no pod now"),
    "existing": (["service", "create", "primary", "--warehouse", "main"], "already exists"),
}


@pytest.mark.parametrize(("arguments", "told"), MISSING.values(), ids=MISSING.keys())
def test_what_is_missing_ends_with_1_and_what_there_is(
    play: Play, byoc: Byoc, arguments: list[str], told: str
) -> None:
    answer = byoc(*arguments)
    assert (answer.code, told in answer.err) == (1, True), answer.err


def test_delete_asks_for_the_name_and_says_what_becomes_of_the_data(
    play: Play, byoc: Byoc, terminal: None
) -> None:
    refused = byoc("service", "delete", "primary", typed="yes\n")
    assert refused.code == 1
    assert "the data stays in the bucket" in refused.err
    assert play.read("primary")
    gone = byoc("service", "delete", "primary", typed="primary\n").ok()
    assert gone.out.endswith("primary is deleted.\n")
    assert play.generation("primary") == 0


def test_interrupted_waiting_says_that_the_change_goes_on(play: Play, byoc: Byoc) -> None:
    def interrupt() -> None:
        wait_for(
            lambda: play.read("primary")["spec"]["replicas"] == 5, within_s=20, what="the wish"
        )
        os.kill(os.getpid(), signal.SIGINT)

    hand = threading.Thread(target=interrupt)
    hand.start()
    answer = byoc("service", "scale", "primary", "--replicas", "5")
    hand.join()
    assert answer.code == 1
    assert "The change goes on in the cluster" in answer.err


def test_events_of_the_service_and_its_replicas(play: Play, byoc: Byoc) -> None:
    from lightkube.models.core_v1 import Event, ObjectReference
    from lightkube.models.meta_v1 import ObjectMeta
    from lightkube.resources.core_v1 import Event as EventResource

    assert "No events of primary" in byoc("service", "events", "primary").ok().err
    about = {"Service": "primary", "Pod": "main-primary-a1b2-0", "Node": "elsewhere"}
    for kind, name in about.items():
        event: Event = EventResource(
            metadata=ObjectMeta(generateName="e-", namespace="clickhouse"),
            involvedObject=ObjectReference(kind=kind, name=name, namespace="clickhouse"),
            reason="Tested",
            message=f"of {name}",
            type="Normal",
        )
        play.client.create(event)
    found = json.loads(byoc("service", "events", "primary", "--json").ok().out)
    assert {each["object"] for each in found} == {"Service primary", "Pod main-primary-a1b2-0"}
    assert "of main-primary-a1b2-0" in byoc("service", "events", "primary").ok().out


def test_a_log_that_cannot_be_read_is_told_in_the_api_server_s_words(
    play: Play, byoc: Byoc
) -> None:
    from lightkube.models.core_v1 import (
        Capabilities,
        Container,
        PodSpec,
        SeccompProfile,
        SecurityContext,
    )
    from lightkube.models.meta_v1 import ObjectMeta
    from lightkube.resources.core_v1 import Pod

    labels = {SERVICE_LABEL: "primary", WAREHOUSE_LABEL: "main", REPLICA_LABEL: "a1b2"}
    restricted = SecurityContext(
        allowPrivilegeEscalation=False,
        capabilities=Capabilities(drop=["ALL"]),
        runAsNonRoot=True,
        seccompProfile=SeccompProfile(type="RuntimeDefault"),
    )
    server = Container(name="server", image="none", securityContext=restricted)
    pod = Pod(
        metadata=ObjectMeta(name="main-primary-a1b2-0", namespace="clickhouse", labels=labels),
        spec=PodSpec(containers=[server], nodeName="nowhere"),
    )
    play.client.create(pod)
    answer = byoc("service", "logs", "primary", "--follow")
    play.client.delete(Pod, "main-primary-a1b2-0", namespace="clickhouse", grace_period=0)
    assert answer.code == 1
    assert "Could not read the log of main-primary-a1b2-0: " in answer.err
    assert "nowhere" in answer.err


def test_lines_of_several_logs_come_as_they_are_written() -> None:
    assert sorted(merged([iter(["a 1", "a 2"]), iter(["b 1"])])) == ["a 1", "a 2", "b 1"]

    def broken() -> Iterator[str]:
        yield "c 1"
        raise CliError("gone")

    lines = merged([broken()])
    assert next(lines) == "c 1"
    with pytest.raises(CliError, match="gone"):
        next(lines)


def test_a_warehouse_is_shown_with_its_services(play: Play, byoc: Byoc) -> None:
    play.report(
        WAREHOUSE,
        "main",
        {
            "phase": "Ready",
            "version": "26.9.1",
            "keeper": {"members": 3, "ready": 3},
            "services": 1,
            "storage": {"sharedBytes": False, "production": True},
        },
    )
    shown = byoc("warehouse", "show", "main").ok().out
    for text in ("Ready", "3/3 members ready", "Secret clickhouse/main-credentials", "primary"):
        assert text in shown
    document = json.loads(byoc("warehouse", "show", "main", "--json").ok().out)
    assert document["warehouse"]["sharedBytes"] is False
    assert [each["name"] for each in document["services"]] == ["primary"]


def rows(table: str) -> list[list[str]]:
    """Cells of a table without its head; cells are two or more spaces apart."""
    lines = table.rstrip().splitlines()[1:]
    return [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in lines]


def test_what_was_stopped_by_hand_is_not_woken(play: Play, byoc: Byoc) -> None:
    play.reach("primary")
    play.change("primary", {"desired": "Stopped"})
    answer = byoc("service", "wake", "primary")
    assert answer.code == 1
    assert "primary was stopped by hand" in answer.err
    assert "byoc service start primary" in answer.err


def test_what_never_sleeps_is_not_sent_to_sleep(play: Play, byoc: Byoc) -> None:
    answer = byoc("service", "sleep", "primary")
    assert answer.code == 1
    assert "spec.idle.enabled is false" in answer.err


def test_a_wish_to_sleep_and_a_wake_are_written_on_the_service(play: Play, byoc: Byoc) -> None:
    play.change("primary", {"idle": {"enabled": True}})
    for command, annotation in (("sleep", SLEEP), ("wake", WAKE)):
        byoc("service", command, "primary", "--no-wait").ok()
        assert play.read("primary")["metadata"]["annotations"][annotation]
