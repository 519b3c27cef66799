"""Steps of a plan, as short as a test wants to say them."""

from __future__ import annotations

from typing import Any

from control.cli.ci.steps import Step
from control.cli.events import Change
from control.cli.layers import resource_of

PARENTS = {
    "aws:s3": "byoc:aws:Storage",
    "aws:iam": "byoc:aws:Access",
    "aws:eks": "byoc:aws:Cluster",
    "aws:ec2": "byoc:aws:Network",
}


def step(
    type_: str,
    old: dict[str, Any] | None = None,
    new: dict[str, Any] | None = None,
    *,
    change: Change | None = None,
    name: str = "it",
    **more: Any,
) -> Step:
    """The change follows from what there is before and after, unless it is a replacement."""
    if change is None:
        change = Change.UPDATE if old and new else Change.CREATE if new else Change.DELETE
    parent = PARENTS.get(type_.rpartition("/")[0], "byoc:kubernetes:Platform")
    return Step(
        resource=resource_of(f"urn:pulumi:prod::clickhouse-byoc::{parent}${type_}::{name}"),
        change=change,
        old=old or {},
        new=new or {},
        **more,
    )
