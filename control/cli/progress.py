"""An operation of the engine as it goes: which layers, what changed, what runs, what failed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from control.cli.events import Began, Broke, Change, Closed, Ended, Fact, Said, Severity
from control.cli.ignored_changes import Ignored, all_ignored
from control.cli.layers import ORDER, Resource

EMPTY_WORDS = ("update failed", "preview failed", "refresh failed", "destroy failed")

LOOKING = ("same", "read", "refresh")


@dataclass(kw_only=True)
class Running:
    resource: Resource
    operation: str
    since_s: float
    status: str = ""


@dataclass(frozen=True, kw_only=True)
class Changed:
    resource: Resource
    change: Change
    properties: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Failure:
    message: str
    resource: Resource | None = None


@dataclass(kw_only=True)
class LayerProgress:
    name: str
    began_s: float
    last_s: float
    counts: Counter[Change] = field(default_factory=Counter)
    running: dict[str, Running] = field(default_factory=dict)
    failed: bool = False

    @property
    def seconds(self) -> float:
        return self.last_s - self.began_s

    @property
    def changes(self) -> int:
        return sum(count for change, count in self.counts.items() if change is not Change.SAME)


class Progress:
    """Takes facts in the order in which the engine tells them; `now_s` is a monotonic clock's.

    A change of nothing but what is `ignored` is none.
    """

    def __init__(self, ignored: Ignored | None = None) -> None:
        self._ignored = ignored or {}
        self._layers: dict[str, LayerProgress] = {}
        self._changed: dict[tuple[str, Change], Changed] = {}
        self._failures: list[Failure] = []
        self.broken: list[Resource] = []
        self.warnings: list[str] = []
        self.notes: list[str] = []
        self.maybe_corrupt = False
        self.closed = False

    def take(self, fact: Fact, now_s: float) -> None:
        match fact:
            case Began(resource=resource, operation=operation):
                self._begin(resource, operation, now_s)
            case Ended(resource=resource, properties=properties):
                self._end(resource, self._change(fact), properties, now_s)
            case Broke(resource=resource):
                self._break(resource, now_s)
            case Said():
                self._hear(fact)
            case Closed(maybe_corrupt=corrupt):
                self.maybe_corrupt, self.closed = corrupt, True

    def _begin(self, resource: Resource, operation: str, now_s: float) -> None:
        if resource.counts:
            running = Running(resource=resource, operation=operation, since_s=now_s)
            self._layer(resource.layer, now_s).running[resource.urn] = running

    def _change(self, ended: Ended) -> Change | None:
        ignored = self._ignored.get(ended.resource.urn, ())
        if ended.change is Change.UPDATE and all_ignored(ended.paths, ignored):
            return Change.SAME
        return ended.change

    def _end(
        self,
        resource: Resource,
        change: Change | None,
        properties: tuple[str, ...],
        now_s: float,
    ) -> None:
        if not resource.counts:
            return
        layer = self._layer(resource.layer, now_s)
        layer.running.pop(resource.urn, None)
        if change is None or (resource.urn, change) in self._changed:
            return  # a step of a replacement; or a component that tells its outputs again
        done = Changed(resource=resource, change=change, properties=properties)
        self._changed[resource.urn, change] = done
        layer.counts[change] += 1

    def _break(self, resource: Resource, now_s: float) -> None:
        if not resource.counts:
            return
        layer = self._layer(resource.layer, now_s)
        layer.running.pop(resource.urn, None)
        layer.failed = True
        self.broken.append(resource)

    def _hear(self, said: Said) -> None:
        if said.severity is Severity.STATUS:
            if said.resource and (running := self._running(said.resource)):
                running.status = said.message.splitlines()[0]
        elif said.severity is Severity.ERROR:
            self._failures.append(Failure(message=said.message, resource=said.resource))
        elif said.severity is Severity.WARNING:
            text = f"{said.resource}: {said.message}" if said.resource else said.message
            if text not in self.warnings:
                self.warnings.append(text)
        else:
            self.notes.append(said.message)

    def _running(self, resource: Resource) -> Running | None:
        layer = self._layers.get(resource.layer)
        return layer.running.get(resource.urn) if layer else None

    def _layer(self, name: str, now_s: float) -> LayerProgress:
        layer = self._layers.setdefault(name, LayerProgress(name=name, began_s=now_s, last_s=now_s))
        layer.last_s = now_s
        return layer

    @property
    def layers(self) -> list[LayerProgress]:
        return [self._layers[name] for name in ORDER if name in self._layers]

    @property
    def running(self) -> list[Running]:
        everything = [each for layer in self.layers for each in layer.running.values()]
        return sorted(everything, key=lambda each: each.since_s)

    @property
    def unknown(self) -> list[Resource]:
        """What the engine was changing when it ended without a last word, and what it says it may
        have lost sight of."""
        lost = self.broken if self.maybe_corrupt else []
        if self.closed:
            return list(lost)
        changing = [each.resource for each in self.running if each.operation not in LOOKING]
        return [*lost, *changing]

    @property
    def changed(self) -> list[Changed]:
        return [each for each in self._changed.values() if each.change is not Change.SAME]

    @property
    def counts(self) -> Counter[Change]:
        return sum((layer.counts for layer in self.layers), Counter[Change]())

    @property
    def failures(self) -> list[Failure]:
        """Those that say something; the engine adds an empty sentence to each failure."""
        telling = [each for each in self._failures if each.message not in EMPTY_WORDS]
        return telling or self._failures
