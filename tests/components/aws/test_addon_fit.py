"""Add-ons as one set: which go with a Kubernetes version, and with each other."""

import pytest

from components.aws.addon_fit import addon_set, fit_of, misfits, release
from components.aws.addon_versions import ADDON_VERSIONS, Addon


@pytest.mark.parametrize("kubernetes", ADDON_VERSIONS)
def test_every_tested_set_fits(kubernetes: str) -> None:
    assert list(misfits(kubernetes, ADDON_VERSIONS[kubernetes])) == []


@pytest.mark.parametrize("kubernetes", ADDON_VERSIONS)
@pytest.mark.parametrize("addon", [addon for addon in Addon if addon is not Addon.KUBE_PROXY])
def test_every_addon_has_a_range_that_holds_its_tested_version(
    addon: Addon, kubernetes: str
) -> None:
    fit = fit_of(addon, kubernetes)
    assert fit is not None
    assert fit.oldest <= release(ADDON_VERSIONS[kubernetes][addon]) < fit.below
    assert fit.why
    assert fit.page.startswith("https://")


CASES: dict[str, tuple[str, Addon, str, str | None]] = {
    "the oldest that fits": ("1.34", Addon.COREDNS, "v1.12.1-eksbuild.1", None),
    "one before the oldest": ("1.34", Addon.COREDNS, "v1.12.0-eksbuild.9", "v1.12.1 or later"),
    "fit an earlier cluster": ("1.33", Addon.COREDNS, "v1.11.4-eksbuild.1", None),
    "the first that was not looked at": ("1.34", Addon.COREDNS, "v1.14.0-eksbuild.1", "v1.14.0"),
    "kube-proxy of the cluster": ("1.34", Addon.KUBE_PROXY, "v1.34.0-eksbuild.1", None),
    "kube-proxy three behind": ("1.34", Addon.KUBE_PROXY, "v1.31.0-eksbuild.1", None),
    "kube-proxy four behind": ("1.34", Addon.KUBE_PROXY, "v1.30.9-eksbuild.1", "v1.31 to v1.34"),
    "kube-proxy ahead": ("1.34", Addon.KUBE_PROXY, "v1.35.0-eksbuild.1", "v1.31 to v1.34"),
    "certificates of the last release that is supported": (
        "1.35", Addon.CERT_MANAGER, "v1.20.1-eksbuild.1", None,
    ),
    "certificates of a release that nobody looked at": (
        "1.35", Addon.CERT_MANAGER, "v1.21.0-eksbuild.1", "before v1.21.0",
    ),
    "certificates of an earlier release": (
        "1.34", Addon.CERT_MANAGER, "v1.18.2-eksbuild.1", "v1.19.0 or later",
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("kubernetes", "addon", "version", "right"), CASES.values(), ids=CASES.keys()
)
def test_an_addon_fits_or_is_told_what_would(
    kubernetes: str, addon: Addon, version: str, right: str | None
) -> None:
    found = list(misfits(kubernetes, addon_set(kubernetes, {addon: version})))
    assert [(misfit.addon, misfit.version) for misfit in found] == (
        [(addon, version)] if right else []
    )
    assert all(right in misfit.right for misfit in found if right)


def test_what_gets_its_role_from_the_agent_does_not_go_without_it() -> None:
    versions = dict(ADDON_VERSIONS["1.34"])
    del versions[Addon.POD_IDENTITY_AGENT]
    found = list(misfits("1.34", versions))
    assert {misfit.addon for misfit in found} == {Addon.POD_IDENTITY_AGENT}
    assert len(found) == 3
