"""Resizing N replicas: until all new ones serve, and until the old ones are gone; against the same
N pods started bare, and against replacing them one by one, on a simulated node."""

from __future__ import annotations

import argparse
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lightkube import Client

from benchmarks.simulated_cluster import (
    Documents,
    apply_all,
    bare_documents,
    edit,
    process,
    ready_pods,
    service_document,
    simulated_cluster,
    warehouse_document,
)
from benchmarks.simulated_controller import QUICK
from benchmarks.watched import Watched
from control.controller.kube_client import SERVICE, KubeClient
from control.warehouses.names import NAMESPACE, REPLICA_LABEL, SERVICE_LABEL

SIZES = (1, 3, 6, 10)
WAREHOUSE = "lake"
START_S = 5.0
GOAL_RATIO = 1.2
SMALL, LARGE = 8, 16


@dataclass(frozen=True, kw_only=True)
class Resized:
    replicas: int
    served_s: float
    """Until every wanted replica of the new size serves."""
    whole_s: float
    """And every old one is drained, proven, and gone."""
    bare_s: float
    one_by_one_s: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--start-seconds", type=float, default=START_S)
    parser.add_argument("--replicas", type=int, nargs="+", default=SIZES)
    asked = parser.parse_args()
    soak, settle = QUICK.soak.total_seconds(), QUICK.settle.total_seconds()
    print(f"a pod is ready {asked.start_seconds:g} s after it has a node;", end=" ")
    print(f"soak {soak:g} s and settling of a draining replica {settle:g} s are in `whole`")
    with simulated_cluster(start_s=asked.start_seconds) as (client, api):
        services, pods = Watched(client, SERVICE), Watched(client, "Pod")
        make(client, asked.replicas)
        with process("benchmarks.simulated_controller", api):
            for replicas in asked.replicas:
                report(measure(client, services, pods, replicas))


def make(client: Client, sizes: list[int]) -> None:
    kube = KubeClient(client)
    kube.create(warehouse_document(WAREHOUSE))
    kube.create(sized("main", 2, primary=True))
    for replicas in sizes:
        kube.create(sized(f"of-{replicas}", replicas, primary=False))


def sized(name: str, replicas: int, *, primary: bool) -> dict[str, Any]:
    document = service_document(name, WAREHOUSE, replicas, primary=primary)
    document["spec"]["memory"] = {"minGib": SMALL, "maxGib": LARGE, "gib": SMALL}
    return document


def measure(client: Client, services: Watched, pods: Watched, replicas: int) -> Resized:
    name = f"of-{replicas}"
    until(lambda: runs(services, name, 1) and serving(services, name) == replicas)
    old = rids(services, name)
    begun_s = time.monotonic()
    generation = edit(client, name, {"memory": {"gib": LARGE}})
    served_s = until(lambda: serving(services, name, besides=old) == replicas) - begun_s
    gone = until(lambda: runs(services, name, generation) and not old & rids(services, name))
    bare_s, one_by_one_s = without_controller(client, pods, name, replicas)
    return Resized(
        replicas=replicas,
        served_s=served_s,
        whole_s=gone - begun_s,
        bare_s=bare_s,
        one_by_one_s=one_by_one_s,
    )


def runs(services: Watched, name: str, generation: int) -> bool:
    status = services.get(name).get("status") or {}
    return status.get("phase") == "Running" and status.get("observedGeneration", 0) >= generation


def replicas_of(services: Watched, name: str) -> list[dict[str, Any]]:
    status = services.get(name).get("status") or {}
    return list(status.get("replicas") or ())


def rids(services: Watched, name: str) -> set[str]:
    return {one["rid"] for one in replicas_of(services, name)}


def serving(services: Watched, name: str, besides: set[str] | None = None) -> int:
    others = besides or set()
    return sum(bool(r["serving"]) and r["rid"] not in others for r in replicas_of(services, name))


def without_controller(
    client: Client, pods: Watched, name: str, replicas: int
) -> tuple[float, float]:
    """The same documents under a name that the controller does not look after."""
    groups = [
        renamed(group, "bare") for group in bare_documents(client, name, replicas=replicas * 2)[1:]
    ]
    labels = {SERVICE_LABEL: "bare"}
    first, second = groups[:replicas], groups[replicas:]
    begun_s = time.monotonic()
    apply_all(client, first)
    bare_s = until(lambda: ready_pods(pods, labels) == replicas) - begun_s
    begun_s = time.monotonic()
    for old, new in zip(first, second, strict=True):
        apply_all(client, [new])
        until(lambda: ready_pods(pods, labels) == replicas + 1)
        delete(client, old)
        until(lambda: ready_pods(pods, labels) == replicas)
    one_by_one_s = time.monotonic() - begun_s
    for group in second:
        delete(client, group)
    until(lambda: not pods.select(labels))
    return bare_s, one_by_one_s


def renamed(group: Documents, service: str) -> Documents:
    """Of another service by its labels, and owned by nobody."""
    made = []
    for document in group:
        meta = {n: v for n, v in document["metadata"].items() if n != "ownerReferences"}
        changed = {**document, "metadata": relabelled(meta, service)}
        if document["kind"] == "StatefulSet":
            changed["spec"] = stateful_spec(document["spec"], service)
        made.append(changed)
    return made


def stateful_spec(spec: dict[str, Any], service: str) -> dict[str, Any]:
    selector, template = dict(spec["selector"]), dict(spec["template"])
    matched = dict(selector["matchLabels"])
    if SERVICE_LABEL in matched:
        matched[SERVICE_LABEL] = service
    template["metadata"] = relabelled(template["metadata"], service)
    return {**spec, "selector": {"matchLabels": matched}, "template": template}


def relabelled(meta: dict[str, Any], service: str) -> dict[str, Any]:
    labels = dict(meta["labels"])
    return {**meta, "labels": labels | {SERVICE_LABEL: service}}


def delete(client: Client, group: Documents) -> None:
    kube = KubeClient(client)
    for document in group:
        meta = document["metadata"]
        kube.delete(document["kind"], NAMESPACE, meta["name"])
    rid = group[0]["metadata"]["labels"][REPLICA_LABEL]
    for claim in kube.list("PersistentVolumeClaim", NAMESPACE, {REPLICA_LABEL: rid}):
        kube.delete("PersistentVolumeClaim", NAMESPACE, claim["metadata"]["name"])


def until(true: Callable[[], object], within_s: float = 300) -> float:
    """The moment at which it came true."""
    deadline_s, tick = time.monotonic() + within_s, threading.Event()
    while not true():
        if time.monotonic() > deadline_s:
            raise SystemExit(f"not so within {within_s:g} s")
        tick.wait(0.01)
    return time.monotonic()


def report(found: Resized) -> None:
    ratio = found.served_s / found.bare_s
    print(
        f"{found.replicas:>2} replicas: all new serve after {found.served_s:5.1f} s, bare pods"
        f" ready after {found.bare_s:5.1f} s, ratio {ratio:.2f} (goal {GOAL_RATIO});"
        f" whole {found.whole_s:5.1f} s, one by one {found.one_by_one_s:5.1f} s",
        flush=True,
    )


if __name__ == "__main__":
    main()
