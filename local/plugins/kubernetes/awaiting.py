"""Waiting until an object is ready, or gone, with progress and a reason when it takes too long."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta

from local.plugins.kubernetes.annotations import (
    SKIP_AWAIT,
    WAIT_FOR,
    annotations_of,
    is_set,
    timeout_of,
)
from local.plugins.kubernetes.client import ApiError
from local.plugins.kubernetes.cluster import Cluster
from local.plugins.kubernetes.discovery import ObjectKind
from local.plugins.kubernetes.identity import ObjectName
from local.plugins.kubernetes.readiness import AWAITED, TEN_MINUTES, Awaited, Readiness, wait_for
from local.plugins.kubernetes.stuck_pods import why_stuck
from local.plugins.provider import Call, PluginError, Props

FIRST_LOOK = timedelta(milliseconds=50)
SLOWEST_LOOK = timedelta(seconds=1)
EXPLAIN_EVERY = timedelta(seconds=5)
GONE_WITHIN = timedelta(minutes=10)


def awaited_for(kind: ObjectKind, object_: Props) -> Awaited | None:
    """What to wait for, None for nothing."""
    if is_set(object_, SKIP_AWAIT):
        return None
    rule = wait_for(str(annotations_of(object_).get(WAIT_FOR, "")))
    return Awaited(rule=rule, within=TEN_MINUTES) if rule else AWAITED.get(kind)


def until_ready(call: Call, cluster: Cluster, kind: ObjectKind, object_: Props) -> Props:
    """The object when it is ready, or as it is where nothing is to be waited for."""
    awaited = awaited_for(kind, object_)
    if awaited is None or _binds_later(cluster, kind, object_):
        return object_
    within = call.timeout or timeout_of(object_) or awaited.within
    name = ObjectName.of_object(object_)
    what = f"{kind.kind} {name}"
    told = _Told(call)
    for elapsed in looks(call):
        found = cluster.find(kind, name)
        if found is None:
            raise PluginError(f"{what} was deleted while it was waited for")
        readiness = awaited.rule(found)
        if readiness.ready:
            return found
        late = elapsed >= within
        if readiness.failed or late or told.explanation_due(elapsed):
            why = why_stuck(cluster.client, found) if awaited.owns_pods else ""
            if readiness.failed or late:
                raise PluginError(_failure(what, readiness, within, why))
            told.explain(readiness, why, elapsed)
        elif elapsed >= SLOWEST_LOOK:
            told.tell(readiness)
    raise AssertionError("looks never end")


def until_gone(call: Call, cluster: Cluster, kind: ObjectKind, name: ObjectName, uid: str) -> None:
    """Wait until the object is no more, or is another one of the same name."""
    within = call.timeout or GONE_WITHIN
    told = _Told(call)
    for elapsed in looks(call):
        found = cluster.find(kind, name)
        if found is None or found["metadata"]["uid"] != uid:
            return
        left = still_there(found)
        if elapsed >= within:
            raise PluginError(f"{kind.kind} {name} is not gone after {spoken(within)}: {left}")
        if elapsed >= SLOWEST_LOOK:
            told.show(f"waiting until it is gone: {left}")


def still_there(object_: Props) -> str:
    """What keeps an object from going."""
    conditions = (object_.get("status") or {}).get("conditions") or []
    texts = [
        condition["message"]
        for condition in conditions
        if object_["kind"] == "Namespace"
        and condition.get("status") == "True"
        and condition.get("message")
    ]
    metadata = object_["metadata"]
    finalizers = [
        *(metadata.get("finalizers") or []),
        *((object_.get("spec") or {}).get("finalizers") or []),
    ]
    if finalizers:
        texts.append(f"its finalizers are {', '.join(map(str, finalizers))}")
    return "; ".join(texts) or "it is being terminated"


def looks(call: Call) -> Iterator[timedelta]:
    """The time elapsed at each look, at growing intervals, until the user interrupts."""
    started_s = time.monotonic()
    interval = FIRST_LOOK
    while True:
        yield timedelta(seconds=time.monotonic() - started_s)
        call.wait(interval)
        interval = min(interval * 1.5, SLOWEST_LOOK)


class _Told:
    """What the user has seen so far, so that nothing is said twice."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._text = ""
        self._explained_at = timedelta()

    def explanation_due(self, elapsed: timedelta) -> bool:
        return elapsed - self._explained_at >= EXPLAIN_EVERY

    def explain(self, readiness: Readiness, why: str, elapsed: timedelta) -> None:
        self._explained_at = elapsed
        first = why.partition("\n")[0]
        self.show(f"waiting: {readiness.text}: {first}" if first else f"waiting: {readiness.text}")

    def tell(self, readiness: Readiness) -> None:
        if not self._text.startswith(f"waiting: {readiness.text}"):
            self.show(f"waiting: {readiness.text}")

    def show(self, text: str) -> None:
        if text != self._text:
            self._text = text
            self._call.progress(text)


def _failure(what: str, readiness: Readiness, within: timedelta, why: str) -> str:
    outcome = (
        "will not become ready" if readiness.failed else f"is not ready after {spoken(within)}"
    )
    reasons = "".join(f"\n  {line}" for line in why.splitlines())
    return f"{what} {outcome}: {readiness.text}{reasons}"


def spoken(time_: timedelta) -> str:
    seconds = time_.total_seconds()
    return f"{seconds / 60:g} min" if seconds >= 60 else f"{seconds:g} s"


def _binds_later(cluster: Cluster, kind: ObjectKind, object_: Props) -> bool:
    """A claim whose class binds it to its first pod stays pending until there is one."""
    if kind.kind != "PersistentVolumeClaim":
        return False
    class_name = object_["spec"].get("storageClassName")
    if not class_name:
        return False
    try:
        found = cluster.client.get(f"/apis/storage.k8s.io/v1/storageclasses/{class_name}")
    except ApiError as error:
        if error.code == 404:
            return False
        raise
    return bool(found.get("volumeBindingMode") == "WaitForFirstConsumer")
