"""The program of a deployment as bad pull requests leave it; the engine runs it."""

from __future__ import annotations

import runpy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pulumi

from tests.policies.bad_pull_requests import BAD, Draft

ROOT = Path(__file__).resolve().parents[2]
THROUGH_THE_ENGINE = (
    "public bucket: the block has a hole",
    "secret in a tag",
    "data bucket may be deleted",
    "full bucket may be deleted",
    "key that never rotates",
    "key that is gone in a week",
    "log retention 0",
    "add-on unpinned",
    "overlapping peer",
)
"""One for each kind of layer that a first preview knows enough of."""


def main() -> None:
    pulumi.runtime.register_resource_transform(spoilt)
    runpy.run_path(str(ROOT / "infra"), run_name="__main__")


def spoilt(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult | None:
    """With the changes that are about this resource; None where none is."""
    given = dict(args.props)
    props = {key: value for key, value in given.items() if is_plain(value)}
    draft = Draft(
        type=args.type_, name=args.name, props=props, id="", protect=bool(args.opts.protect)
    )
    for name in THROUGH_THE_ENGINE:
        try:
            BAD[name].edit([draft])
        except ValueError:  # it is about another resource
            continue
    options = args.opts
    options.protect = draft.protect
    kept = {key: value for key, value in given.items() if key not in props}
    return pulumi.ResourceTransformResult(props={**kept, **draft.props}, opts=options)


def is_plain(value: Any) -> bool:
    """Known already: no part of it is another resource's output."""
    if isinstance(value, Mapping):
        return all(is_plain(item) for item in value.values())
    if isinstance(value, list | tuple):
        return all(is_plain(item) for item in value)
    return value is None or isinstance(value, str | int | float | bool)
