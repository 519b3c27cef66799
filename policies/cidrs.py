"""Address ranges."""

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_network

Network = IPv4Network | IPv6Network


def overlap(first: str, second: str) -> bool:
    """Ranges of different versions never do."""
    return ip_network(first, strict=False).overlaps(ip_network(second, strict=False))


def inside(inner: str, outer: str) -> bool:
    one, other = ip_network(inner, strict=False), ip_network(outer, strict=False)
    return one.version == other.version and one.subnet_of(other)  # type: ignore[arg-type]


def is_everything(cidr: str) -> bool:
    return ip_network(cidr, strict=False).prefixlen == 0


def wide(cidrs: Iterable[str]) -> list[str]:
    return [cidr for cidr in cidrs if is_everything(cidr)]
