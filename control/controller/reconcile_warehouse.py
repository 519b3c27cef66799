"""One pass over one warehouse: its version, its passwords, its Keeper, its end."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from control.controller.cluster import ClusterError, Key, WarehouseObservation
from control.controller.reconcile_service import NOW, World
from control.controller.warehouse_keys import (
    Keyring,
    encrypted_condition,
    encryption_status,
    ensure_keys,
    look_at_keys,
)
from control.scaling.replica_seen import Action, Reason, State, Step
from control.warehouses.model import Deployment, Service, Warehouse
from control.warehouses.restore import RestorePhase
from control.warehouses.status import Condition, Reported, changed, warehouse_status
from control.warehouses.versions import next_images, upgrade_condition

LOOK_AGAIN = timedelta(seconds=60)
NEVER_READY = (None, "Pending", "Creating")


def reconcile_warehouse(key: Key, world: World) -> timedelta | None:
    found = warehouse_now(key, world)
    if found is None:
        return None
    warehouse, reported = found
    cluster = world.cluster
    try:
        deployment = cluster.deployment()
        upgrade = next_images(deployment, warehouse, world.clock())
        warehouse = replace(warehouse, images=upgrade.images)
        services = [s for s in cluster.services(key.namespace) if s.warehouse == key.name]
        observed = cluster.observe_warehouse(deployment, warehouse)
        keyring = look_at_keys(warehouse, deployment, cluster, world.data_keys)
        step = next_warehouse_step(warehouse, observed, services, keyring)
        current = upgrade_condition(upgrade, deployment, warehouse, world.clock())
        report(warehouse, observed, services, step, current, keyring, reported, world)
        world.journal.step(warehouse, step, None)
        if step.action is Action.ENSURE_KEYS and keyring is not None:
            ensure_keys(keyring, warehouse, deployment, cluster, world.data_keys)
        else:
            take(step, warehouse, deployment, world)
    except ClusterError as error:
        world.journal.failed(warehouse, error)
        raise
    return NOW if step.acts else step.look_again


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
    if observed.keeper_ready <= warehouse.keeper.replicas // 2:
        message = f"{observed.keeper_ready} of {warehouse.keeper.replicas} members are ready"
        return step_of(Action.WAIT, Reason.KEEPER_NOT_READY, message)
    if keyring is not None and keyring.decision.trouble is not None:
        return step_of(Action.WAIT, keyring.reason, keyring.decision.message)
    return step_of(Action.WAIT, Reason.STEADY)


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


def take(step: Step, warehouse: Warehouse, deployment: Deployment, world: World) -> None:
    cluster = world.cluster
    match step.action:
        case Action.ADD_FINALIZER:
            cluster.set_finalizer(warehouse, present=True)
        case Action.MAKE:
            cluster.ensure_credentials(warehouse)
        case Action.ENSURE_OBJECTS:
            cluster.ensure_keeper(deployment, warehouse)
        case Action.DELETE:
            cluster.delete_warehouse_objects(warehouse)
        case Action.DROP_FINALIZER:
            cluster.set_finalizer(warehouse, present=False)


def report(
    warehouse: Warehouse,
    observed: WarehouseObservation,
    services: list[Service],
    step: Step,
    current: Condition,
    keyring: Keyring | None,
    reported: Reported,
    world: World,
) -> None:
    before = reported.status
    status = warehouse_status(
        warehouse=warehouse,
        phase=phase_of(warehouse, step, before.get("phase")),
        keeper_ready=observed.keeper_ready,
        services=len(services),
        conditions=[
            *conditions_of(step, observed, warehouse),
            *encrypted_condition(keyring),
            current,
        ],
        encryption=encryption_status(keyring),
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


def phase_of(warehouse: Warehouse, step: Step, before: str | None) -> str:
    if warehouse.deleting:
        return "Deleting"
    if step.reason is Reason.STEADY:
        return "Ready"
    return "Creating" if before in NEVER_READY else "Degraded"


def conditions_of(
    step: Step, observed: WarehouseObservation, warehouse: Warehouse
) -> list[Condition]:
    stands = observed.keeper_ready > warehouse.keeper.replicas // 2
    members = f"{observed.keeper_ready} of {warehouse.keeper.replicas} members are ready"
    ready = step.reason is Reason.STEADY
    return [
        accepted(step),
        Condition(
            type="KeeperReady",
            holds=stands,
            reason="Majority" if stands else Reason.KEEPER_NOT_READY.value,
            message=members,
        ),
        Condition(
            type="Ready",
            holds=ready,
            reason="Ready" if ready else step.reason.value,
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
