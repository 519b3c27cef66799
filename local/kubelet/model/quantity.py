"""Kubernetes quantities: `500m`, `4Gi`, `1e3`."""

from __future__ import annotations

import math
import re
from decimal import Decimal

SUFFIXES = {
    "n": Decimal("1e-9"),
    "u": Decimal("1e-6"),
    "m": Decimal("1e-3"),
    "": Decimal(1),
    "k": Decimal(10**3),
    "M": Decimal(10**6),
    "G": Decimal(10**9),
    "T": Decimal(10**12),
    "P": Decimal(10**15),
    "E": Decimal(10**18),
    "Ki": Decimal(2**10),
    "Mi": Decimal(2**20),
    "Gi": Decimal(2**30),
    "Ti": Decimal(2**40),
    "Pi": Decimal(2**50),
    "Ei": Decimal(2**60),
}
PATTERN = re.compile(r"([+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?)([KMGTPE]i|[numkMGTPE]|)")


def parse_quantity(text: str | int | float) -> Decimal:
    match = PATTERN.fullmatch(str(text).strip())
    if not match or match[2] not in SUFFIXES:
        raise ValueError(f"{text!r} is not a quantity such as 500m, 2 or 4Gi")
    return Decimal(match[1]) * SUFFIXES[match[2]]


def whole_bytes(text: str | int | float) -> int:
    return math.ceil(parse_quantity(text))


def divided(amount: Decimal, divisor: str | int) -> str:
    """What a resourceFieldRef shows: rounded up to whole multiples of the divisor."""
    unit = parse_quantity(divisor)
    return str(math.ceil(amount / (unit or Decimal(1))))
