"""From the versions that a cluster runs to those that are wanted: steps, in their order.

One minor version at a time, as EKS takes them. Each time: add-ons that would not go with the next
control plane first, then the control plane, then what nodes need to become ready, the nodes
(system before workload: the controller that moves replicas is the first to be on new nodes), and
then the add-ons that run on them. After each step the cluster serves, and the rest can wait.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from components.aws.addon_fit import Misfit, addon_set, minor, misfits
from components.aws.addon_versions import ADDON_VERSIONS, Addon
from components.aws.addons import ADDONS

OLDEST_NODES = 3
"""Minor versions by which a kubelet may be behind the API server; it is never ahead of it."""


class Part(StrEnum):
    ADDON = "add-on"
    CONTROL_PLANE = "control plane"
    NODES = "nodes"


@dataclass(frozen=True, kw_only=True)
class Pool:
    """A pool of nodes and the Kubernetes version that they run."""

    name: str
    version: str
    system: bool


@dataclass(frozen=True, kw_only=True)
class Running:
    """What the cluster runs now."""

    control_plane: str
    pools: tuple[Pool, ...]
    addons: Mapping[Addon, str]


@dataclass(frozen=True, kw_only=True)
class Wanted:
    version: str
    addons: Mapping[Addon, str]
    """Those that are chosen otherwise than in the tested set of this version."""


@dataclass(frozen=True, kw_only=True)
class Step:
    part: Part
    name: str
    before: str
    after: str
    why: str
    version: str
    """Kubernetes version on whose way the step lies: one `up` goes that far."""
    ahead: bool = False
    """It needs an `up` of its own, before the one that changes the version."""


class UpgradeError(Exception):
    """There is no way from here to there; says why, and what would be one."""


def plan(running: Running, wanted: Wanted) -> tuple[Step, ...]:
    """The steps; none where nothing is to be done. Refused before the first of them if any of them
    could not be taken."""
    refuse(running, wanted)
    steps: list[Step] = []
    now = running
    for version in versions_between(running.control_plane, wanted.version):
        for step in steps_to(now, version, wanted):
            steps.append(step)
            now = taken(now, step)
    return tuple(steps)


def refuse(running: Running, wanted: Wanted) -> None:
    if wanted.version not in ADDON_VERSIONS:
        raise UpgradeError(
            f"Kubernetes {wanted.version} has no tested set of add-ons in this release:"
            f" {', '.join(ADDON_VERSIONS)} have."
        )
    if minor(wanted.version) < minor(running.control_plane):
        raise UpgradeError(
            f"The control plane runs {running.control_plane}, and EKS goes back to no"
            f" {wanted.version}: restore a backup into a new deployment instead."
        )
    for pool in running.pools:
        behind = minor(running.control_plane) - minor(pool.version)
        if not 0 <= behind <= OLDEST_NODES:
            raise UpgradeError(
                f"The pool {pool.name} runs {pool.version}, which does not go with a control plane"
                f" of {running.control_plane}: bring it to {running.control_plane} first."
            )
    found = list(misfits(wanted.version, addon_set(wanted.version, wanted.addons)))
    if found:
        raise UpgradeError("\n".join(told(misfit, wanted.version) for misfit in found))


def refuse_skipping(running: Running, wanted: Wanted) -> None:
    """One `up` goes one minor version far."""
    if following := skipped(running.control_plane, wanted.version):
        ahead = minor(wanted.version) - minor(running.control_plane)
        raise UpgradeError(
            f"From {running.control_plane} to {wanted.version} are {ahead} minor versions, and EKS"
            f" skips none: set byoc:cluster.version to {following} and apply it first."
        )


def skipped(current: str, wanted: str) -> str | None:
    """The version to go to first, where `wanted` is further away than the next."""
    return f"1.{minor(current) + 1}" if minor(wanted) - minor(current) > 1 else None


def told(misfit: Misfit, version: str) -> str:
    return (
        f"byoc:cluster.addonVersions.{misfit.addon.value} {misfit.version or 'is missing'} does"
        f" not fit Kubernetes {version}: {misfit.why}. Right would be {misfit.right}."
    )


def versions_between(current: str, wanted: str) -> Iterator[str]:
    """Each minor version on the way; the current one first, for what was left undone."""
    for number in range(minor(current), minor(wanted) + 1):
        version = f"1.{number}"
        if version in ADDON_VERSIONS:
            yield version
        elif number != minor(current):
            raise UpgradeError(f"Kubernetes {version} lies between, and this release has no"
                               " tested set of add-ons for it.")  # fmt: skip


def steps_to(now: Running, version: str, wanted: Wanted) -> Iterator[Step]:
    target = addon_set(version, wanted.addons if version == wanted.version else {})
    ahead: tuple[Step, ...] = ()
    if minor(version) > minor(now.control_plane):
        ahead = tuple(unfit_addons(now, version, target))
        yield from ahead
        yield Step(
            part=Part.CONTROL_PLANE,
            name="EKS",
            before=now.control_plane,
            after=version,
            why="nodes and add-ons may be behind it, and never ahead",
            version=version,
        )
    elif version != wanted.version:
        return  # what is not done yet there is done on the way to the next
    for step in ahead:
        now = taken(now, step)
    early, late = by_need_of_nodes(now, target)
    yield from addon_steps(now, version, early, target, EARLY)
    for pool in sorted(now.pools, key=lambda pool: (not pool.system, pool.name)):
        if minor(pool.version) < minor(version):
            yield Step(
                part=Part.NODES,
                name=pool.name,
                before=pool.version,
                after=version,
                why="a share at a time; replicas move before their nodes go",
                version=version,
            )
    yield from addon_steps(now, version, late, target, LATE)


EARLY = "nodes become ready with it"
LATE = "it runs on the new nodes"


def unfit(now: Running, version: str) -> Iterator[tuple[Addon, Misfit]]:
    """Running add-ons that would not go with the next control plane."""
    seen: set[Addon] = set()
    for misfit in misfits(version, now.addons):
        if misfit.addon in now.addons and misfit.addon not in seen:
            seen.add(misfit.addon)
            yield misfit.addon, misfit


def unfit_addons(now: Running, version: str, target: Mapping[Addon, str]) -> Iterator[Step]:
    for addon, misfit in unfit(now, version):
        after = target[addon]
        if addon is Addon.KUBE_PROXY:  # the next one would be ahead of the API server still
            after = ADDON_VERSIONS.get(now.control_plane, {}).get(addon, "")
        if not after or not goes_with(now.control_plane, addon, after):
            raise UpgradeError(
                f"No version of {addon.value} that is known here goes with both Kubernetes"
                f" {now.control_plane} and {version}: {misfit.why}."
            )
        yield replace(addon_step(now, version, addon, after, misfit.why), ahead=True)


def goes_with(version: str, addon: Addon, release_: str) -> bool:
    known = version if version in ADDON_VERSIONS else min(ADDON_VERSIONS, key=minor)
    return not [m for m in misfits(known, {addon: release_}) if m.addon is addon]


def by_need_of_nodes(now: Running, target: Mapping[Addon, str]) -> tuple[list[Addon], list[Addon]]:
    running = [spec for spec in ADDONS if spec.addon in now.addons and spec.addon in target]
    early = [spec.addon for spec in running if not spec.needs_nodes]
    return early, [spec.addon for spec in running if spec.needs_nodes]


def addon_steps(
    now: Running, version: str, addons: list[Addon], target: Mapping[Addon, str], why: str
) -> Iterator[Step]:
    for addon in addons:
        if now.addons[addon] != target[addon]:
            yield addon_step(now, version, addon, target[addon], why)


def addon_step(now: Running, version: str, addon: Addon, after: str, why: str) -> Step:
    return Step(
        part=Part.ADDON,
        name=addon.value,
        before=now.addons[addon],
        after=after,
        why=why,
        version=version,
    )


def taken(now: Running, step: Step) -> Running:
    """The cluster after a step."""
    match step.part:
        case Part.CONTROL_PLANE:
            return replace(now, control_plane=step.after)
        case Part.NODES:
            moved = (
                replace(pool, version=step.after) if pool.name == step.name else pool
                for pool in now.pools
            )
            return replace(now, pools=tuple(moved))
        case Part.ADDON:
            return replace(now, addons={**now.addons, Addon(step.name): step.after})
