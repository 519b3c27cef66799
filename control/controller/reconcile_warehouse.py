"""One pass over one warehouse: its version, its passwords, its Keeper, its end."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from control.controller.cluster import ClusterError, Key, WarehouseObservation
from control.controller.keeper_change import (
    LOOK_AGAIN,
    images_meanwhile,
    member_step,
    step_from,
    with_members,
)
from control.controller.reconcile_service import NOW, World
from control.controller.warehouse_keys import (
    Keyring,
    encrypted_condition,
    encryption_status,
    ensure_keys,
    look_at_keys,
)
from control.scaling.replica_seen import Action, Reason, State, Step
from control.warehouses.keeper_members import MemberStep
from control.warehouses.model import Deployment, Service, Warehouse
from control.warehouses.restore import RestorePhase
from control.warehouses.status import Condition, Reported, changed, warehouse_status
from control.warehouses.versions import next_images, upgrade_condition

NEVER_READY = (None, "Pending", "Creating")
SERVING = ("Ready", "Scaling")
NOT_READY = Reason.KEEPER_NOT_READY
CAREFUL = frozenset({Action.RECORD_MEMBERS, Action.DELETE_VOLUME})
"""Decided on what is, never on what was last heard of."""


def reconcile_warehouse(key: Key, world: World) -> timedelta | None:
    found = warehouse_now(key, world)
    if found is None:
        return None
    warehouse, reported = found
    try:
        view = look(warehouse, world)
        if view.step.action in CAREFUL and world.cluster.freshen_warehouse(warehouse):
            found = world.cluster.warehouse(key)
            if found is None:
                return None
            warehouse, reported = found
            view = look(warehouse, world)
        report(view, reported, world)
        world.journal.step(warehouse, view.step, None)
        take(view, world)
    except ClusterError as error:
        world.journal.failed(warehouse, error)
        raise
    return NOW if view.step.acts else view.step.look_again


@dataclass(frozen=True, kw_only=True)
class View:
    """What one pass sees of a warehouse, and what follows from it."""

    warehouse: Warehouse
    deployment: Deployment
    observed: WarehouseObservation
    services: list[Service]
    current: Condition
    members: MemberStep
    keyring: Keyring | None
    step: Step

    @property
    def recorded(self) -> Warehouse:
        """With the members as they are to be recorded."""
        if self.step.action is Action.RECORD_MEMBERS:
            return replace(self.warehouse, recorded=self.members.ensemble)
        return self.warehouse

    @property
    def ready(self) -> list[int]:
        return [number for number, member in self.observed.members.items() if member.ready]


def look(recorded: Warehouse, world: World) -> View:
    cluster, now = world.cluster, world.clock()
    deployment = cluster.deployment()
    upgrade = next_images(deployment, recorded, now)
    images = images_meanwhile(recorded, upgrade.images)
    warehouse = with_members(replace(recorded, images=images), cluster)
    everyone = cluster.services(recorded.namespace)
    services = [s for s in everyone if s.warehouse == recorded.name]
    observed = cluster.observe_warehouse(deployment, warehouse)
    members = member_step(warehouse, observed, world)
    keyring = look_at_keys(warehouse, deployment, cluster, world.data_keys)
    return View(
        warehouse=warehouse,
        deployment=deployment,
        observed=observed,
        services=services,
        current=upgrade_condition(upgrade, deployment, warehouse, now),
        members=members,
        keyring=keyring,
        step=next_warehouse_step(warehouse, observed, members, services, keyring),
    )


def warehouse_now(key: Key, world: World) -> tuple[Warehouse, Reported] | None:
    """Nothing is taken away on what was last heard of."""
    found = world.cluster.warehouse(key)
    if found is None or not found[0].deleting:
        return found
    world.cluster.freshen_warehouse(found[0])
    return world.cluster.warehouse(key)


def next_warehouse_step(
    warehouse: Warehouse,
    observed: WarehouseObservation,
    members: MemberStep,
    services: list[Service],
    keyring: Keyring | None,
) -> Step:
    if warehouse.deleting:
        return deletion(warehouse, observed, services)
    if not warehouse.finalizing:
        return step_of(Action.ADD_FINALIZER, Reason.NOT_GUARDED)
    if keyring is not None and (keyring.refused or keyring.action is not Action.WAIT):
        return step_of(keyring.action, keyring.reason, keyring.decision.message)
    if not observed.has_credentials:
        return step_of(Action.MAKE, Reason.WAREHOUSE_NOT_READY, "passwords of the warehouse")
    if observed.objects_differ:
        return step_of(Action.ENSURE_OBJECTS, Reason.OBJECTS_DIFFER)
    step = step_from(members, warehouse)
    if not step.acts and not stands(warehouse, observed):
        message = f"{told_ready(warehouse, observed)}; {step.message}".removesuffix("; ")
        reason = Reason.MEMBER_LOST if step.reason is Reason.MEMBER_LOST else NOT_READY
        return replace(step, reason=reason, message=message)
    troubled = keyring is not None and keyring.decision.trouble is not None
    if step.reason is Reason.STEADY and keyring is not None and troubled:
        return step_of(Action.WAIT, keyring.reason, keyring.decision.message)
    return step


def stands(warehouse: Warehouse, observed: WarehouseObservation) -> bool:
    counted = warehouse.ensemble.counted
    return 2 * ready_among(counted, observed) > len(counted)


def told_ready(warehouse: Warehouse, observed: WarehouseObservation) -> str:
    counted = warehouse.ensemble.counted
    return f"{ready_among(counted, observed)} of {len(counted)} members are ready"


def ready_among(numbers: Collection[int], observed: WarehouseObservation) -> int:
    return sum(observed.members[n].ready for n in numbers if n in observed.members)


def deletion(warehouse: Warehouse, observed: WarehouseObservation, services: list[Service]) -> Step:
    if not warehouse.finalizing:
        return step_of(Action.WAIT, Reason.ALL_GONE)
    if services:
        names = ", ".join(sorted(service.name for service in services))
        return step_of(Action.WAIT, Reason.SERVICES_EXIST, f"delete its services first: {names}")
    if observed.objects_left:
        return step_of(Action.DELETE, Reason.DELETE_WANTED)
    if observed.pods_left:
        return step_of(Action.WAIT, Reason.POD_ENDING)
    return step_of(Action.DROP_FINALIZER, Reason.ALL_GONE)


def step_of(action: Action, reason: Reason, message: str = "") -> Step:
    return Step(
        action=action, reason=reason, state=State.DONE, message=message, look_again=LOOK_AGAIN
    )


def take(view: View, world: World) -> None:
    cluster, warehouse = world.cluster, view.warehouse
    match view.step.action:
        case Action.ADD_FINALIZER:
            cluster.set_finalizer(warehouse, present=True)
        case Action.MAKE:
            cluster.ensure_credentials(warehouse)
        case Action.ENSURE_OBJECTS:
            cluster.ensure_keeper(view.deployment, warehouse)
        case Action.ENSURE_KEYS if view.keyring is not None:
            ensure_keys(view.keyring, warehouse, view.deployment, cluster, world.data_keys)
        case Action.DELETE_VOLUME if view.members.delete_volume is not None:
            cluster.delete_keeper_volume(warehouse, view.members.delete_volume)
        case Action.DELETE:
            cluster.delete_warehouse_objects(warehouse)
        case Action.DROP_FINALIZER:
            cluster.set_finalizer(warehouse, present=False)


def report(view: View, reported: Reported, world: World) -> None:
    """What the members become is recorded here, before anything is made of it."""
    before, warehouse, current = reported.status, view.recorded, view.current
    phase = phase_of(view, before.get("phase"))
    status = warehouse_status(
        warehouse=warehouse,
        phase=phase,
        keeper_ready=view.ready,
        keeper_founded=is_founded(view, reported),
        services=len(view.services),
        conditions=[
            *conditions_of(view, phase),
            *encrypted_condition(view.keyring),
            current,
        ],
        encryption=encryption_status(view.keyring),
        before=before,
        now=world.clock(),
    )
    own = {name: before.get(name) for name in status}
    if changed(own, status):
        world.cluster.report(warehouse, status)
    if turned(before, current):
        world.journal.announce(
            warehouse, current.reason, current.message or warehouse.images.server, warning=False
        )


def turned(before: Mapping[str, Any], current: Condition) -> bool:
    """Whether an upgrade begins to wait, or has waited and begins."""
    told = {c["type"]: c["status"] == "True" for c in before.get("conditions") or ()}
    return told.get(current.type, True) is not current.holds


def phase_of(view: View, before: str | None) -> str:
    warehouse, reason = view.warehouse, view.step.reason
    if warehouse.deleting:
        return "Deleting"
    if reason is Reason.STEADY:
        return "Ready"
    if stands(warehouse, view.observed) and reason is not Reason.MEMBER_LOST:
        if is_resized(view):
            return "Scaling"
        if before in SERVING and reason is Reason.OBJECTS_DIFFER:
            return before
    return "Creating" if before in NEVER_READY else "Degraded"


def is_founded(view: View, reported: Reported) -> bool:
    """From when on services may rely on it: no member is allowed to begin anew any more."""
    told_before = bool((reported.status.get("keeper") or {}).get("founded"))
    written = view.warehouse.ensemble.founded and not view.observed.objects_differ
    return told_before or written


def is_resized(view: View) -> bool:
    ensemble = view.warehouse.ensemble
    as_wanted = ensemble.settled and len(ensemble.members) == view.warehouse.keeper.replicas
    return ensemble.founded and not as_wanted


def conditions_of(view: View, phase: str) -> list[Condition]:
    step, observed, warehouse = view.step, view.observed, view.warehouse
    majority = stands(warehouse, observed)
    ready = phase in SERVING
    resized = is_resized(view)
    return [
        accepted(step),
        Condition(
            type="KeeperReady",
            holds=majority,
            reason="Majority" if majority else NOT_READY.value,
            message=told_ready(warehouse, observed),
        ),
        Condition(
            type="KeeperSized",
            holds=not resized,
            reason=step.reason.value if resized else "AsWanted",
            message=step.message if resized else "",
        ),
        Condition(
            type="Ready",
            holds=ready,
            reason=phase if ready else step.reason.value,
            message=step.message,
        ),
        *restored(warehouse),
    ]


def accepted(step: Step) -> Condition:
    if step.reason is Reason.NO_TDE_KEY:
        return Condition(
            type="Accepted", holds=False, reason=step.reason.value, message=step.message
        )
    return Condition(type="Accepted", holds=True, reason="Accepted")


def restored(warehouse: Warehouse) -> list[Condition]:
    restore = warehouse.restore
    if warehouse.restore_from is None or restore is None:
        return []
    whole = restore.phase is RestorePhase.DONE and not restore.differing
    return [
        Condition(
            type="Restored", holds=whole, reason=restore.reason.value, message=restore.message
        )
    ]
