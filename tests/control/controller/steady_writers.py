"""People who insert through every connection that they were ever given, and fetch between peers."""

import itertools
from dataclasses import dataclass, field

from control.warehouses.names import REPLICA_LABEL, SERVICE_LABEL, SERVING_LABEL
from tests.control.controller.stage import Stage


@dataclass
class SteadyWriters:
    """After each pass replicas fetch from each other, then each connection inserts one part more.

    So the newest part is always on one replica only. A connection outlives the label that it came
    by: it ends with its pod.
    """

    service: str
    connected: set[str] = field(default_factory=set)
    inserted: set[str] = field(default_factory=set)
    serving: list[int] = field(default_factory=list)
    sets: list[int] = field(default_factory=list)
    numbers: itertools.count = field(default_factory=itertools.count)

    def __call__(self, stage: Stage) -> None:
        alive = self.alive(stage)
        if stage.databases.down or stage.databases.keeper_lost:
            alive = {}
        self.replicate(stage, set(alive))
        for rid, uid in alive.items():
            if uid in self.connected:
                part = f"all_{next(self.numbers)}_0"
                stage.databases.parts.setdefault(rid, set()).add(part)
                self.inserted.add(part)
        self.serving.append(len(stage.serving(self.service)))
        self.sets.append(len(stage.sets(self.service)))

    def alive(self, stage: Stage) -> dict[str, str]:
        """The pods that answer, by replica; clients connect to those that serve."""
        found = {}
        for pod in stage.kube.list("Pod", "clickhouse", {SERVICE_LABEL: self.service}):
            meta = pod["metadata"]
            if "podIP" not in pod["status"] or "deletionTimestamp" in meta:
                continue
            if meta["labels"].get(SERVING_LABEL) == "true":
                self.connected.add(meta["uid"])
            found[meta["labels"][REPLICA_LABEL]] = meta["uid"]
        return found

    def replicate(self, stage: Stage, alive: set[str]) -> None:
        databases = stage.databases
        joined = sorted(alive & set(databases.joined))
        everything = set().union(*(databases.parts.get(rid, set()) for rid in joined))
        for rid in joined:
            databases.parts.setdefault(rid, set()).update(everything)
