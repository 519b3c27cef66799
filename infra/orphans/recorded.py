"""What a stack's recorded state holds is no orphan, nor is what its standing cluster made."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from infra.orphans.item import Item, cluster_tags
from infra.orphans.scan import Expected
from permissions.names import Scope

CLUSTER = "aws:eks/cluster:Cluster"
Resource = Mapping[str, Any]


def of_state(resources: Iterable[Resource], scope: Scope) -> Expected:
    held = [resource for resource in resources if resource.get("custom")]
    known = {text for resource in held for text in identities(resource)}
    stands = any(resource["type"] == CLUSTER for resource in held)
    marks = cluster_tags(scope)

    def expected(_kind: str, item: Item) -> bool:
        if not known.isdisjoint({item.id, *item.names}):
            return True
        return stands and any(item.tags.get(key) == value for key, value in marks)

    return expected


def identities(resource: Resource) -> Iterable[str]:
    """As the account calls it: id, ARN, name; the id of a node group has its cluster before it."""
    outputs = resource.get("outputs") or {}
    told = (
        resource.get("id"),
        outputs.get("arn"),
        outputs.get("name"),
        outputs.get("allocationId"),
    )
    for text in told:
        if isinstance(text, str) and text:
            yield text
    yield str(resource.get("id", "")).rpartition(":")[2]


def read_state(project: Path, stack: str) -> list[Resource]:
    """Nothing where the stack is gone, or never was."""
    from control.cli.errors import UsageError
    from control.cli.stack import open_stack

    try:
        opened = open_stack(project, stack)
    except UsageError:
        return []
    deployment = opened.stack.export_stack().deployment or {}
    return list(deployment.get("resources") or ())
