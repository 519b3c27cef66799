"""What goes wrong with a call to AWS: decided from a seed, the call and how often it was made."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum


class Fault(StrEnum):
    NONE = "none"
    THROTTLED = "throttled"
    """Refused for its rate: not done."""
    BROKEN = "broken"
    """A 500: not done."""
    LOST = "lost"
    """Done, and the answer never comes."""
    CUT_OFF = "cut off"
    """Whoever calls is killed before it is done."""
    NOT_SEEN = "not seen"
    """A read that does not know yet what was just made."""


@dataclass(frozen=True, kw_only=True)
class Rates:
    """Of all calls; a read is not seen the first `blind_reads` times that it is asked."""

    throttled: float = 0.0
    broken: float = 0.0
    lost: float = 0.0
    blind_reads: int = 0


NOT_FOUND = {
    "GetRole": "NoSuchEntity",
    "DescribeVpcs": "InvalidVpcID.NotFound",
    "DescribeSubnets": "InvalidSubnetID.NotFound",
    "DescribeSecurityGroups": "InvalidGroup.NotFound",
    "DescribeRouteTables": "InvalidRouteTableID.NotFound",
}
"""Reads by id of what AWS is known to answer so, and the code."""
MADE_TWICE = frozenset(
    f"Create{kind}"
    for kind in ("InternetGateway", "Key", "NatGateway", "RouteTable", "Vpc", "VpcEndpoint")
) | {"AllocateAddress"}
"""An SDK whose answer is lost asks again by itself, and where AWS then makes a second one the first
is in nobody's record: `byoc orphans` lists it, as each thing with our tag that is not recorded."""


@dataclass(kw_only=True)
class Plan:
    """The same seed and the same calls: the same faults."""

    seed: int
    rates: Rates
    seen: Counter[str] = field(default_factory=Counter)

    def fault(self, action: str, arguments: str) -> Fault:
        call = f"{action} {arguments}"
        self.seen[call] += 1
        if action in NOT_FOUND and self.seen[call] <= self.rates.blind_reads:
            return Fault.NOT_SEEN
        chance = share(f"{self.seed} {call} {self.seen[call]}")
        for fault, rate in (
            (Fault.THROTTLED, self.rates.throttled),
            (Fault.BROKEN, self.rates.broken),
            (Fault.LOST, self.rates.lost),
        ):
            if chance < rate:
                return Fault.NONE if fault is Fault.LOST and action in MADE_TWICE else fault
            chance -= rate
        return Fault.NONE


def share(text: str) -> float:
    """Evenly between 0 and 1."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") / 2**64
