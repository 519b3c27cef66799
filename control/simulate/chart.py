"""A replay as a picture: what a service would use, and the size that each policy gave it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from control.simulate.load import Load
from control.simulate.replay import Outcome
from control.simulate.setting import Policy

FORMATS = ("png", "svg")
UNIT_GIB = 4
# Told apart by people with any colour vision (Okabe and Ito).
COLOURS = {
    Policy.CLASSIC: "#0072B2",
    Policy.TARGET_TRACKING: "#D55E00",
    Policy.HORIZONTAL: "#009E73",
    Policy.FIXED: "#999999",
}
LOAD_COLOUR = "#56B4E9"


def draw(
    load: Load, outcomes: Sequence[Outcome], files: Sequence[Path], *, title: str, replicas: int
) -> None:
    """CPU, memory and where it moves the count of replicas, over the same hours.

    Of the first service; `replicas` shared its load when it was taken.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    counted = any((outcome.replicas != replicas).any() for outcome in outcomes)
    figure = Figure(figsize=(11, 8.5 if counted else 6.5), layout="constrained")
    FigureCanvasAgg(figure)
    rows = figure.subplots(
        2 + counted, 1, sharex=True, height_ratios=[3, 3, 1] if counted else [1, 1]
    )
    for axes, used, per_unit, unit in (
        (rows[0], load.cpu_cores[:, 0], 1, "CPU of all replicas"),
        (rows[1], load.memory_gib[:, 0], UNIT_GIB, "memory of all replicas, GiB"),
    ):
        hours = np.arange(load.minutes) / 60
        axes.fill_between(
            hours, used * replicas, color=LOAD_COLOUR, alpha=0.45, linewidth=0, label="load"
        )
        step_lines(
            axes,
            outcomes,
            [one.units[:, 0] * one.replicas[:, 0] * per_unit for one in outcomes],
        )
        axes.set_ylabel(unit)
    if counted:
        step_lines(rows[2], outcomes, [one.replicas[:, 0] for one in outcomes])
        rows[2].set_ylabel("replicas")
    for axes in rows:
        axes.set_ylim(bottom=0)
        axes.grid(visible=True, linewidth=0.4, alpha=0.5)
        axes.spines[["top", "right"]].set_visible(False)
    rows[-1].set_xlabel("hours")
    rows[0].set_xlim(0, load.minutes / 60)
    figure.suptitle(title, x=0.01, ha="left", fontweight="bold")
    handles, labels = rows[0].get_legend_handles_labels()
    figure.legend(
        handles, labels, loc="outside lower left", ncols=2, frameon=False, fontsize="small"
    )
    for file in files:
        figure.savefig(file, dpi=140)


def step_lines(axes: Any, outcomes: Sequence[Outcome], values: Sequence[Any]) -> None:
    for outcome, value in zip(outcomes, values, strict=True):
        axes.step(
            np.arange(len(value)) / 60,
            value,
            where="post",
            color=COLOURS[outcome.policy],
            linewidth=1.6,
            linestyle="--" if outcome.policy is Policy.FIXED else "-",
            label=label(outcome),
        )


def label(outcome: Outcome) -> str:
    return (
        f"{outcome.policy}: {outcome.unit_hours[0]:,.0f} unit-hours,"
        f" {outcome.throttled_minutes[0]} min throttled, {outcome.resizes[0]} resizes,"
        f" {outcome.out_of_memory[0]} out of memory"
    )
