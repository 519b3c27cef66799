"""Arguments of the Tailscale layer."""

import re
from dataclasses import dataclass

import pulumi

from components.errors import ConfigError
from components.kubernetes.deployment import Deployment, require_cidr


@dataclass(frozen=True, kw_only=True)
class SubnetRouterArgs:
    deployment: Deployment
    routes: tuple[str, ...]
    """Networks that the tailnet may reach through the router: the service CIDR, the VPC."""
    auth_key: pulumi.Input[str] | None = None
    """A secret: an ephemeral, tagged auth key, or an OAuth client's secret."""
    existing_secret: str | None = None
    """Secret in byoc-tailscale with the key authkey, instead of `auth_key`."""
    tags: tuple[str, ...] = ("tag:clickhouse-byoc",)
    hostname: str | None = None
    """Name in the tailnet; <deployment>-router when absent."""
    await_workloads: bool = True
    after: tuple[pulumi.Resource, ...] = ()
    """What must exist first: `Platform.foundation`."""

    def __post_init__(self) -> None:
        if (self.auth_key is None) == (self.existing_secret is None):
            raise ConfigError("auth_key", "set exactly one of auth_key and existing_secret")
        if not self.routes:
            raise ConfigError("routes", "is empty; list the networks the tailnet may reach")
        for cidr in self.routes:
            require_cidr("routes", cidr)
        for tag in self.tags:
            if not re.fullmatch(r"tag:[a-zA-Z][a-zA-Z0-9-]*", tag):
                raise ConfigError("tags", f"{tag!r} is not a tag such as tag:clickhouse-byoc")
        if not self.tags:
            raise ConfigError("tags", "is empty; the router must be tagged, not a person's")
