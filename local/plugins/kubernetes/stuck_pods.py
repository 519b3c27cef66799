"""Why the pods of a workload are not ready, for a message to the user."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from local.plugins.kubernetes.client import Client
from local.plugins.provider import PluginError, Props

MOST_PODS = 3


def why_stuck(client: Client, object_: Props) -> str:
    """One line for each of the first few pods that are not ready; empty where all are."""
    metadata = object_["metadata"]
    namespace = metadata["namespace"]
    try:
        if object_["kind"] == "Pod":
            pods = [object_]
        else:
            query = {"labelSelector": selector_text(object_["spec"].get("selector") or {})}
            pods = client.get(f"/api/v1/namespaces/{namespace}/pods", **query)["items"]
        stuck = [pod for pod in pods if not is_ready(pod)]
        lines = [f"pod {p['metadata']['name']}: {reason(client, p)}" for p in stuck[:MOST_PODS]]
    except PluginError as error:
        return f"its pods cannot be read: {error}"
    if len(stuck) > MOST_PODS:
        lines.append(f"and {len(stuck) - MOST_PODS} more pods")
    if not pods:
        lines.append(last_warning(client, namespace, metadata["uid"]) or "it has no pods")
    return "\n".join(lines)


def selector_text(selector: Mapping[str, Any]) -> str:
    parts = [f"{key}={value}" for key, value in (selector.get("matchLabels") or {}).items()]
    for term in selector.get("matchExpressions") or []:
        values = ",".join(term.get("values") or [])
        match term["operator"]:
            case "In":
                parts.append(f"{term['key']} in ({values})")
            case "NotIn":
                parts.append(f"{term['key']} notin ({values})")
            case "Exists":
                parts.append(term["key"])
            case "DoesNotExist":
                parts.append(f"!{term['key']}")
    return ",".join(parts)


def is_ready(pod: Props) -> bool:
    conditions = (pod.get("status") or {}).get("conditions") or []
    ready = any(c["type"] == "Ready" and c["status"] == "True" for c in conditions)
    return ready or (pod.get("status") or {}).get("phase") == "Succeeded"


def reason(client: Client, pod: Props) -> str:
    """What its containers, its scheduling or its last event say."""
    said = list(_container_reasons(pod)) or list(_scheduling_reasons(pod))
    metadata = pod["metadata"]
    event = last_warning(client, metadata["namespace"], metadata["uid"])
    if event:
        said.append(f"last event: {event}")
    return "; ".join(said) or f"is {(pod.get('status') or {}).get('phase', 'Pending')}"


def _container_reasons(pod: Props) -> Iterator[str]:
    status = pod.get("status") or {}
    for group in ("initContainerStatuses", "containerStatuses"):
        for container in status.get(group) or []:
            text = _container_reason(container)
            if text:
                yield f"container {container['name']} {text}"


def _container_reason(container: Mapping[str, Any]) -> str:
    state = container.get("state") or {}
    last = (container.get("lastState") or {}).get("terminated") or {}
    if waiting := state.get("waiting"):
        if waiting.get("reason") in ("PodInitializing", "ContainerCreating") and not last:
            return ""
        exited = f" (it exited with {last['exitCode']})" if last else ""
        message = f": {waiting['message']}" if waiting.get("message") else ""
        return f"waits, {waiting.get('reason', 'no reason given')}{message}{exited}"
    ended = state.get("terminated") or {}
    if ended and ended.get("exitCode"):
        return f"exited with {ended['exitCode']}, {ended.get('reason', '')}".rstrip(", ")
    if state.get("running") and not container.get("ready"):
        return "runs, but is not ready"
    return ""


def _scheduling_reasons(pod: Props) -> Iterator[str]:
    for condition in (pod.get("status") or {}).get("conditions") or []:
        if condition["type"] == "PodScheduled" and condition["status"] == "False":
            yield f"is not scheduled: {condition.get('message', condition.get('reason', ''))}"


def last_warning(client: Client, namespace: str, uid: str) -> str:
    query = {"fieldSelector": f"involvedObject.uid={uid},type=Warning"}
    events = client.get(f"/api/v1/namespaces/{namespace}/events", **query)["items"]
    if not events:
        return ""
    latest = max(events, key=lambda event: event.get("lastTimestamp") or "")
    return f"{latest.get('reason', '')}: {latest.get('message', '')}"
