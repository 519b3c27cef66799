"""Which versions of the add-ons go together with which Kubernetes version: checked as one set."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from components.aws.addon_versions import ADDON_VERSIONS, Addon

Version = tuple[int, int, int]

OLDEST_KUBE_PROXY = 3
"""Minor versions by which kube-proxy may be behind the API server; it is never ahead of it.
https://kubernetes.io/releases/version-skew-policy/
"""

EKS_LISTS = "https://docs.aws.amazon.com/eks/latest/userguide/addon-compat.html"
KUBEADM_BRINGS = (
    "https://github.com/kubernetes/kubernetes/blob/v{}.0/cmd/kubeadm/app/constants/constants.go"
)


@dataclass(frozen=True, kw_only=True)
class Fit:
    """The releases of an add-on that go with a cluster of `kubernetes` or later, up to a row of the
    same add-on for a later one: from `oldest` on, and before `below`."""

    addon: Addon
    kubernetes: str
    oldest: Version
    below: Version
    why: str
    page: str = EKS_LISTS
    """Where it stands; what AWS offers for a version is answered by its own API alone."""


FITS = (
    Fit(addon=Addon.VPC_CNI, kubernetes="1.33", oldest=(1, 19, 5), below=(2, 0, 0),
        why="1.19.5 is the oldest that was looked at; its network policies are there since 1.14",
        page="https://docs.aws.amazon.com/eks/latest/userguide/cni-network-policy.html"),
    Fit(addon=Addon.COREDNS, kubernetes="1.33", oldest=(1, 11, 4), below=(1, 14, 0),
        why="Kubernetes 1.33 brings CoreDNS 1.12", page=KUBEADM_BRINGS.format("1.33")),
    Fit(addon=Addon.COREDNS, kubernetes="1.34", oldest=(1, 12, 1), below=(1, 14, 0),
        why="Kubernetes 1.34 brings CoreDNS 1.12", page=KUBEADM_BRINGS.format("1.34")),
    Fit(addon=Addon.COREDNS, kubernetes="1.35", oldest=(1, 12, 4), below=(1, 15, 0),
        why="Kubernetes 1.35 brings CoreDNS 1.13", page=KUBEADM_BRINGS.format("1.35")),
    Fit(addon=Addon.POD_IDENTITY_AGENT, kubernetes="1.33", oldest=(1, 3, 4), below=(2, 0, 0),
        why="roles of pods need 1.3.4 on nodes whose metadata takes one hop"),
    Fit(addon=Addon.EBS_CSI_DRIVER, kubernetes="1.33", oldest=(1, 44, 0), below=(2, 0, 0),
        why="releases before 1.44 came before Kubernetes 1.33"),
    Fit(addon=Addon.METRICS_SERVER, kubernetes="1.33", oldest=(0, 7, 2), below=(0, 9, 0),
        why="0.7 serves Kubernetes 1.27 and later, 0.8 serves 1.31 and later",
        page="https://github.com/kubernetes-sigs/metrics-server#compatibility-matrix"),
    Fit(addon=Addon.CERT_MANAGER, kubernetes="1.33", oldest=(1, 18, 0), below=(1, 21, 0),
        why="1.18 to 1.20 are supported on Kubernetes 1.33",
        page="https://cert-manager.io/docs/releases/"),
    Fit(addon=Addon.CERT_MANAGER, kubernetes="1.34", oldest=(1, 19, 0), below=(1, 21, 0),
        why="1.18 ends with Kubernetes 1.33; 1.19 and 1.20 are supported up to 1.35",
        page="https://cert-manager.io/docs/releases/"),
    Fit(addon=Addon.EXTERNAL_DNS, kubernetes="1.33", oldest=(0, 16, 0), below=(0, 21, 0),
        why="0.16 to 0.20 are those that were looked at; any since 0.10 goes with Kubernetes 1.22",
        page="https://github.com/kubernetes-sigs/external-dns#kubernetes-version-compatibility"),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Together:
    """An add-on that another one needs, and from which release on."""

    addon: Addon
    needs: Addon
    from_release: Version
    why: str


TOGETHER = (
    *(
        Together(addon=addon, needs=Addon.POD_IDENTITY_AGENT, from_release=(1, 3, 4),
                 why="it gets its AWS role from the agent")
        for addon in (Addon.EBS_CSI_DRIVER, Addon.CERT_MANAGER, Addon.EXTERNAL_DNS)
    ),
    Together(addon=Addon.METRICS_SERVER, needs=Addon.COREDNS, from_release=(1, 11, 4),
             why="the API server finds it by name"),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Misfit:
    addon: Addon
    version: str
    why: str
    right: str


def addon_set(kubernetes: str, chosen: Mapping[Addon, str]) -> dict[Addon, str]:
    """The tested set of this Kubernetes version, but for those that are chosen otherwise."""
    return {**ADDON_VERSIONS[kubernetes], **chosen}


def misfits(kubernetes: str, versions: Mapping[Addon, str]) -> Iterator[Misfit]:
    """What does not go with the cluster, or with the rest of the set."""
    for addon, version in versions.items():
        if addon is Addon.KUBE_PROXY:
            yield from _proxy_misfits(kubernetes, version)
            continue
        fit = fit_of(addon, kubernetes)
        if fit and not fit.oldest <= release(version) < fit.below:
            yield Misfit(addon=addon, version=version, why=fit.why, right=_range(fit))
    for pair in TOGETHER:
        needed = versions.get(pair.needs)
        if pair.addon not in versions:
            continue
        if needed is None or release(needed) < pair.from_release:
            yield Misfit(
                addon=pair.needs,
                version=needed or "",
                why=f"{pair.addon.value} needs it: {pair.why}",
                right=f"{written(pair.from_release)} or later",
            )


def fit_of(addon: Addon, kubernetes: str) -> Fit | None:
    """The row of the latest Kubernetes version that is not after this one."""
    rows = [
        row for row in FITS if row.addon is addon and minor(row.kubernetes) <= minor(kubernetes)
    ]
    return max(rows, key=lambda row: minor(row.kubernetes), default=None)


def _proxy_misfits(kubernetes: str, version: str) -> Iterator[Misfit]:
    behind = minor(kubernetes) - release(version)[1]
    if not 0 <= behind <= OLDEST_KUBE_PROXY:
        yield Misfit(
            addon=Addon.KUBE_PROXY,
            version=version,
            why="it is ahead of the API server" if behind < 0 else "it is too far behind",
            right=f"v1.{minor(kubernetes) - OLDEST_KUBE_PROXY} to v{kubernetes}",
        )


def minor(kubernetes: str) -> int:
    return int(kubernetes.split(".")[1])


def release(version: str) -> Version:
    """Of a version such as v1.12.4-eksbuild.1."""
    found = re.match(r"v(\d+)\.(\d+)\.(\d+)", version)
    if found is None:
        raise ValueError(f"{version!r} is no version of an add-on, such as v1.12.4-eksbuild.1")
    first, second, third = map(int, found.groups())
    return first, second, third


def written(version: Version) -> str:
    return "v" + ".".join(map(str, version))


def _range(fit: Fit) -> str:
    return f"{written(fit.oldest)} or later, before {written(fit.below)}"
