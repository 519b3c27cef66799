"""Containers that run Tailscale's agent."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from policies.pods import Block, containers
from policies.rule import Check, Props
from policies.shapes import listed


def is_agent(container: Block) -> bool:
    return "/tailscale:" in container["image"] or container["image"].endswith("/tailscale")


def per_agent(check_one: Callable[[Mapping[str, Any]], Iterator[str]]) -> Check:
    """Check the environment of every agent: values by name, or the block where it is no text."""

    def check(props: Props) -> Iterator[str]:
        for container in containers(props):
            if is_agent(container):
                yield from check_one(environment(container))

    return check


def environment(container: Block) -> dict[str, Any]:
    return {
        variable["name"]: variable.get("valueFrom") or variable.get("value", "")
        for variable in listed(container.get("env"))
    }
