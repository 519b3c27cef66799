"""Calls to a genuine API server."""

from __future__ import annotations

import pytest

from control.controller.kube_client import KubeClient

pytestmark = pytest.mark.cluster


def event(name: str, pod: str, reason: str) -> dict[str, object]:
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": name, "namespace": "default"},
        "involvedObject": {"kind": "Pod", "namespace": "default", "name": pod},
        "reason": reason,
        "message": "told by a test",
        "type": "Normal",
    }


def test_the_pods_about_which_events_of_some_reasons_are_kept(kube: KubeClient) -> None:
    for name, pod, reason in (
        ("one.1", "one", "FailedScheduling"),
        ("one.2", "one", "TriggeredScaleUp"),
        ("two.1", "two", "Nominated"),
        ("three.1", "three", "FailedScheduling"),
    ):
        kube.create(event(name, pod, reason))
    told = ("TriggeredScaleUp", "Nominated")
    assert kube.told_of("Pod", "default", told) == {"one", "two"}
    assert kube.told_of("StatefulSet", "default", told) == set()
    assert kube.told_of("Pod", "default", ("Pulled",)) == set()
