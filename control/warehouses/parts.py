"""Whether the parts of one replica are all held, themselves or merged, by another."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

NAME = re.compile(
    r"(?P<partition>[^_]+)_(?P<first>-?\d+)_(?P<last>\d+)_(?P<level>\d+)(?:_(?P<mutation>\d+))?"
)


@dataclass(frozen=True, kw_only=True)
class Part:
    partition: str
    first: int
    last: int
    level: int
    mutation: int = 0

    def covers(self, other: "Part") -> bool:
        return (
            self.first <= other.first
            and other.last <= self.last
            and self.level >= other.level
            and self.mutation >= other.mutation
        )


def part_from(name: str) -> Part:
    found = NAME.fullmatch(name)
    if found is None:
        raise ValueError(f"{name!r} is not the name of a part")
    return Part(
        partition=found["partition"],
        first=int(found["first"]),
        last=int(found["last"]),
        level=int(found["level"]),
        mutation=int(found["mutation"] or 0),
    )


def uncovered(leaving: Iterable[str], held: Iterable[str]) -> list[str]:
    """The parts of a leaving replica that no part held elsewhere covers."""
    by_partition: dict[str, list[Part]] = {}
    exact = set(held)
    for name in exact:
        part = part_from(name)
        by_partition.setdefault(part.partition, []).append(part)
    return [
        name for name in leaving if name not in exact and not covered(part_from(name), by_partition)
    ]


def covered(part: Part, by_partition: dict[str, list[Part]]) -> bool:
    return any(other.covers(part) for other in by_partition.get(part.partition, ()))
