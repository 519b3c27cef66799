"""One operation of the engine on a stack: run, watched, interruptible."""

from __future__ import annotations

import queue
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from types import FrameType
from typing import TYPE_CHECKING, Any

from control.cli.events import Fact, Said, Severity, fact_of
from control.cli.ignored_changes import Ignored
from control.cli.live_view import View, doing, view_for
from control.cli.progress import Progress, Running
from control.cli.stack import Opened
from control.cli.wording import Tense

if TYPE_CHECKING:
    from pulumi.automation import EngineEvent

FRAME_S = 0.125
MOST_NAMED = 5
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True, kw_only=True)
class Operation:
    name: str
    method: str
    """Of the Automation API's Stack."""
    tense: Tense
    title: str


UP = Operation(name="up", method="up", tense=Tense.DONE, title="Bringing up")
PREVIEW = Operation(name="preview", method="preview", tense=Tense.PLANNED, title="Planning")
REFRESH = Operation(name="refresh", method="refresh", tense=Tense.DRIFT, title="Refreshing")
PREVIEW_REFRESH = Operation(
    name="refresh", method="preview_refresh", tense=Tense.DRIFT, title="Looking for changes of"
)
DESTROY = Operation(name="destroy", method="destroy", tense=Tense.DONE, title="Destroying")
PREVIEW_DESTROY = Operation(
    name="destroy", method="preview_destroy", tense=Tense.PLANNED, title="Planning to destroy"
)


class Result(StrEnum):
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    operation: Operation
    stack: str
    result: Result
    progress: Progress
    seconds: float
    error: Exception | None = None
    outputs: Mapping[str, Any] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return self.result is Result.SUCCEEDED


def run(
    operation: Operation,
    opened: Opened,
    options: Mapping[str, Any],
    watch: Callable[[EngineEvent], object] | None = None,
    ignored: Ignored | None = None,
) -> Outcome:
    """Show the operation until it ends; its failure is part of the outcome, not an exception.

    `watch` sees every event as it comes, in this thread; changes of what is `ignored` are none.
    """
    started_s = time.monotonic()
    call = Call(operation, opened, options, watch)
    progress = Progress(ignored)
    view = view_for(f"{operation.title} {opened.name}", operation.tense, started_s)
    told = 0
    under_way: list[Running] = []

    def answer() -> None:
        under_way[:] = progress.running
        call.interrupt()

    with interrupting(answer):
        call.start()
        while call.is_alive():
            call.join(FRAME_S)
            now_s = time.monotonic()
            call.drain(progress, now_s)
            if call.interrupts > told:
                told = call.interrupts
                tell_interrupt(told, under_way, view)
            view.show(progress, now_s)
        call.drain(progress, time.monotonic())
        view.close(progress, time.monotonic())
    return call.outcome(progress, time.monotonic() - started_s)


class Call(threading.Thread):
    """The blocking call of the Automation API; its events wait here for the main thread."""

    def __init__(
        self,
        operation: Operation,
        opened: Opened,
        options: Mapping[str, Any],
        watch: Callable[[EngineEvent], object] | None = None,
    ) -> None:
        super().__init__(name=operation.name, daemon=True)
        self.interrupts = 0
        self._operation = operation
        self._opened = opened
        self._options = dict(options)
        self._watch = watch
        self._events: queue.SimpleQueue[EngineEvent] = queue.SimpleQueue()
        self._error: Exception | None = None
        self._answer: Any = None

    def run(self) -> None:
        method = getattr(self._opened.stack, self._operation.method)
        try:
            self._answer = method(on_event=self._events.put, color="never", **self._options)
        except Exception as error:
            self._error = error  # handed to the main thread in the outcome

    def drain(self, progress: Progress, now_s: float) -> None:
        while True:
            try:
                event = self._events.get_nowait()
            except queue.Empty:
                return
            if self._watch:
                self._watch(event)
            fact = fact_of(event)
            if fact is not None and not (self.interrupts and is_aside(fact)):
                progress.take(fact, now_s)

    def interrupt(self) -> None:
        self.interrupts += 1
        self._opened.engine.interrupt()

    def outcome(self, progress: Progress, seconds: float) -> Outcome:
        result = Result.FAILED if self._error else Result.SUCCEEDED
        if self._error and self.interrupts:
            result = Result.CANCELLED
        outputs = getattr(self._answer, "outputs", None) or {}
        return Outcome(
            operation=self._operation,
            stack=self._opened.name,
            result=result,
            progress=progress,
            seconds=seconds,
            error=self._error,
            outputs={
                name: "[secret]" if output.secret else output.value
                for name, output in outputs.items()
            },
        )


def is_aside(fact: Fact) -> bool:
    """What an interrupted program says in its last moments is its own stack trace."""
    return isinstance(fact, Said) and fact.severity is not Severity.ERROR


@contextmanager
def interrupting(answer: Callable[[], None]) -> Iterator[None]:
    """While it lasts, signals that would end this process call `answer` instead."""

    def handle(_number: int, _frame: FrameType | None) -> None:
        answer()

    before = {number: signal.signal(number, handle) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def tell_interrupt(count: int, under_way: Sequence[Running], view: View) -> None:
    if count > 1:
        view.note("Interrupted again: the engine ends at once, whatever is under way.")
        return
    view.note("Interrupted: asked the engine to stop. It begins nothing new and ends what it does.")
    for each in under_way[:MOST_NAMED]:
        view.note(f"  under way: {doing(each)}")
    if len(under_way) > MOST_NAMED:
        view.note(f"  and {len(under_way) - MOST_NAMED} more")
    view.note("Interrupt once more to end it at once; their state is then unknown.")
