"""The members of a Keeper, read from its StatefulSet, pods and volume claims."""

from collections.abc import Iterable, Mapping
from typing import Any

from control.controller.replica_documents import is_going, pod_phase
from control.scaling.replica_seen import PodPhase
from control.warehouses.keeper_manifests import EMPTY_VOLUME
from control.warehouses.keeper_members import MemberSeen

Document = Mapping[str, Any]


def members_seen(
    name: str, pods: Iterable[Document], claims: Iterable[Document]
) -> dict[int, MemberSeen]:
    """By their numbers; `name` is that of the StatefulSet."""
    by_pod = numbered(f"{name}-", pods)
    by_claim = numbered(f"data-{name}-", claims)
    return {
        number: member_seen(by_pod.get(number), by_claim.get(number))
        for number in sorted({*by_pod, *by_claim})
    }


def member_seen(pod: Document | None, claim: Document | None) -> MemberSeen:
    ready = pod_phase(pod) is PodPhase.READY
    return MemberSeen(
        ready=ready,
        has_pod=pod is not None,
        address=(pod or {}).get("status", {}).get("podIP", ""),
        lost=pod is not None and not ready and guard_ended(pod) == EMPTY_VOLUME,
        has_volume=claim is not None,
        volume_ending=claim is not None and is_going(claim),
    )


def guard_ended(pod: Document) -> int | None:
    """With which code the guard of the volume ended last."""
    for status in pod.get("status", {}).get("initContainerStatuses") or ():
        for moment in ("state", "lastState"):
            ended = (status.get(moment) or {}).get("terminated")
            if ended is not None:
                code: int = ended["exitCode"]
                return code
    return None


def numbered(prefix: str, documents: Iterable[Document]) -> dict[int, Document]:
    named = {document["metadata"]["name"]: document for document in documents}
    return {
        int(name.removeprefix(prefix)): document
        for name, document in named.items()
        if name.startswith(prefix) and name.removeprefix(prefix).isdecimal()
    }


def is_rolling(stateful_set: Document | None) -> bool:
    """Whether some of its pods are still to be replaced."""
    if stateful_set is None:
        return False
    status = stateful_set.get("status") or {}
    current, update = status.get("currentRevision"), status.get("updateRevision")
    unseen = status.get("observedGeneration", 0) < stateful_set["metadata"].get("generation", 0)
    return bool(status) and (unseen or current != update)
