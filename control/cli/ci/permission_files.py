"""Rights that stand in files: exported states, policy documents, templates, folders of them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from control.cli.ci.granting import Granting, grantings
from control.cli.ci.iam_document import UnreadableError, rights_of_document
from control.cli.ci.permission_diff import PermissionChange, difference
from control.cli.ci.rights import Right
from control.cli.ci.steps import Step
from control.cli.errors import UsageError
from control.cli.events import Change
from control.cli.layers import resource_of

Holders = Mapping[str, frozenset[Right]]


def compared(old: Holders, new: Holders) -> list[PermissionChange]:
    changes = [
        difference(holder, old.get(holder, ()), new.get(holder, ()))
        for holder in sorted({*old, *new})
    ]
    return [change for change in changes if not change.empty]


def read_holders(path: Path) -> Holders:
    """Every document in a file, or in the JSON files of a folder, by who holds its rights."""
    files = sorted(path.rglob("*.json")) if path.is_dir() else [path]
    if not files:
        raise UsageError(f"There is no JSON file in {path}.")
    found: dict[str, set[Right]] = defaultdict(set)
    for file in files:
        name = str(file.relative_to(path).with_suffix("")) if path.is_dir() else ""
        for granting in grantings_in(file, read(file), name):
            found[granting.holder] |= granting.rights
    if not found:
        raise UsageError(
            f"{path} holds no rights.",
            "It takes what `pulumi stack export` wrote, and JSON with policy documents in it.",
        )
    return {holder: frozenset(rights) for holder, rights in found.items()}


def read(file: Path) -> Any:
    try:
        return json.loads(file.read_text())
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}.") from None
    except ValueError as error:
        raise UsageError(f"{file} is no JSON: {error}.") from None


def grantings_in(file: Path, content: Any, name: str) -> Iterator[Granting]:
    if isinstance(content, Mapping) and isinstance(content.get("deployment"), Mapping):
        yield from of_state(content["deployment"])
        return
    for holder, document in documents(name, content):
        try:
            rights = frozenset(rights_of_document(document))
        except UnreadableError as error:
            raise UsageError(f"{file}, {holder}: {error}.") from None
        yield Granting(holder=holder, rights=rights)


def of_state(deployment: Mapping[str, Any]) -> Iterator[Granting]:
    for row in deployment.get("resources") or ():
        if row.get("custom") and not row.get("delete"):
            inputs = row.get("inputs") or {}
            step = Step(resource=resource_of(row["urn"]), change=Change.CREATE, new=inputs)
            yield from grantings(step, inputs)


def documents(path: str, content: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Wherever they are in a larger document, named by their way there."""
    if isinstance(content, Mapping):
        if "Statement" in content:
            yield path or "the document", content
            return
        for key, value in content.items():
            yield from documents(f"{path}/{key}" if path else str(key), value)
    elif isinstance(content, list):
        for index, value in enumerate(content):
            yield from documents(f"{path}[{index}]", value)
