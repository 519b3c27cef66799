"""One service as sizing sees it: read from its object, and from nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from control.controller.activity import in_flight
from control.controller.cluster import Key
from control.scaling.replica_seen import State
from control.scaling.steering import Memory, Present
from control.scaling.vertical import Failure, Mode
from control.warehouses.model import UNIT_GIB, Service
from control.warehouses.objects import service_from
from control.warehouses.phases import Phase
from control.warehouses.scaling_memory import Mark, mark_from, memory_from
from control.warehouses.scaling_wishes import Wishes, wishes_from
from control.warehouses.status import Reported, reported_from

RUNNING = (Phase.RUNNING, Phase.SCALING, Phase.DEGRADED)


@dataclass(frozen=True, kw_only=True)
class Subject:
    document: Mapping[str, Any]
    service: Service
    reported: Reported
    wishes: Wishes
    memory: Memory
    mark: Mark

    @property
    def key(self) -> Key:
        return Key(self.service.namespace, self.service.name)

    @property
    def concerns_us(self) -> bool:
        """Whether anything is asked for, or the wanted size has to follow its bounds."""
        asked = self.wishes.mode is not Mode.OFF or bool(self.wishes.entries)
        return not self.service.deleting and (asked or self.out_of_bounds)

    @property
    def needs_metrics(self) -> bool:
        return not self.service.deleting and self.wishes.mode is not Mode.OFF

    @property
    def out_of_bounds(self) -> bool:
        gib = self.document["spec"]["memory"].get("gib")
        return gib is not None and gib // UNIT_GIB != self.service.size.units

    @property
    def is_running(self) -> bool:
        return self.reported.phase in RUNNING

    @property
    def operation_in_flight(self) -> bool:
        """Also when one is wanted and has not begun."""
        op = self.reported.op
        if in_flight(op):
            return True
        failed = op is not None and op.state is State.FAILED
        return self.actual_units != self.service.size.units and not failed

    @property
    def failure(self) -> Failure | None:
        op = self.reported.op
        if op is None or op.state is not State.FAILED:
            return None
        return Failure(
            units=self.service.size.units,
            times=max(op.failures, 1),
            at=op.finished or op.since,
        )

    @property
    def changed_at(self) -> datetime | None:
        """When the last change of its replicas was there: before it they shared the load otherwise.

        None while one is under way.
        """
        op = self.reported.op
        return op.finished if op is not None else None

    @property
    def actual_units(self) -> int:
        """Of the replicas that serve, the largest; what is wanted while none does."""
        serving = [each for each in self.replicas if each.get("serving")]
        sizes = [int(each["size"].partition("u")[0]) for each in serving if each.get("size")]
        return max(sizes, default=self.service.size.units)

    @property
    def joining(self) -> frozenset[str]:
        """Replicas that serve nobody yet and never did: what they use is no load."""
        return frozenset(
            each["rid"]
            for each in self.replicas
            if not each.get("serving") and each.get("phase") not in ("Draining", "Removing")
        )

    @property
    def replicas(self) -> list[Mapping[str, Any]]:
        return list(self.reported.status.get("replicas") or ())

    @property
    def present(self) -> Present:
        service = self.service
        by_metrics = self.wishes.mode is Mode.APPLY and self.wishes.horizontal is None
        return Present(
            units=service.size.units,
            replicas=service.replicas,
            min_units=service.smallest.units,
            max_units=service.largest.units,
            our_units=self.mark.units,
            our_replicas=self.mark.replicas,
            our_rule=self.mark.rule,
            our_change_at=self.mark.at,
            operation_in_flight=self.operation_in_flight,
            entries=self.wishes.entries,
            schedule=self.wishes.schedule,
            metrics_decide_size=by_metrics,
        )


def subject_from(document: Mapping[str, Any], most: Mode) -> Subject:
    status = document.get("status") or {}
    return Subject(
        document=document,
        service=service_from(document),
        reported=reported_from(status),
        wishes=wishes_from(document["spec"], most),
        memory=memory_from(status),
        mark=mark_from(document["metadata"].get("annotations") or {}),
    )
