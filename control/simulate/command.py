"""`byoc simulate`: load through policies, before they are turned on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from control.cli.errors import CliError, UsageError
from control.cli.output import column, say, tell_json, tell_table

if TYPE_CHECKING:
    from control.scaling.schedule import Entry
    from control.simulate.load import Load
    from control.simulate.replay import Outcome
    from control.simulate.setting import Setting

UNIT_GIB = 4
ALL_POLICIES = ("classic", "target_tracking", "horizontal", "fixed")


def simulate(
    file: Annotated[
        Path | None,
        typer.Argument(
            help="CSV with a row a minute: cpu_cores and memory_gib of the busiest replica,"
            " and time of the first row where a schedule is played.",
            show_default=False,
        ),
    ] = None,
    pattern: Annotated[
        str | None,
        typer.Option(
            metavar="steady|daily|spiky|growing|bursts",
            help="Made load instead of a file.",
            show_default=False,
        ),
    ] = None,
    hours: Annotated[int, typer.Option(min=1, max=24 * 31, help="Length of made load.")] = 72,
    cpu: Annotated[float, typer.Option(min=0.01, help="Most CPU of a replica in made load.")] = 6.0,
    memory_used: Annotated[
        float, typer.Option(min=0.01, help="Most GiB of a replica in made load.")
    ] = 12.0,
    seed: Annotated[int, typer.Option(help="Another one is other made load.")] = 0,
    policy: Annotated[
        list[str] | None,
        typer.Option(metavar="|".join(ALL_POLICIES), help="Repeatable; all when absent."),
    ] = None,
    replicas: Annotated[
        int, typer.Option(min=1, max=20, help="Replicas that share the load at the beginning.")
    ] = 3,
    min_memory: Annotated[int, typer.Option(min=8, max=356, help="Lower bound in GiB.")] = 8,
    max_memory: Annotated[int, typer.Option(min=8, max=356, help="Upper bound in GiB.")] = 120,
    replica_memory: Annotated[
        int, typer.Option(min=8, max=356, help="GiB of each replica under horizontal rules.")
    ] = 16,
    min_replicas: Annotated[
        int, typer.Option(min=1, max=20, help="Fewest replicas under horizontal rules.")
    ] = 2,
    max_replicas: Annotated[
        int, typer.Option(min=1, max=20, help="Most replicas under horizontal rules.")
    ] = 20,
    schedule: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.yaml",
            help="The rules of spec.schedule, followed by every policy but fixed.",
            show_default=False,
        ),
    ] = None,
    chart: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE.png|FILE.svg", help="Draw it; repeatable.", show_default=False),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Play load through scaling policies: cost, throttling, resizes, crashes, and a picture."""
    from control.simulate.replay import replay
    from control.simulate.setting import Policy, Setting

    if (file is None) == (pattern is None):
        raise UsageError(
            "There is no load to play, or two.", "Give FILE or --pattern, one of them."
        )
    setting = Setting(
        replicas=replicas,
        min_units=units(min_memory, "--min-memory"),
        max_units=units(max_memory, "--max-memory"),
        replica_units=units(replica_memory, "--replica-memory"),
        min_replicas=min_replicas,
        max_replicas=max_replicas,
        schedule=rules_of(schedule) if schedule else (),
    )
    check_bounds(setting)
    policies = [one_of(Policy, name, "policy") for name in policy or ALL_POLICIES]
    load = load_of(file, pattern, hours=hours, cpu=cpu, memory=memory_used, seed=seed)
    charts = checked_charts(chart or [])
    outcomes = []
    for each in policies:
        say(f"playing {load.minutes / 60:g} hours through {each}")
        calendar = () if each is Policy.FIXED else setting.schedule
        outcomes.append(replay(load, replace(setting, policy=each, schedule=calendar)))
    if as_json:
        tell_json([summary(outcome) for outcome in outcomes])
    else:
        tell_outcomes(outcomes)
    title = file.name if file else f"{pattern} load"
    draw_charts(load, outcomes, charts, title=title, replicas=replicas)


def units(memory_gib: int, option: str) -> int:
    if memory_gib % UNIT_GIB:
        down = memory_gib - memory_gib % UNIT_GIB
        raise UsageError(
            f"{option} {memory_gib} is no multiple of {UNIT_GIB} GiB.",
            f"Give {down} or {down + UNIT_GIB}.",
        )
    return memory_gib // UNIT_GIB


def check_bounds(setting: Setting) -> None:
    pairs = {
        "memory": (setting.min_units, setting.max_units),
        "replicas": (setting.min_replicas, setting.max_replicas),
    }
    for what, (least, most) in pairs.items():
        if least > most:
            raise UsageError(f"--min-{what} is above --max-{what}.", "Give the lower bound first.")


def rules_of(file: Path) -> tuple[Entry, ...]:
    from control.cli.schedule_file import rules_in
    from control.simulate.load import START
    from control.warehouses.scaling_wishes import entry_from

    return tuple(entry_from(rule) for rule in rules_in(file, START.date()))


def one_of(kind: Any, name: str, what: str) -> Any:
    try:
        return kind(name)
    except ValueError as error:
        raise UsageError(
            f"{name!r} is no {what}.", f"Known: {', '.join(each.value for each in kind)}."
        ) from error


def load_of(
    file: Path | None, pattern: str | None, *, hours: int, cpu: float, memory: float, seed: int
) -> Load:
    from control.simulate.load import LoadError, Pattern, generated, recorded

    if file is None:
        shape = one_of(Pattern, pattern or "", "pattern")
        return generated(shape, hours=hours, cpu_cores=cpu, memory_gib=memory, seed=seed)
    try:
        return recorded(file)
    except LoadError as error:
        raise CliError(
            f"{error}.", "Prometheus' byoc:replica_cpu_cores has such figures."
        ) from error
    except OSError as error:
        raise CliError(f"{file} cannot be read: {error.strerror}.", "Name a CSV file.") from error


def checked_charts(files: list[Path]) -> list[Path]:
    from control.simulate.chart import FORMATS

    for file in files:
        if file.suffix.lstrip(".") not in FORMATS:
            raise UsageError(f"{file} is no picture.", f"End it in .{' or .'.join(FORMATS)}.")
    return files


def draw_charts(
    load: Load, outcomes: list[Outcome], files: list[Path], *, title: str, replicas: int
) -> None:
    from control.simulate.chart import draw

    if not files:
        return
    try:
        draw(load, outcomes, files, title=title, replicas=replicas)
    except ImportError as error:
        raise CliError(
            f"Pictures need matplotlib: {error}.", "pip install 'clickhouse-byoc[charts]'"
        ) from error
    for file in files:
        say(f"drew {file}")


def summary(outcome: Outcome) -> dict[str, Any]:
    return {
        "policy": outcome.policy.value,
        "hours": outcome.hours,
        "unitHours": round(float(outcome.unit_hours.sum()), 1),
        "throttledMinutes": int(outcome.throttled_minutes.sum()),
        "resizes": int(outcome.resizes.sum()),
        "outOfMemory": int(outcome.out_of_memory.sum()),
        "smallestUnits": int(outcome.units.min()),
        "largestUnits": int(outcome.units.max()),
        "fewestReplicas": int(outcome.replicas.min()),
        "mostReplicas": int(outcome.replicas.max()),
    }


def tell_outcomes(outcomes: list[Outcome]) -> None:
    titles = ("unit-hours", "throttled", "resizes", "out of memory", "sizes", "replicas")
    rows = []
    for told in map(summary, outcomes):
        rows.append(
            [
                told["policy"],
                f"{told['unitHours']:,}",
                f"{told['throttledMinutes']} min",
                str(told["resizes"]),
                str(told["outOfMemory"]),
                f"{told['smallestUnits'] * UNIT_GIB} to {told['largestUnits'] * UNIT_GIB} GiB",
                f"{told['fewestReplicas']} to {told['mostReplicas']}",
            ]
        )
    tell_table([column("policy"), *(column(title, right=True) for title in titles)], rows)
