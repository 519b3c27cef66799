"""The EKS add-ons of the cluster: a table, and one resource for each row."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pulumi
from pulumi_aws import eks

from components.aws.addon_versions import ADDON_VERSIONS, Addon
from components.aws.tags import Tags
from permissions.names import Scope


@dataclass(frozen=True, kw_only=True)
class AddonSpec:
    addon: Addon
    needs_nodes: bool
    """It becomes active only where its pods run; the others make nodes ready."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    optional: bool = False


ADDONS = (
    AddonSpec(addon=Addon.VPC_CNI, needs_nodes=False, settings={"enableNetworkPolicy": "true"}),
    AddonSpec(addon=Addon.KUBE_PROXY, needs_nodes=False),
    AddonSpec(addon=Addon.POD_IDENTITY_AGENT, needs_nodes=False),
    AddonSpec(addon=Addon.COREDNS, needs_nodes=True),
    AddonSpec(addon=Addon.EBS_CSI_DRIVER, needs_nodes=True),
    AddonSpec(addon=Addon.METRICS_SERVER, needs_nodes=True),
    AddonSpec(addon=Addon.CERT_MANAGER, needs_nodes=True, optional=True),
    AddonSpec(addon=Addon.EXTERNAL_DNS, needs_nodes=True, optional=True),
)


@dataclass(frozen=True, kw_only=True)
class AddonsArgs:
    scope: Scope
    tags: Tags
    cluster_name: pulumi.Input[str]
    version: str
    needs_nodes: bool
    chosen: frozenset[Addon] = frozenset()
    """Which of the optional ones."""
    versions: Mapping[Addon, str] = field(default_factory=dict)
    """Versions other than those of the tested set."""
    settings: Mapping[Addon, Mapping[str, Any]] = field(default_factory=dict)
    after: tuple[pulumi.Resource, ...] = ()


class Addons(pulumi.ComponentResource):
    """The add-ons that come before the nodes, or those that come after them."""

    def __init__(
        self, name: str, args: AddonsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("byoc:aws:Addons", name, None, opts)
        tested = ADDON_VERSIONS[args.version]
        for spec in ADDONS:
            if spec.needs_nodes is not args.needs_nodes:
                continue
            if spec.optional and spec.addon not in args.chosen:
                continue
            settings = {**spec.settings, **args.settings.get(spec.addon, {})}
            eks.Addon(
                f"{name}-{spec.addon.value}",
                cluster_name=args.cluster_name,
                addon_name=spec.addon.value,
                addon_version=args.versions.get(spec.addon, tested[spec.addon]),
                configuration_values=json.dumps(settings) if settings else None,
                resolve_conflicts_on_create="OVERWRITE",
                resolve_conflicts_on_update="OVERWRITE",
                tags=args.tags.named(f"{args.scope.name}-{spec.addon.value}"),
                opts=pulumi.ResourceOptions(parent=self, depends_on=list(args.after)),
            )
        self.register_outputs({})
