"""Inbound rules of firewalls in Google Cloud."""

from collections.abc import Iterator, Mapping
from typing import Any

from policies.cidrs import wide
from policies.rule import Check, Props
from policies.shapes import at, is_on, listed


def closed_to_world(port: int, what: str) -> Check:
    def check(props: Props) -> Iterator[str]:
        """A rule is inbound, and on, unless it says otherwise."""
        if at(props, "direction") == "EGRESS" or is_on(at(props, "disabled")):
            return
        for cidr in wide(listed(at(props, "sourceRanges"))):
            if any(covers(block, port) for block in listed(at(props, "allows"))):
                yield f"{what} (port {port}) can be reached from {cidr}."

    return check


def covers(block: Mapping[str, Any], port: int) -> bool:
    """A block without ports allows every port."""
    if block["protocol"] not in {"tcp", "all", "6"}:
        return False
    ports = listed(block.get("ports"))
    return not ports or any(_within(port, str(entry)) for entry in ports)


def _within(port: int, entry: str) -> bool:
    first, _, last = entry.partition("-")
    return int(first) <= port <= int(last or first)
