"""What the activator may write on a service, asked of a genuine API server."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from components.kubernetes.platform.activator import WAKE_ANNOTATION
from control.warehouses.names import WAKE
from tests.components.kubernetes.cluster import Cluster, collection
from tests.control.warehouses.documents import READER
from tests.waiting import wait_for

pytestmark = pytest.mark.cluster

ACTIVATOR = "system:serviceaccount:clickhouse:activator"
LABELLED = copy.deepcopy(READER)
LABELLED["metadata"] |= {"name": "guarded", "labels": {"team": "a"}, "annotations": {"note": "b"}}


def patched(cluster: Cluster, change: dict[str, Any]) -> tuple[int, str]:
    """As the activator, but only in thought."""
    answer = cluster.http.patch(
        f"{collection(LABELLED)}/guarded",
        params={"dryRun": "All"},
        json=change,
        headers={"Content-Type": "application/merge-patch+json", "Impersonate-User": ACTIVATOR},
    )
    return answer.status_code, answer.json().get("message", "")


@pytest.fixture(scope="module")
def guarded(cluster: Cluster) -> Iterator[Cluster]:
    """A new policy takes a moment to hold."""
    cluster.apply(LABELLED)
    bad = {"spec": {"replicas": 7}}
    wait_for(lambda: patched(cluster, bad)[0] == 422, within_s=60, what="the guard stands")
    yield cluster
    cluster.http.delete(f"{collection(LABELLED)}/guarded")


def test_it_may_ask_to_wake(guarded: Cluster) -> None:
    assert WAKE == WAKE_ANNOTATION
    assert patched(guarded, {"metadata": {"annotations": {WAKE: "abc"}}}) == (200, "")


REFUSED: dict[str, dict[str, Any]] = {
    "another size": {"spec": {"memory": {"maxGib": 16}}},
    "a start": {"spec": {"desired": "Stopped"}},
    "an open door": {"spec": {"allowlist": [{"cidr": "0.0.0.0/0"}]}},
    "another annotation": {"metadata": {"annotations": {"other": "x"}}},
    "a changed annotation": {"metadata": {"annotations": {"note": "x"}}},
    "an annotation less": {"metadata": {"annotations": {"note": None}}},
    "a label": {"metadata": {"labels": {"team": "x"}}},
    "a label more": {"metadata": {"labels": {"more": "x"}}},
    "a finalizer": {"metadata": {"finalizers": ["example.com/stay"]}},
    "a wake and a size": {
        "metadata": {"annotations": {WAKE: "abc"}},
        "spec": {"replicas": 3},
    },
}


@pytest.mark.parametrize("change", REFUSED.values(), ids=REFUSED.keys())
def test_it_may_not_write(change: dict[str, Any], guarded: Cluster) -> None:
    code, message = patched(guarded, change)
    assert code == 422
    assert "the activator may change the annotation" in message


def test_it_may_not_write_status(guarded: Cluster) -> None:
    answer = guarded.http.patch(
        f"{collection(LABELLED)}/guarded/status",
        params={"dryRun": "All"},
        json={"status": {"phase": "Running"}},
        headers={"Content-Type": "application/merge-patch+json", "Impersonate-User": ACTIVATOR},
    )
    assert answer.status_code == 403
