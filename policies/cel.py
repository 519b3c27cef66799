"""How a rule on pods is said to the API server itself, in CEL."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Parameters = Mapping[str, Any]


class Each(StrEnum):
    """What an expression is about; `c` stands for one of these containers in it."""

    POD = "pod"
    CONTAINER = "containers"
    """Also those that come first and those that debug."""
    RESERVED = "reserved"
    """As CONTAINER, without those that debug: they may not ask for resources."""
    SERVER = "servers"
    """The ones that stay."""


VARIABLES = {
    "pod": (
        "dyn(object).kind == 'Pod' ? dyn(object).spec"
        " : dyn(object).kind == 'CronJob' ? dyn(object).spec.jobTemplate.spec.template.spec"
        " : dyn(object).spec.template.spec"
    ),
    "servers": "variables.pod.?containers.orValue([])",
    "reserved": "variables.servers + variables.pod.?initContainers.orValue([])",
    "containers": "variables.reserved + variables.pod.?ephemeralContainers.orValue([])",
}
"""In this order: a variable sees those before it."""


@dataclass(frozen=True, kw_only=True)
class Cel:
    """Holds where a pod is as the rule wants it."""

    holds: str | Callable[[Parameters], str]
    each: Each = Each.POD
    kinds: tuple[str, ...] = ()
    """The kinds of objects it is about, where these are not all that make pods."""

    def expression(self, parameters: Parameters) -> str:
        return self._of_kinds(self._everywhere(self._holds(parameters)))

    def message(self, rule: str, says: str, parameters: Parameters) -> str:
        """CEL that makes the answer to who is refused; it names the containers."""
        if self.each is Each.POD:
            return quoted(f"{rule}: {says}")
        wrong = f"variables.{self.each}.filter(c, !({self._holds(parameters)})).map(c, c.name)"
        return f"{quoted(f'{rule}: container ')} + {wrong}.join(', ') + {quoted(f': {says}')}"

    def _holds(self, parameters: Parameters) -> str:
        return self.holds if isinstance(self.holds, str) else self.holds(parameters)

    def _everywhere(self, holds: str) -> str:
        return holds if self.each is Each.POD else f"variables.{self.each}.all(c, {holds})"

    def _of_kinds(self, expression: str) -> str:
        if not self.kinds:
            return expression
        return f"!(dyn(object).kind in {quoted_list(self.kinds)}) || ({expression})"


def field(place: str, path: str, default: str) -> str:
    """A field that may be missing, at any step of its path."""
    return f"{place}.?{'.?'.join(path.split('.'))}.orValue({default})"


def inherited_field(path: str, default: str) -> str:
    """A field that a container takes from its pod unless it has its own."""
    return field("c", path, field("variables.pod", path, default))


def quoted(text: str) -> str:
    """A string of CEL has JSON's escapes."""
    return json.dumps(text)


def quoted_list(values: Sequence[str]) -> str:
    return json.dumps(list(values))
