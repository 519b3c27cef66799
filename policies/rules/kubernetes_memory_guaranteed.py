"""Servers are promised all the memory that they may use."""

from collections.abc import Iterator

from policies.cel import Cel, Each, field
from policies.frameworks import CAPACITY
from policies.pods import STATEFUL_SET, containers
from policies.rule import Props, Rule, Severity
from policies.shapes import at

LIMIT = field("c", "resources.limits.memory", "''")
REQUEST = field("c", "resources.requests.memory", LIMIT)


def check(props: Props) -> Iterator[str]:
    """A request that is left out is the limit."""
    for container in containers(props):
        limit = at(container, "resources.limits.memory")
        request = at(container, "resources.requests.memory") or limit
        if limit and request != limit:
            yield (
                f"Container {container['name']} is promised {request} and may use {limit}:"
                " it is killed first when its node runs short."
            )


RULE = Rule(
    name="kubernetes-memory-guaranteed",
    severity=Severity.LOW,
    summary="Servers are promised all the memory that they may use.",
    remedy="Set resources.requests.memory to the limit.",
    resource_types=(STATEFUL_SET,),
    frameworks=(*CAPACITY,),
    check=check,
    cel=Cel(
        each=Each.RESERVED,
        kinds=("StatefulSet",),
        holds=f"{LIMIT} == '' || {REQUEST} == {LIMIT}",
    ),
)
