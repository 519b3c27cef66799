"""One replica, read from its StatefulSet, pod, ConfigMap and volume claim."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from control.controller.cluster import ReplicaObservation
from control.scaling.replica_seen import PodPhase, ReplicaSeen, Trouble
from control.warehouses.names import (
    ABANDONED,
    ADMITTED_AT,
    BACKLOG_BEST,
    BACKLOG_BEST_AT,
    DRAINING_SINCE,
    QUIETED_AT,
    REMOVING_SINCE,
    REPLICA_LABEL,
    SENT_BACK_AT,
    SERVED_AT,
    SERVING_LABEL,
    SIZE_LABEL,
    SOAK_FAILURES,
    SPEC_HASH_LABEL,
)
from control.warehouses.objects import moment_from

Document = Mapping[str, Any]
Found = Mapping[str, Iterable[Document]]

CRASHES = 3
IMAGE_WAITS = ("ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull")


def replicas_from(
    found: Found, awaiting_nodes: frozenset[str] = frozenset()
) -> list[ReplicaObservation]:
    """`found` holds the documents of a service by kind; torn replicas lack some of theirs.
    `awaiting_nodes` are the names of pods for which a node is being made."""
    by_rid: dict[str, dict[str, Document]] = {}
    for kind, documents in found.items():
        for document in documents:
            if kind != "Pod" and is_going(document):
                continue
            rid = (document["metadata"].get("labels") or {}).get(REPLICA_LABEL)
            if rid:
                by_rid.setdefault(rid, {})[kind] = document
    return [replica_from(rid, parts, awaiting_nodes) for rid, parts in sorted(by_rid.items())]


def replica_from(
    rid: str, parts: Mapping[str, Document], awaiting_nodes: frozenset[str]
) -> ReplicaObservation:
    main = parts.get("StatefulSet")
    pod = parts.get("Pod")
    some = main or next(iter(parts.values()))
    labels = some["metadata"].get("labels") or {}
    notes = (main or {}).get("metadata", {}).get("annotations") or {}
    whole = main is not None and "ConfigMap" in parts
    trouble, detail = trouble_of(pod)
    seen = ReplicaSeen(
        rid=rid,
        spec_hash=labels.get(SPEC_HASH_LABEL, ""),
        units=int(labels.get(SIZE_LABEL, "0u").removesuffix("u") or 0),
        created_at=moment_from(some["metadata"]["creationTimestamp"]),
        pod=pod_phase(pod),
        pod_created_at=moment_from(pod["metadata"]["creationTimestamp"]) if pod else None,
        scheduled_at=condition_since(pod, "PodScheduled"),
        scale_up_reported=pod is not None and pod["metadata"]["name"] in awaiting_nodes,
        trouble=trouble,
        detail=detail,
        stopped=main is not None and main["spec"].get("replicas") == 0,
        whole=whole,
        serving=is_serving(pod),
        served_at=moment_in(notes, SERVED_AT),
        admitted_at=moment_in(notes, ADMITTED_AT),
        draining_since=moment_in(notes, DRAINING_SINCE),
        removing_since=moment_in(notes, REMOVING_SINCE),
        quieted=QUIETED_AT in notes,
        abandoned=notes.get(ABANDONED) == "true",
        soak_failures=int(notes.get(SOAK_FAILURES, "0")),
        sent_back_at=moment_in(notes, SENT_BACK_AT),
        backlog_best=int(notes[BACKLOG_BEST]) if BACKLOG_BEST in notes else None,
        backlog_best_at=moment_in(notes, BACKLOG_BEST_AT),
    )
    return ReplicaObservation(
        seen=seen,
        pod=pod["metadata"]["name"] if pod else "",
        address=((pod or {}).get("status") or {}).get("podIP", ""),
    )


def moment_in(notes: Mapping[str, str], name: str) -> datetime | None:
    return moment_from(notes[name]) if notes.get(name) else None


def is_going(document: Document) -> bool:
    return "deletionTimestamp" in document["metadata"]


def is_serving(pod: Document | None) -> bool:
    if pod is None or is_going(pod):
        return False
    return (pod["metadata"].get("labels") or {}).get(SERVING_LABEL) == "true"


def pod_phase(pod: Document | None) -> PodPhase:
    if pod is None:
        return PodPhase.ABSENT
    if is_going(pod) or (pod.get("status") or {}).get("phase") in ("Failed", "Succeeded"):
        return PodPhase.ENDING
    if condition_status(pod, "Ready") == "True":
        return PodPhase.READY
    if condition_status(pod, "PodScheduled") == "True":
        return PodPhase.STARTING
    return PodPhase.PENDING


def waits_for_node(pod: Document) -> bool:
    return condition_status(pod, "PodScheduled") == "False" and not is_going(pod)


def condition(pod: Document | None, kind: str) -> Document | None:
    conditions = ((pod or {}).get("status") or {}).get("conditions") or ()
    return next((c for c in conditions if c["type"] == kind), None)


def condition_status(pod: Document | None, kind: str) -> str:
    found = condition(pod, kind)
    return found["status"] if found else "Unknown"


def condition_since(pod: Document | None, kind: str) -> datetime | None:
    found = condition(pod, kind)
    if not found or found["status"] != "True" or not found.get("lastTransitionTime"):
        return None
    return moment_from(found["lastTransitionTime"])


def trouble_of(pod: Document | None) -> tuple[Trouble | None, str]:
    """What keeps a pod from being ready, and the node's or kubelet's own words for it."""
    if pod is None:
        return None, ""
    unscheduled = condition(pod, "PodScheduled")
    if unscheduled and unscheduled["status"] == "False":
        return None, unscheduled.get("message", "")
    if condition_status(pod, "Ready") == "True":
        return None, ""
    found = pod.get("status") or {}
    for status in found.get("initContainerStatuses") or ():
        trouble, detail = opener_trouble(status)
        if trouble or detail:
            return trouble, detail
    for status in found.get("containerStatuses") or ():
        trouble, detail = container_trouble(status)
        if trouble or detail:
            return trouble, detail
    return None, ""


def opener_trouble(status: Document) -> tuple[Trouble | None, str]:
    """It ends before the server begins, and has done what it is for when it ends well."""
    if ((status.get("state") or {}).get("terminated") or {}).get("exitCode") == 0:
        return None, ""
    trouble, detail = container_trouble(status)
    crashing = trouble is Trouble.CRASHING
    return Trouble.TDE_KEY_UNAVAILABLE if crashing else trouble, detail


def container_trouble(status: Document) -> tuple[Trouble | None, str]:
    waiting = (status.get("state") or {}).get("waiting") or {}
    ended = (status.get("lastState") or {}).get("terminated") or {}
    ended = (status.get("state") or {}).get("terminated") or ended
    detail = waiting.get("message") or waiting.get("reason") or ""
    if waiting.get("reason") in IMAGE_WAITS:
        return Trouble.IMAGE_PULL, detail
    if ended.get("reason") == "OOMKilled":
        return Trouble.TOO_SMALL, "the server was killed for want of memory while it started"
    if status.get("restartCount", 0) >= CRASHES:
        code = ended.get("exitCode", "unknown")
        said = said_last(ended)
        text = f"exited {status['restartCount']} times, last with code {code}"
        return Trouble.CRASHING, f"{text}: {said}" if said else text
    return None, (said_last(ended) if ended.get("exitCode") else "") or detail


def said_last(ended: Document) -> str:
    """The last line of what a container left behind."""
    lines = str(ended.get("message") or "").strip().splitlines()
    return lines[-1] if lines else ""
