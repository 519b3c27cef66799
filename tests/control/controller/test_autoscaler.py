"""Ticks of automatic sizing against a cluster and a Prometheus in memory; time is injected."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from control.controller.autoscaler.autoscaler import Autoscaler
from control.controller.autoscaler.instruments import Instruments
from control.controller.autoscaler.measured import Measured
from control.scaling.vertical import Mode
from control.warehouses.names import GROUP
from control.warehouses.objects import moment_text
from control.warehouses.scaling_memory import SCALED
from tests.control.controller.memory_kube import Died, MemoryKube
from tests.control.controller.memory_prometheus import MemoryPrometheus

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)  # a Monday
KIND = f"{GROUP}/Service"
SPEC: dict[str, Any] = {
    "warehouse": "lake",
    "role": "primary",
    "replicas": 3,
    "memory": {"minGib": 8, "maxGib": 120, "gib": 16},
    "scaling": {"mode": "apply", "policy": "target_tracking"},
}


class Scene:
    def __init__(self, **spec: Any) -> None:
        self.kube = MemoryKube()
        self.kube.now = NOW
        self.prometheus = MemoryPrometheus()
        self.most = Mode.APPLY
        self.kube.person_makes("Service", "main", SPEC | spec)
        self.runs(4)
        self.restart()

    def restart(self) -> None:
        """A new process: nothing is remembered but what the cluster holds."""
        self.registry = CollectorRegistry()
        self.autoscaler = Autoscaler(
            kube=self.kube,
            namespace="clickhouse",
            measured=Measured(self.prometheus.client()),
            instruments=Instruments(self.registry),
            clock=lambda: self.kube.now,
            most=self.most,
        )

    def runs(self, units: int, *, phase: str = "Running", **status: Any) -> None:
        """As the controller reports a service whose replicas have this size."""
        replicas = [
            {"rid": f"r{n}", "size": f"{units}u", "serving": True, "phase": "Serving"}
            for n in range(3)
        ]
        told = {"phase": phase, "replicas": replicas} | status
        self.kube.patch_status(KIND, "clickhouse", "main", told)

    def load(self, cpu: float | Callable[[int], float | None], gib: float = 4) -> None:
        for rid in ("r0", "r1", "r2"):
            told = cpu if callable(cpu) else lambda minute: cpu
            self.prometheus.replica("main", rid, cpu=told, gib=lambda minute: gib)

    def tick(self, after: timedelta = timedelta(minutes=1)) -> None:
        self.kube.now += after
        self.autoscaler.tick()

    @property
    def document(self) -> dict[str, Any]:
        return self.kube.present(KIND, "clickhouse", "main")

    @property
    def gib(self) -> int:
        return int(self.document["spec"]["memory"]["gib"])

    @property
    def replicas(self) -> int:
        return int(self.document["spec"]["replicas"])

    @property
    def told(self) -> dict[str, Any]:
        found: dict[str, Any] = self.document["status"]["recommendation"]
        return found

    def person(self, **spec: Any) -> None:
        self.kube.person_edits("Service", "main", spec)


def test_load_makes_a_service_grow_and_after_the_short_window_shrink() -> None:
    scene = Scene()
    scene.load(3.8)
    scene.tick()
    assert (scene.gib, scene.told["reason"]) == (32, "grow")
    scene.runs(8)
    began = int(scene.kube.now.timestamp()) // 60
    scene.load(lambda minute: 3.8 if minute < began else 1.0)
    scene.tick()
    assert (scene.gib, scene.told["reason"]) == (32, "steady")
    scene.tick(timedelta(hours=2))
    assert scene.gib == 32
    scene.tick(timedelta(hours=1, minutes=2))
    assert (scene.gib, scene.told["reason"]) == (8, "shrink")


def test_a_change_is_told_with_its_reason() -> None:
    scene = Scene()
    scene.load(3.8)
    scene.tick()
    [event] = scene.kube.events
    assert event["reason"] == "SizeByMetrics"
    assert "grows to 8 CPU, 32 GiB: CPU is above its band" in event["message"]
    assert scene.told["figures"]["cpuPeakMillicores"] == 3800
    assert len(scene.told["hourlyCpuMillicores"]) == 30
    labels = {"by": "metrics", "reason": "grow"}
    assert scene.registry.get_sample_value("byoc_autoscaler_changes_total", labels) == 1


def test_recommending_changes_nothing() -> None:
    scene = Scene(scaling={"mode": "recommend", "policy": "target_tracking"})
    scene.load(3.8)
    scene.tick()
    assert (scene.gib, scene.told["units"], scene.told["reason"]) == (16, 8, "grow")


@pytest.mark.parametrize(("most", "gib"), [(Mode.OFF, 16), (Mode.RECOMMEND, 16), (Mode.APPLY, 32)])
def test_the_installation_caps_what_a_service_asks_for(most: Mode, gib: int) -> None:
    scene = Scene()
    scene.load(3.8)
    scene.most = most
    scene.restart()
    scene.tick()
    assert scene.gib == gib


def test_prometheus_away_means_hold() -> None:
    scene = Scene()
    scene.load(3.8)
    scene.prometheus.away = True
    scene.tick()
    assert (scene.gib, scene.told["reason"]) == (16, "no_metrics")
    assert scene.registry.get_sample_value("byoc_autoscaler_metrics_away_total") == 1
    scene.prometheus.away = False
    scene.tick()
    assert scene.gib == 32


def test_a_gap_is_unknown_and_never_zero() -> None:
    scene = Scene(memory={"minGib": 8, "maxGib": 120, "gib": 32})
    scene.runs(8)
    now = int(NOW.timestamp()) // 60
    scene.load(lambda minute: None if minute % 10 == 0 else 1.0)
    scene.tick()
    assert (scene.gib, scene.told["reason"]) == (32, "coverage")
    assert scene.told["figures"]["samples"] == 162
    scene.load(lambda minute: 1.0 if minute < now - 100_000 else None)
    scene.restart()
    scene.tick()
    assert (scene.gib, scene.told["reason"]) == (32, "no_metrics")


def test_one_replica_that_is_not_known_makes_the_minute_unknown() -> None:
    scene = Scene(memory={"minGib": 8, "maxGib": 120, "gib": 32})
    scene.runs(8)
    scene.load(1.0)
    scene.prometheus.replica("main", "r2", cpu=lambda minute: None, gib=lambda minute: 4)
    scene.tick()
    assert (scene.gib, scene.told["reason"]) == (32, "no_metrics")


def test_young_and_joining_replicas_are_no_load() -> None:
    scene = Scene()
    scene.load(2.0)
    began = int(NOW.timestamp()) // 60 - 4
    scene.prometheus.replica("main", "r9", cpu=lambda m: 4.0, gib=lambda m: 4, since=began)
    scene.tick()
    assert scene.gib == 16


def test_only_new_minutes_are_asked_for_and_a_restart_reads_all_again() -> None:
    scene = Scene()
    scene.load(2.0)
    scene.tick()
    first = scene.prometheus.asked
    assert min(int(form["start"]) for form in first) <= (NOW - timedelta(hours=30)).timestamp()
    scene.prometheus.asked = []
    scene.tick()
    spans = {int(form["end"]) - int(form["start"]) for form in scene.prometheus.asked}
    assert max(spans) <= 180
    before = scene.told
    scene.restart()
    scene.tick(timedelta(0))
    assert scene.told["figures"] == before["figures"]


def test_equal_bounds_pin_without_metrics() -> None:
    scene = Scene(memory={"minGib": 32, "maxGib": 32, "gib": 16})
    scene.prometheus.away = True
    scene.tick()
    assert scene.gib == 32
    scene.runs(8)
    scene.prometheus.away = False
    scene.load(7.9)
    scene.tick()
    assert (scene.gib, scene.told["reason"]) == (32, "pinned")


def test_a_person_wins_over_an_automatic_change_under_way() -> None:
    scene = Scene()
    scene.load(3.8)
    scene.tick()
    assert scene.gib == 32
    under_way = {"phase": "Scaling"}
    scene.runs(4, **under_way)
    scene.person(memory={"gib": 12})
    scene.tick()
    assert (scene.gib, scene.told["reason"]) == (12, "operation_in_flight")
    scene.runs(3)
    scene.tick(timedelta(hours=2))
    assert (scene.gib, scene.told["reason"]) == (12, "protected")
    assert scene.document["status"]["scaling"]["askedBy"] == "person"
    scene.tick(timedelta(hours=1))
    assert scene.gib == 32


def test_a_person_who_asks_for_less_than_an_automatic_change_gets_it() -> None:
    scene = Scene()
    scene.load(4.0)
    scene.tick()
    assert scene.gib == 32
    scene.person(memory={"gib": 20})
    scene.tick()
    scene.runs(5)
    scene.tick(timedelta(hours=2))
    assert (scene.gib, scene.told["reason"]) == (20, "protected")


def test_what_a_person_asks_for_before_a_peak_is_not_undone_at_once() -> None:
    scene = Scene()
    scene.load(1.0)
    scene.tick()
    assert scene.gib == 8
    scene.person(memory={"gib": 64})
    scene.runs(16)
    scene.tick()
    assert (scene.gib, scene.told["reason"]) == (64, "protected")
    scene.tick(timedelta(hours=3))
    assert scene.gib == 8


def test_a_person_who_edits_during_the_tick_wins() -> None:
    scene = Scene()
    scene.load(3.8)
    listed = scene.kube.list

    def edited_meanwhile(*about: Any) -> list[dict[str, Any]]:
        found = listed(*about)
        if about[0] == KIND:
            scene.person(memory={"gib": 12})
        return found

    scene.kube.list = edited_meanwhile  # type: ignore[method-assign]
    scene.tick()
    assert scene.gib == 12
    assert SCALED not in scene.document["metadata"].get("annotations", {})


def written_by_others(scene: Scene, times: int) -> None:
    """The controller reports on the service between each look and write of sizing."""
    found, left = scene.kube.find, iter(range(times))

    def find(*about: str) -> dict[str, Any] | None:
        document = found(*about)
        if about[0] == KIND and next(left, None) is not None:
            scene.kube.patch_status(KIND, "clickhouse", "main", {"readyReplicas": 3})
        return document

    scene.kube.find = find  # type: ignore[method-assign]


# A round is two reads: one before the write, and one to decide anew.
@pytest.mark.parametrize(("times", "gib"), [(1, 32), (7, 32), (100, 16)])
def test_a_write_that_meets_another_one_is_decided_anew_at_once(times: int, gib: int) -> None:
    scene = Scene()
    scene.load(3.8)
    written_by_others(scene, times)
    scene.tick()
    assert scene.gib == gib
    assert len(scene.kube.events) == (gib == 32)


def test_a_rule_of_the_schedule_is_written_although_others_write() -> None:
    scene = Scene(scaling={"mode": "off"}, schedule=[MORNING])
    scene.tick()
    written_by_others(scene, 1)
    scene.tick(timedelta(minutes=30))
    assert (scene.gib, scene.told["reason"]) == (64, "schedule_began")


def test_a_pod_killed_for_want_of_memory_makes_its_service_larger() -> None:
    scene = Scene()
    scene.load(2.0)
    killed = {"reason": "OOMKilled", "finishedAt": moment_text(NOW - timedelta(minutes=3))}
    scene.kube.put(
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {
                "name": "lake-main-r1-0",
                "namespace": "clickhouse",
                "labels": {
                    "app.kubernetes.io/name": "clickhouse-server",
                    f"{GROUP}/service": "main",
                },
            },
            "spec": {
                "containers": [{"name": "server", "resources": {"limits": {"memory": "16Gi"}}}]
            },
            "status": {
                "containerStatuses": [{"name": "server", "lastState": {"terminated": killed}}]
            },
        }
    )
    scene.tick()
    assert (scene.gib, scene.told["figures"]["driver"]) == (24, "out_of_memory")
    scene.kube.delete("Pod", "clickhouse", "lake-main-r1-0")
    scene.runs(6)
    scene.load(1.0)
    scene.restart()
    scene.tick(timedelta(hours=20))
    assert scene.gib == 24, "the floor outlives the pod and the process"


def test_a_failed_operation_rests() -> None:
    scene = Scene(memory={"minGib": 8, "maxGib": 120, "gib": 32})
    op = {
        "id": "1",
        "state": "Failed",
        "target": {"replicas": 3, "memoryGib": 32, "specHash": "x"},
        "since": moment_text(NOW),
        "started": moment_text(NOW),
        "finished": moment_text(NOW),
        "reason": "NoCapacity",
        "failures": 1,
    }
    scene.runs(4, op=op)
    scene.load(3.8)
    scene.tick()
    assert scene.told["reason"] == "suppressed_after_failure"
    scene.tick(timedelta(minutes=5))
    assert scene.told["reason"] == "grow"


MORNING = {"name": "morning", "at": "14:30", "timeZone": "Europe/Berlin", "memoryGib": 64}


def test_a_schedule_fires_at_its_time_and_protects_for_three_hours() -> None:
    scene = Scene(schedule=[MORNING])
    scene.load(1.0)
    scene.tick()
    assert scene.gib == 8
    scene.runs(2)
    scene.tick(timedelta(minutes=28))
    assert scene.gib == 8
    scene.tick()
    assert (scene.gib, scene.told["reason"]) == (64, "schedule_began")
    scene.runs(16)
    scene.tick(timedelta(hours=2, minutes=59))
    assert (scene.gib, scene.told["reason"]) == (64, "protected")
    scene.tick()
    assert scene.gib == 8


def test_after_a_pause_only_the_latest_missed_rule_is_applied() -> None:
    early = MORNING | {"name": "early", "at": "14:10", "memoryGib": 96}
    scene = Scene(schedule=[early, MORNING], scaling={"mode": "off"})
    scene.tick()
    scene.restart()
    scene.tick(timedelta(hours=1))
    assert scene.gib == 64
    assert [event["reason"] for event in scene.kube.events] == ["SizeBySchedule"]
    scene.tick()
    assert len(scene.kube.events) == 1


def test_a_rule_that_is_new_does_not_begin_in_the_past() -> None:
    scene = Scene(scaling={"mode": "off"}, schedule=[MORNING | {"name": "other", "at": "20:00"}])
    scene.tick()
    scene.kube.now += timedelta(hours=1)
    scene.person(schedule=[MORNING])
    scene.tick()
    assert scene.gib == 16


def test_a_rule_with_an_end_is_taken_back_unless_somebody_changed_it() -> None:
    rule = {"name": "busy", "at": "13:00", "until": "15:00", "replicas": 6}
    scene = Scene(scaling={"mode": "off"}, schedule=[rule])
    scene.tick()
    scene.tick(timedelta(hours=1))
    assert scene.replicas == 6
    scene.tick(timedelta(hours=2))
    assert scene.replicas == 3
    scene.tick(timedelta(hours=22))
    assert scene.replicas == 6
    scene.person(replicas=8)
    scene.tick()
    scene.tick(timedelta(hours=2))
    assert scene.replicas == 8


@pytest.mark.parametrize("dies_at", range(7))
def test_a_process_that_dies_at_any_write_follows_the_schedule(dies_at: int) -> None:
    rule = {"name": "busy", "at": "13:00", "until": "15:00", "replicas": 6}
    scene = Scene(scaling={"mode": "off"}, schedule=[rule])
    scene.tick()
    scene.kube.dies_at = scene.kube.writes + dies_at
    for hours in (1, 0, 2, 0):
        try:
            scene.tick(timedelta(hours=hours, minutes=1))
        except Died:
            scene.restart()
        if hours == 0 and scene.kube.now < NOW + timedelta(hours=2):
            assert scene.replicas == 6
    assert scene.replicas == 3


def test_a_sleeping_service_is_decided_about_after_it_wakes() -> None:
    scene = Scene()
    scene.load(3.8)
    scene.runs(4, phase="Idle")
    scene.tick()
    assert (scene.gib, scene.told["reason"]) == (16, "not_running")
    scene.runs(4)
    scene.tick()
    assert scene.gib == 32


HORIZONTAL: dict[str, Any] = {
    "memory": {"minGib": 16, "maxGib": 16},
    "scaling": {"mode": "apply", "horizontal": {"minReplicas": 2, "maxReplicas": 8}},
}


def test_horizontal_rules_add_to_the_target_and_remove_one_by_one() -> None:
    scene = Scene(**HORIZONTAL)
    scene.load(3.6)
    scene.tick()
    assert (scene.replicas, scene.told["reason"]) == (5, "add_replicas")
    scene.tick()
    assert (scene.replicas, scene.told["reason"]) == (5, "waiting_for_cadence")
    scene.load(1.0)
    scene.restart()
    scene.tick(timedelta(minutes=10))
    assert (scene.replicas, scene.told["reason"]) == (4, "remove_replicas")
    scene.tick(timedelta(minutes=10))
    scene.tick(timedelta(minutes=10))
    assert scene.replicas == 2
    scene.tick(timedelta(minutes=10))
    assert (scene.replicas, scene.told["reason"]) == (2, "at_bound")


def test_what_was_used_before_new_replicas_served_adds_no_more_of_them() -> None:
    scene = Scene(**HORIZONTAL)
    scene.load(3.6)
    scene.tick()
    assert scene.replicas == 5
    op = {
        "id": "1",
        "state": "Done",
        "target": {"replicas": 5, "memoryGib": 16, "specHash": "x"},
        "since": moment_text(NOW),
        "started": moment_text(NOW),
        "finished": moment_text(NOW + timedelta(minutes=8)),
        "reason": "Steady",
    }
    scene.runs(4, op=op)
    there = int((NOW + timedelta(minutes=8)).timestamp()) // 60
    scene.load(lambda minute: 3.6 if minute < there else 2.2)
    scene.tick(timedelta(minutes=11))
    assert (scene.replicas, scene.told["reason"]) == (5, "waiting_for_cadence")
    scene.tick(timedelta(minutes=7))
    assert (scene.replicas, scene.told["reason"]) == (5, "steady")


def test_nothing_is_written_while_nothing_changes() -> None:
    scene = Scene()
    scene.load(2.0)
    scene.tick()
    writes = scene.kube.writes
    for _ in range(10):
        scene.tick()
    assert scene.kube.writes == writes


def test_turning_it_off_takes_the_recommendation_away() -> None:
    scene = Scene()
    scene.load(2.0)
    scene.tick()
    scene.person(scaling={"mode": "off"})
    scene.tick()
    assert "recommendation" not in scene.document["status"]
