"""Shows an operation while it goes, on stderr: a live table on a terminal, else plain lines."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Protocol

from control.cli.events import Change
from control.cli.output import say
from control.cli.progress import LayerProgress, Progress, Running
from control.cli.redaction import redacted
from control.cli.wording import WORDS, Tense, clock, present, sentence

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

QUIET_S = 2.0
STILL_EVERY_S = 30.0
FRAMES_PER_S = 8
ECHO_WIDTH = 3
"""A terminal writes ^C behind the last line: that must not wrap, or the next frame is misplaced."""
SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"


class View(Protocol):
    def show(self, progress: Progress, now_s: float) -> None:
        """Called several times a second."""

    def note(self, line: str) -> None:
        """A line that stays."""

    def close(self, progress: Progress, now_s: float) -> None: ...


def view_for(title: str, tense: Tense, started_s: float) -> View:
    if sys.stderr.isatty():
        return LiveView(title, tense, started_s)
    return PlainView(tense, started_s)


class PlainView:
    """A line when a layer begins and one when it comes to rest; every half minute what lasts."""

    def __init__(self, tense: Tense, started_s: float) -> None:
        self._tense = tense
        self._tells = tense is Tense.DONE  # a plan is a result of its own
        self._started_s = started_s
        self._begun: set[str] = set()
        self._told: dict[str, str] = {}
        self._still_s = started_s
        self._notes = 0

    def show(self, progress: Progress, now_s: float) -> None:
        self._tell_notes(progress)
        for layer in progress.layers:
            if layer.running and layer.name not in self._begun:
                self._begun.add(layer.name)
                self._still_s = now_s
                self._line(now_s, f"{layer.name}: begun")
            if self._tells and not layer.running and now_s - layer.last_s > QUIET_S:
                self._tell(layer, now_s)
        if progress.running and now_s - self._still_s > STILL_EVERY_S:
            self._still_s = now_s
            self._line(now_s, still(progress.running, now_s))

    def note(self, line: str) -> None:
        say(redacted(line))

    def close(self, progress: Progress, now_s: float) -> None:
        self._tell_notes(progress)
        for layer in progress.layers if self._tells else ():
            self._tell(layer, now_s)

    def _tell_notes(self, progress: Progress) -> None:
        for note in progress.notes[self._notes :]:
            self.note(note)
        self._notes = len(progress.notes)

    def _tell(self, layer: LayerProgress, now_s: float) -> None:
        text = sentence(layer.counts, self._tense) if layer.counts else "nothing done"
        text += ", with failures" if layer.failed else ""
        if (layer.counts or layer.failed) and self._told.get(layer.name) != text:
            self._told[layer.name] = text
            self._line(now_s, f"{layer.name}: {text} in {clock(layer.seconds)}")

    def _line(self, now_s: float, text: str) -> None:
        self.note(f"{now_s - self._started_s:6.1f} s  {text}")


def still(running: list[Running], now_s: float) -> str:
    first, *others = running
    text = f"still {doing(first)} ({clock(now_s - first.since_s)})"
    return f"{text} and {len(others)} more" if others else text


def doing(running: Running) -> str:
    text = f"{present(running.operation)} {running.resource}"
    return f"{text}: {running.status}" if running.status else text


class LiveView:
    """One row for each layer, redrawn in place."""

    def __init__(
        self, title: str, tense: Tense, started_s: float, console: Console | None = None
    ) -> None:
        from rich.console import Console
        from rich.live import Live

        self._title = title
        self._tense = tense
        self._started_s = started_s
        self._notes = 0
        self.console = console or Console(stderr=True, highlight=False)
        self._live = Live(
            console=self.console,
            auto_refresh=False,
            transient=tense is not Tense.DONE,  # a plan is a result of its own
            vertical_overflow="crop",
        )
        self._live.start()

    def show(self, progress: Progress, now_s: float) -> None:
        for note in progress.notes[self._notes :]:
            self.note(note)
        self._notes = len(progress.notes)
        self._live.update(self._table(progress, now_s), refresh=True)

    def note(self, line: str) -> None:
        from rich.text import Text

        self.console.print(Text(redacted(line), style="dim"))

    def close(self, progress: Progress, now_s: float) -> None:
        self.show(progress, now_s)
        self._live.stop()
        if self._tense is Tense.DONE:
            say()

    def _table(self, progress: Progress, now_s: float) -> Table:
        from rich.table import Table
        from rich.text import Text

        shown = [change for change in WORDS if progress.counts.get(change)]
        table = Table(
            box=None,
            width=self.console.width - ECHO_WIDTH,
            pad_edge=False,
            title=Text(f"{self._title}  {clock(now_s - self._started_s)}", style="bold"),
            title_justify="left",
            header_style="dim",
        )
        table.add_column("", width=1)
        table.add_column("layer", no_wrap=True)
        for change in shown:
            table.add_column(
                WORDS[change].said(self._tense), justify="right", style=WORDS[change].colour
            )
        table.add_column("time", justify="right", no_wrap=True)
        table.add_column("now", no_wrap=True, overflow="ellipsis", ratio=1)
        for layer in progress.layers:
            table.add_row(*self._row(layer, shown, now_s))
        return table

    def _row(self, layer: LayerProgress, shown: list[Change], now_s: float) -> list[str | Text]:
        from rich.text import Text

        counts: list[str | Text] = [str(layer.counts[change] or "") for change in shown]
        spent_s = (now_s if layer.running else layer.last_s) - layer.began_s
        return [
            mark(layer, now_s),
            layer.name,
            *counts,
            clock(spent_s),
            Text(redacted(current(layer, now_s)), style="dim"),
        ]


def mark(layer: LayerProgress, now_s: float) -> Text:
    from rich.text import Text

    if layer.failed:
        return Text("✗", style="red")
    if layer.running:
        return Text(SPINNER[int(now_s * FRAMES_PER_S) % len(SPINNER)], style="cyan")
    return Text("✓", style="green")


def current(layer: LayerProgress, now_s: float) -> str:
    if not layer.running:
        return ""
    oldest = min(layer.running.values(), key=lambda each: each.since_s)
    more = f"  (+{len(layer.running) - 1})" if len(layer.running) > 1 else ""
    return f"{doing(oldest)} {clock(now_s - oldest.since_s)}{more}"
