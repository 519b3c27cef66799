"""The Kubernetes cluster and its nodes."""

import difflib
import re
from collections.abc import Iterator
from enum import StrEnum
from ipaddress import IPv4Network
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Field

from components.aws.addon_fit import addon_set, misfits
from components.aws.addon_versions import Addon
from infra.config.network import private_network
from infra.config.node_autoscaler import ChosenAutoscaler, NodeAutoscaler
from infra.config.node_pools import DEFAULT_POOLS, NodePoolConfig
from infra.config.section import Cidr, Finding, RoleArn, Section, wrong

if TYPE_CHECKING:
    from infra.config.stack import StackConfig

ANYWHERE = IPv4Network("0.0.0.0/0")


class KubernetesVersion(StrEnum):
    V1_33 = "1.33"
    V1_34 = "1.34"
    V1_35 = "1.35"


ADDON_VERSION = re.compile(r"v\d+\.\d+\.\d+-eksbuild\.\d+")


def _not_anywhere(network: IPv4Network) -> IPv4Network:
    if network == ANYWHERE:
        raise wrong("opens the API server to everybody", "the networks that may connect")
    return network


def _service_network(network: IPv4Network) -> IPv4Network:
    if not 12 <= network.prefixlen <= 24:
        raise wrong(f"is a /{network.prefixlen}", "a /12 to /24, such as 172.20.0.0/16")
    return network


ServiceCidr = Annotated[Cidr, AfterValidator(private_network), AfterValidator(_service_network)]
ListedCidr = Annotated[Cidr, AfterValidator(_not_anywhere)]


class ClusterConfig(Section):
    version: KubernetesVersion = Field(
        KubernetesVersion.V1_34, description="Kubernetes version of control plane and nodes"
    )
    api_allowed_cidrs: tuple[ListedCidr, ...] = Field(
        (),
        description="Networks outside the VPC that may reach the API server;"
        " none listed: it has no public address",
    )
    service_cidr: ServiceCidr = Field(
        IPv4Network("172.20.0.0/16"), description="Addresses of Kubernetes Services"
    )
    admin_role_arns: tuple[RoleArn, ...] = Field(
        (), description="IAM roles with full rights in the cluster, beside the one that made it"
    )
    autoscaling: ChosenAutoscaler = Field(
        NodeAutoscaler.NONE,
        description="Who decides on the number of nodes between minNodes and maxNodes: nobody, or"
        " the cluster autoscaler, which the deployment then runs; desiredNodes counts at creation"
        " only",
    )
    addon_versions: dict[str, str] = Field(
        {}, description="Versions of EKS add-ons that differ from the tested set, by add-on"
    )
    node_pools: tuple[NodePoolConfig, ...] = Field(
        DEFAULT_POOLS, description="Node pools: at least one for system and one for workload"
    )

    @property
    def own_addon_versions(self) -> dict[Addon, str]:
        return {Addon(name): version for name, version in self.addon_versions.items()}


def check_addons(config: "StackConfig") -> Iterator[Finding]:
    """Each name and version by itself, then all of them as the one set that they are."""
    known = [addon.value for addon in Addon]
    right: dict[Addon, str] = {}
    for name, version in config.cluster.addon_versions.items():
        path = ("cluster", "addonVersions", name)
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            listed = f"{near[0]}?" if near else f"one of {', '.join(known)}"
            yield Finding(path, "is the version of an add-on that is not installed", listed)
        elif not ADDON_VERSION.fullmatch(version):
            yield Finding(path, "is no version of an add-on", "such as v1.12.4-eksbuild.1")
        else:
            right[Addon(name)] = version
    kubernetes = config.cluster.version.value
    for misfit in misfits(kubernetes, addon_set(kubernetes, right)):
        yield Finding(
            ("cluster", "addonVersions", misfit.addon.value),
            f"does not fit Kubernetes {kubernetes}: {misfit.why}",
            misfit.right,
            also=(("cluster", "version"),),
        )
