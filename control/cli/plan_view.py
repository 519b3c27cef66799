"""A plan for people: by layer, with the changes that deserve a look by name."""

from __future__ import annotations

from collections.abc import Sequence

import typer

from control.cli.events import Change
from control.cli.output import column, counted, say, tell, tell_table
from control.cli.progress import Changed, Progress
from control.cli.wording import WORDS, Tense

MOST_USUAL = 20
MOST_PROPERTIES = 4


def tell_plan(progress: Progress, tense: Tense, *, usual: Change | None) -> None:
    """Many changes of the `usual` kind are only counted; None names every one."""
    tell_layers(progress, tense)
    listed, left_out = worth_naming(progress.changed, usual)
    if listed or left_out:
        tell()
    for each in listed:
        tell(line(each))
    if usual is not None and left_out:
        more = "and " if listed else ""
        what = WORDS[usual].said(tense)
        tell(f"  {more}{counted(left_out, 'resource')} {what}; --all names them too")
    for warning in progress.warnings:
        say(f"warning: {warning}")


def tell_layers(progress: Progress, tense: Tense) -> None:
    shown = [change for change in WORDS if progress.counts.get(change)]
    columns = [column("layer")]
    columns += [column(WORDS[change].said(tense), right=True) for change in shown]
    rows = [
        [layer.name, *(str(layer.counts[change] or "") for change in shown)]
        for layer in progress.layers
        if layer.counts
    ]
    if rows:
        tell_table(columns, rows)


def worth_naming(changes: Sequence[Changed], usual: Change | None) -> tuple[list[Changed], int]:
    """What is named, and how many are not."""
    many = [each for each in changes if each.change is usual]
    if len(many) <= MOST_USUAL:
        return list(changes), 0
    return [each for each in changes if each.change is not usual], len(many)


def line(changed: Changed) -> str:
    words = WORDS[changed.change]
    properties = ", ".join(changed.properties[:MOST_PROPERTIES])
    if len(changed.properties) > MOST_PROPERTIES:
        properties += f" and {len(changed.properties) - MOST_PROPERTIES} more"
    text = f"  {words.sign} {changed.resource.layer:<11} {changed.resource}"
    return typer.style(text, fg=words.colour) + (f"  ({properties})" if properties else "")
