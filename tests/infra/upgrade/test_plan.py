"""The way to another Kubernetes version: each step leaves a working cluster."""

import itertools
from dataclasses import replace

import pytest

from components.aws.addon_fit import addon_set, minor, misfits
from components.aws.addon_versions import ADDON_VERSIONS, Addon
from infra.upgrade.command import ups
from infra.upgrade.plan import (
    Part,
    Pool,
    Running,
    Step,
    UpgradeError,
    Wanted,
    plan,
    refuse_skipping,
    taken,
)

OPTIONAL = {Addon.CERT_MANAGER, Addon.EXTERNAL_DNS}


def running(version: str, **addons: str) -> Running:
    own = {Addon(name.replace("_", "-")): v for name, v in addons.items()}
    return Running(
        control_plane=version,
        pools=(
            Pool(name="arm", version=version, system=False),
            Pool(name="system", version=version, system=True),
        ),
        addons=addon_set(version, own),
    )


def to(version: str, **addons: str) -> Wanted:
    own = {Addon(name.replace("_", "-")): v for name, v in addons.items()}
    return Wanted(version=version, addons=own)


def names(steps: tuple[Step, ...]) -> list[str]:
    return [step.name for step in steps]


def test_nothing_is_to_be_done_where_all_is_as_wanted() -> None:
    assert plan(running("1.34"), to("1.34")) == ()


def test_the_control_plane_goes_first_then_what_nodes_need_then_nodes_then_the_rest() -> None:
    steps = plan(running("1.34"), to("1.35"))
    assert names(steps) == [
        "EKS", "vpc-cni", "kube-proxy", "system", "arm", "coredns", "aws-ebs-csi-driver",
        "metrics-server",
    ]  # fmt: skip
    assert {step.version for step in steps} == {"1.35"}
    assert ups(steps) == [['byoc:cluster.version: "1.35"']]


def test_two_minor_versions_are_two_ups_and_the_nodes_follow_each() -> None:
    steps = plan(running("1.33"), to("1.35"))
    planes = [step.after for step in steps if step.part is Part.CONTROL_PLANE]
    assert planes == ["1.34", "1.35"]
    assert [len(up) for up in ups(steps)] == [1, 1]
    with pytest.raises(UpgradeError, match=r"skips none.*1\.34"):
        refuse_skipping(running("1.33"), to("1.35"))
    refuse_skipping(running("1.34"), to("1.35"))


def test_an_addon_that_the_next_control_plane_would_not_take_goes_before_it() -> None:
    old = running("1.33", cert_manager="v1.18.2-eksbuild.1")
    steps = plan(old, to("1.34"))
    assert names(steps)[:2] == ["cert-manager", "EKS"]
    assert names(steps).count("cert-manager") == 1
    assert ups(steps)[0] == ["byoc:cluster.addonVersions.cert-manager: v1.19.2-eksbuild.1"]


def test_kube_proxy_is_never_ahead_of_the_api_server_on_the_way() -> None:
    old = running("1.34", kube_proxy="v1.31.0-eksbuild.1")
    steps = plan(old, to("1.35"))
    assert (steps[0].name, steps[0].after) == (
        "kube-proxy",
        ADDON_VERSIONS["1.34"][Addon.KUBE_PROXY],
    )
    assert names(steps).count("kube-proxy") == 2


def test_what_was_chosen_otherwise_is_kept_to() -> None:
    steps = plan(running("1.34"), to("1.35", coredns="v1.13.1-eksbuild.1"))
    (coredns,) = [step for step in steps if step.name == "coredns"]
    assert coredns.after == "v1.13.1-eksbuild.1"


def test_nodes_that_were_left_behind_are_brought_along() -> None:
    behind = running("1.34")
    behind = replace(behind, pools=(Pool(name="arm", version="1.33", system=False),))
    (step,) = plan(behind, to("1.34"))
    assert (step.part, step.before, step.after) == (Part.NODES, "1.33", "1.34")


REFUSED = {
    "back": (running("1.35"), to("1.34"), "goes back to no 1.34"),
    "nowhere": (running("1.35"), to("1.36"), "no tested set"),
    "add-ons that do not fit": (
        running("1.34"), to("1.35", coredns="v1.11.4-eksbuild.1"), "addonVersions.coredns",
    ),
    "kube-proxy that would be ahead": (
        running("1.33"), to("1.34", kube_proxy="v1.35.0-eksbuild.1"), "ahead of the API server",
    ),
    "nodes too far behind": (
        replace(running("1.35"), pools=(Pool(name="old", version="1.31", system=True),)),
        to("1.35"), "The pool old runs 1.31",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("now", "wanted", "why"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_done_is_refused_before_the_first_step(
    now: Running, wanted: Wanted, why: str
) -> None:
    with pytest.raises(UpgradeError, match=why):
        plan(now, wanted)


WAYS = [
    (before, after)
    for before, after in itertools.product(ADDON_VERSIONS, ADDON_VERSIONS)
    if minor(before) <= minor(after)
]


@pytest.mark.parametrize("without", [frozenset(), frozenset(OPTIONAL)], ids=["all", "few"])
@pytest.mark.parametrize(("before", "after"), WAYS)
def test_every_step_of_every_way_leaves_what_goes_together(
    before: str, after: str, without: frozenset[Addon]
) -> None:
    start = running(before)
    now = replace(start, addons={a: v for a, v in start.addons.items() if a not in without})
    for step in plan(now, to(after)):
        now = taken(now, step)
        assert list(misfits(now.control_plane, now.addons)) == []
        assert all(0 <= minor(now.control_plane) - minor(p.version) <= 1 for p in now.pools)
    wanted = {a: v for a, v in ADDON_VERSIONS[after].items() if a not in without}
    assert (now.control_plane, now.addons) == (after, wanted)
    assert {pool.version for pool in now.pools} == {after}


def test_what_is_left_of_a_way_is_the_way_from_there() -> None:
    now = running("1.33")
    steps = plan(now, to("1.35"))
    for index, step in enumerate(steps):
        now = taken(now, step)
        rest = plan(now, to("1.35"))
        assert rest[-1:] == steps[-1:] if index < len(steps) - 1 else rest == ()
