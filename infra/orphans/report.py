"""What was left, for people and for programs."""

import dataclasses
from typing import Any

import typer

from infra.orphans.scan import Scan


def as_document(found: Scan) -> dict[str, Any]:
    return {
        "orphans": [dataclasses.asdict(each) for each in found.orphans],
        "unknown": [dataclasses.asdict(each) for each in found.unknown],
    }


def tell(name: str, found: Scan) -> None:
    for line in lines(name, found):
        typer.echo(line)


def lines(name: str, found: Scan) -> list[str]:
    """Each thing with the command that removes it, in an order in which the commands work."""
    if found.is_clean:
        return [f"{name}: nothing is left in the account"]
    said = []
    if found.orphans:
        things = "1 thing is" if len(found.orphans) == 1 else f"{len(found.orphans)} things are"
        said.append(f"{name}: {things} left in the account; run from the top:")
    for each in found.orphans:
        said += [f"# {each.kind}: {each.id} ({each.why})", each.remove]
    if found.unknown:
        said.append(f"{name}: could not be looked at, and may hold something:")
        said += [f"# {each.kind}: {each.why}" for each in found.unknown]
    return said
