"""A replay as a picture: what a service would use, and the size that each policy gave it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from control.simulate.load import Load
from control.simulate.replay import Outcome, Policy

FORMATS = ("png", "svg")
# Told apart by people with any colour vision (Okabe and Ito).
COLOURS = {Policy.CLASSIC: "#0072B2", Policy.TARGET_TRACKING: "#D55E00", Policy.FIXED: "#999999"}
LOAD_COLOUR = "#56B4E9"


def draw(load: Load, outcomes: Sequence[Outcome], files: Sequence[Path], *, title: str) -> None:
    """CPU above, memory below, over the same hours; the first service of the load."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 6.5), layout="constrained")
    FigureCanvasAgg(figure)
    upper, lower = figure.subplots(2, 1, sharex=True)
    hours = np.arange(load.minutes) / 60
    for axes, used, per_unit, unit in (
        (upper, load.cpu_cores[:, 0], 1, "CPU of one replica"),
        (lower, load.memory_gib[:, 0], 4, "memory of one replica, GiB"),
    ):
        axes.fill_between(hours, used, color=LOAD_COLOUR, alpha=0.45, linewidth=0, label="load")
        for outcome in outcomes:
            axes.step(
                hours,
                outcome.units[:, 0] * per_unit,
                where="post",
                color=COLOURS[outcome.policy],
                linewidth=1.6,
                linestyle="--" if outcome.policy is Policy.FIXED else "-",
                label=label(outcome),
            )
        axes.set_ylabel(unit)
        axes.set_ylim(bottom=0)
        axes.grid(visible=True, linewidth=0.4, alpha=0.5)
        axes.spines[["top", "right"]].set_visible(False)
    lower.set_xlabel("hours")
    upper.set_xlim(0, load.minutes / 60)
    figure.suptitle(title, x=0.01, ha="left", fontweight="bold")
    handles, labels = upper.get_legend_handles_labels()
    figure.legend(
        handles, labels, loc="outside lower left", ncols=2, frameon=False, fontsize="small"
    )
    for file in files:
        figure.savefig(file, dpi=140)


def label(outcome: Outcome) -> str:
    return (
        f"{outcome.policy}: {outcome.unit_hours[0]:,.0f} unit-hours,"
        f" {outcome.throttled_minutes[0]} min throttled, {outcome.resizes[0]} resizes,"
        f" {outcome.out_of_memory[0]} out of memory"
    )
