"""What a rule is: a row of facts, and a pure check over what resources are given."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from policies.cel import Cel

Props = Mapping[str, Any]
Parameters = Mapping[str, Any]


class Severity(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


@dataclass(frozen=True, kw_only=True)
class Resource:
    """One resource of a stack, as rules over a whole stack see it."""

    type: str
    name: str
    urn: str
    props: Props
    id: str = ""
    """The cloud's id; empty where it is not known yet."""
    protect: bool = False
    links: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """URNs of the resources whose outputs a property was made of."""


@dataclass(frozen=True, kw_only=True)
class Stack:
    resources: tuple[Resource, ...]

    def all(self, *types: str) -> list[Resource]:
        return [resource for resource in self.resources if resource.type in types]

    def referred(self, resource: Resource, key: str, type_: str) -> list[Resource]:
        """The resources of a type that a property names, also where ids are not known yet."""
        candidates = self.all(type_)
        linked = [r for r in candidates if r.urn in resource.links.get(key, ())]
        if linked:
            return linked
        value = resource.props.get(key)
        values = {value} if isinstance(value, str) else set(value or ())
        return [r for r in candidates if r.id in values]

    def referring(self, target: Resource, key: str, *types: str) -> list[Resource]:
        """The resources of these types whose property names the target."""
        return [r for r in self.all(*types) if target in self.referred(r, key, target.type)]


Check = Callable[[Props], Iterator[str]]
ParameterCheck = Callable[[Props, Parameters], Iterator[str]]
Finding = tuple[Resource, str]
StackCheck = Callable[[Stack], Iterator[Finding]]
ParameterStackCheck = Callable[[Stack, Parameters], Iterator[Finding]]


@dataclass(frozen=True, kw_only=True)
class Row:
    """What both kinds of rules say about themselves."""

    name: str
    severity: Severity
    summary: str
    remedy: str
    """What to type."""
    resource_types: tuple[str, ...]
    frameworks: tuple[str, ...] = ()
    parameters: Parameters = field(default_factory=dict)
    """Their defaults; a check gets them as its second argument where there are any."""


@dataclass(frozen=True, kw_only=True)
class Rule(Row):
    """Holds for each resource of its types alone."""

    check: Check | ParameterCheck
    cel: Cel | None = None
    """The same said of pods to the API server, where CEL can say it."""

    def run(self, props: Props, parameters: Parameters) -> Iterator[str]:
        settled = {**self.parameters, **parameters}
        return self.check(*([props, settled] if self.parameters else [props]))


@dataclass(frozen=True, kw_only=True)
class StackRule(Row):
    """Holds for resources in the light of the others; `resource_types` are those it blames."""

    check: StackCheck | ParameterStackCheck

    def run(self, stack: Stack, parameters: Parameters) -> Iterator[Finding]:
        settled = {**self.parameters, **parameters}
        return self.check(*([stack, settled] if self.parameters else [stack]))
