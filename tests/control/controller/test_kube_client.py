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


def test_the_reasons_of_events_about_one_pod(kube: KubeClient) -> None:
    for name, pod, reason in (
        ("one.1", "one", "FailedScheduling"),
        ("one.2", "one", "TriggeredScaleUp"),
        ("two.1", "two", "Nominated"),
    ):
        kube.create(event(name, pod, reason))
    assert kube.reasons_told("Pod", "default", "one") == {"FailedScheduling", "TriggeredScaleUp"}
    assert kube.reasons_told("Pod", "default", "two") == {"Nominated"}
    assert kube.reasons_told("Pod", "default", "three") == set()
