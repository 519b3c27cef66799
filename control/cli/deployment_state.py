"""What the engine has recorded of a stack: layers, outputs, what was left half done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from control.cli.layers import ORDER, STACK_TYPE, resource_of
from control.cli.service_view import moment

if TYPE_CHECKING:
    from control.cli.stack import Opened

SECRET_MARK = "4dabf18193072939515e22adb298388d"  # noqa: S105 - the engine's mark of a secret
HIDDEN = "[secret]"
Document = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class DeploymentState:
    stack: str
    layers: Mapping[str, int]
    """Resources by layer, in the order in which they are built."""
    outputs: Mapping[str, Any] = field(default_factory=dict)
    changed_at: datetime | None = None
    pending: tuple[str, ...] = ()
    """Resources whose state is unknown since the engine was ended amid them."""

    @property
    def resources(self) -> int:
        return sum(self.layers.values())


def read_state(opened: Opened) -> DeploymentState:
    from control.cli.stack import translated

    with translated(opened.name):
        return state_of(opened.name, opened.stack.export_stack().deployment or {})


def state_of(stack: str, deployment: Document) -> DeploymentState:
    resources = deployment.get("resources") or ()
    found = [(resource_of(each["urn"]), each) for each in resources]
    counts = Counter(resource.layer for resource, _ in found if resource.counts)
    moments = [when for _, each in found if (when := moment(each.get("modified")))]
    outputs = next(
        (each.get("outputs") or {} for resource, each in found if resource.type == STACK_TYPE), {}
    )
    return DeploymentState(
        stack=stack,
        layers={name: counts[name] for name in ORDER if counts[name]},
        outputs={name: shown(value) for name, value in sorted(outputs.items())},
        changed_at=max(moments, default=None),
        pending=tuple(
            f"{each['type']} {resource_of(each['resource']['urn'])}"
            for each in deployment.get("pending_operations") or ()
        ),
    )


def shown(value: Any) -> Any:
    """Secrets stay sealed, however deep they are."""
    if isinstance(value, Mapping):
        if SECRET_MARK in value:
            return HIDDEN
        return {name: shown(item) for name, item in value.items()}
    if isinstance(value, list):
        return [shown(item) for item in value]
    return value
