"""One look at a warehouse's Keeper, and the step that its members take next."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from control.controller.cluster import Cluster, WarehouseObservation
from control.controller.reconcile_service import World
from control.scaling.replica_seen import Action, Reason, State, Step
from control.scaling.upgrading import Images
from control.warehouses.keeper_ensemble import Standing, first_members
from control.warehouses.keeper_members import (
    EnsembleSeen,
    MemberSeen,
    MemberStep,
    next_member_step,
)
from control.warehouses.model import Warehouse

LOOK_SOON, LOOK_AGAIN = timedelta(seconds=2), timedelta(seconds=60)


def with_members(warehouse: Warehouse, cluster: Cluster) -> Warehouse:
    """An ensemble that nobody recorded, but that is there, has its members already."""
    if warehouse.recorded.members:
        return warehouse
    pods = cluster.keeper_pods(warehouse)
    standing = Standing.FOUNDING if pods is None else Standing.MEMBER
    count = warehouse.keeper.replicas if pods is None else pods
    return replace(warehouse, recorded=first_members(count, standing))


def images_meanwhile(recorded: Warehouse, upgraded: Images) -> Images:
    """Members come and go first; then all of them are replaced by those of another image."""
    changing = recorded.recorded.founded and not recorded.recorded.settled
    if changing and recorded.images.keeper:
        return replace(upgraded, keeper=recorded.images.keeper)
    return upgraded


def member_step(warehouse: Warehouse, observed: WarehouseObservation, world: World) -> MemberStep:
    seen = EnsembleSeen(
        wanted=warehouse.keeper.replicas,
        ensemble=warehouse.ensemble,
        now=world.clock(),
        members=observed.members,
        rolling=observed.rolling,
    )
    if changes(seen):
        seen = replace(seen, members=asked(observed.members, world))
    return next_member_step(seen)


def changes(seen: EnsembleSeen) -> bool:
    """Members are asked only where something depends on their answers."""
    ensemble = seen.ensemble
    as_wanted = ensemble.settled and len(ensemble.members) == seen.wanted
    return ensemble.founded and (not as_wanted or bool(seen.lost))


def asked(members: Mapping[int, MemberSeen], world: World) -> dict[int, MemberSeen]:
    addresses = {n: member.address for n, member in members.items() if member.address}
    answers = world.ask(world.keepers.of, addresses.values())
    reports = dict(zip(addresses, answers, strict=True))
    return {n: replace(member, report=reports.get(n)) for n, member in members.items()}


def step_from(decided: MemberStep, warehouse: Warehouse) -> Step:
    action = Action.WAIT
    if decided.delete_volume is not None:
        action = Action.DELETE_VOLUME
    elif decided.ensemble != warehouse.ensemble:
        action = Action.RECORD_MEMBERS
    return Step(
        action=action,
        reason=decided.reason,
        state=State.DONE,
        message=decided.message,
        look_again=LOOK_AGAIN if decided.reason is Reason.STEADY else LOOK_SOON,
    )
