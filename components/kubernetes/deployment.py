"""What every layer in the cluster knows about the deployment it belongs to."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field

from components.errors import ConfigError
from components.kubernetes.names import Feature, ImageName


@dataclass(frozen=True, kw_only=True)
class Addresses:
    """Networks that network policies name, because they are not pods."""

    vpc_cidrs: tuple[str, ...]
    """The deployment's VPC: nodes, and the API server's network interfaces."""
    service_cidr: str
    """Service addresses of the cluster; the API server answers at the first of them."""
    api_server_port: int = 443

    def __post_init__(self) -> None:
        for cidr in self.vpc_cidrs:
            require_cidr("vpc_cidrs", cidr)
        require_cidr("service_cidr", self.service_cidr)


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """One BYOC infrastructure, as the objects inside its cluster know it."""

    name: str
    cloud: str
    region: str
    account: str
    addresses: Addresses
    features: frozenset[Feature] = frozenset({Feature.MONITORING})
    """Parts that the stack has, so that each layer lets the others in."""
    images: Mapping[str, str] = field(default_factory=dict)
    """Other references for the images of `images.py`, by name: a mirror, or another version."""

    def __post_init__(self) -> None:
        for name in self.images:
            if name not in set(ImageName):
                known = ", ".join(ImageName)
                raise ConfigError("images", f"{name!r} is no image of ours; known are {known}")


def require_cidr(field_name: str, cidr: str) -> None:
    try:
        ipaddress.ip_network(cidr)
    except ValueError as error:
        raise ConfigError(field_name, f"{cidr!r} is not a network: {error}") from error
