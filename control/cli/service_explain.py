"""`byoc service explain`: why a service has its size, and what would change it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from control.cli.errors import CliError
from control.cli.output import (
    UNKNOWN,
    age,
    column,
    heading,
    tell,
    tell_facts,
    tell_json,
    tell_table,
)
from control.cli.service_options import JsonOption, NameArgument, NamespaceOption
from control.cli.stack import StackOption
from control.warehouses.names import NAMESPACE

if TYPE_CHECKING:
    from control.cli.cluster import Document

TICKS = "▁▂▃▄▅▆▇█"
NOTHING_KNOWN = "·"
MIB_IN_GIB = 1024
UNIT_GIB = 4


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One thing that was measured, and where another size would begin."""

    name: str
    measured: str
    grows_above: str
    shrinks_below: str


@dataclass(frozen=True, kw_only=True)
class Explanation:
    service: str
    mode: str
    policy: str
    size: str
    bounds: str
    recommended: str
    reason: str
    message: str
    written_at: datetime | None
    advice: str
    held: str
    figures: tuple[Figure, ...]
    known: str
    hourly_cpu_millicores: tuple[int, ...]
    hourly_memory_mib: tuple[int, ...]


def explain(
    name: NameArgument,
    stack: StackOption = None,
    namespace: NamespaceOption = NAMESPACE,
    as_json: JsonOption = False,
) -> None:
    """Tell why a service has its size, from which figures, and what would change it."""
    from control.cli.connection import connect
    from control.cli.service_reading import service_document

    told = explanation(service_document(connect(stack), name, namespace))
    if as_json:
        tell_json(told)
    else:
        tell_explanation(told)


def explanation(document: Document) -> Explanation:
    spec, status = document["spec"], document.get("status") or {}
    scaling, memory = spec.get("scaling") or {}, spec["memory"]
    told = status.get("recommendation")
    name = document["metadata"]["name"]
    if not told:
        raise CliError(
            f"Nothing sizes the service {name!r}: its scaling.mode is"
            f" {scaling.get('mode', 'off')!r} and it has no schedule that acted.",
            "Set spec.scaling.mode to recommend or apply; the first answer comes within a minute.",
        )
    figures = told.get("figures") or {}
    units = memory.get("gib", memory["minGib"]) // UNIT_GIB
    return Explanation(
        service=name,
        mode=told["mode"],
        policy="horizontal" if scaling.get("horizontal") else scaling.get("policy", "classic"),
        size=f"{spec['replicas']} replicas of {size_text(units)}",
        bounds=bounds_text(spec),
        recommended=f"{told['replicas']} replicas"
        if told.get("replicas")
        else size_text(told["units"]),
        reason=told["reason"],
        message=told.get("message", ""),
        written_at=moment(told.get("at")),
        advice=size_text(told["advisoryUnits"]) if told.get("advisoryUnits") else "",
        held=held_text(status.get("scaling") or {}),
        figures=tuple(figures_of(spec, units, figures)) if figures else (),
        known=known_text(figures),
        hourly_cpu_millicores=tuple(told.get("hourlyCpuMillicores") or ()),
        hourly_memory_mib=tuple(told.get("hourlyMemoryMib") or ()),
    )


def figures_of(spec: Mapping[str, Any], units: int, figures: Mapping[str, Any]) -> list[Figure]:
    if (spec.get("scaling") or {}).get("horizontal"):
        used = figures.get("utilisationPercent")
        measured = UNKNOWN if used is None else f"{used} %"
        return [
            Figure(
                name="busiest replica", measured=measured, grows_above="80 %", shrinks_below="45 %"
            )
        ]
    return [cpu_figure(spec, units, figures), *memory_figures(units, figures)]


def cpu_figure(spec: Mapping[str, Any], units: int, figures: Mapping[str, Any]) -> Figure:
    from control.scaling.sizing import Policy, edges

    policy = Policy((spec.get("scaling") or {}).get("policy", Policy.CLASSIC))
    band = edges(policy, units=units, replicas=spec["replicas"])
    return Figure(
        name="CPU of one replica",
        measured=cores(figures["cpuPeakMillicores"]),
        grows_above=cores(band.high_millicores),
        shrinks_below=cores(band.low_millicores),
    )


def memory_figures(units: int, figures: Mapping[str, Any]) -> list[Figure]:
    """Headroom differs with how steady memory is: the steady one is shown."""
    from control.scaling.sizing import OOM_HEADROOM, STEADY_HEADROOM, WHOLE

    rows = [
        ("memory of one replica", "memoryPeakMib", STEADY_HEADROOM),
        ("memory of its queries", "queryPeakMib", STEADY_HEADROOM),
        ("memory when it ran out", "outOfMemoryMib", OOM_HEADROOM),
    ]
    size_mib = units * UNIT_GIB * MIB_IN_GIB
    return [
        Figure(
            name=name,
            measured=gib(figures[key]),
            grows_above=gib(size_mib * WHOLE // headroom),
            shrinks_below="-",
        )
        for name, key, headroom in rows
        if figures.get(key)
    ]


def tell_explanation(told: Explanation) -> None:
    facts = {
        "service": told.service,
        "size": f"{told.size} ({told.bounds})",
        "scaling": f"{told.mode}, by {told.policy}",
        "holds right": told.recommended,
        "because": told.message or told.reason,
        "long window": f"would like {told.advice}" if told.advice else "",
        "asked for": told.held,
        "known": told.known,
        "as of": f"{age(told.written_at)} ago",
    }
    tell_facts({name: value for name, value in facts.items() if value})
    if told.figures:
        heading("Figures")
        tell_table(
            [
                column("what"),
                column("peak", right=True),
                column("grows above", right=True),
                column("shrinks below", right=True),
            ],
            [
                [each.name, each.measured, each.grows_above, each.shrinks_below]
                for each in told.figures
            ],
        )
    if any(value >= 0 for value in told.hourly_cpu_millicores):
        heading("Last 30 hours, peak of each")
        cpu, memory = told.hourly_cpu_millicores, told.hourly_memory_mib
        tell(f"CPU     {sparkline(cpu)}  up to {cores(max(cpu))}")
        tell(f"memory  {sparkline(memory)}  up to {gib(max(memory))}")


def sparkline(values: Sequence[int]) -> str:
    """From zero to the largest; a dot where nothing is known."""
    largest = max([*values, 1])
    return "".join(
        NOTHING_KNOWN if value < 0 else TICKS[value * (len(TICKS) - 1) // largest]
        for value in values
    )


def bounds_text(spec: Mapping[str, Any]) -> str:
    counted = (spec.get("scaling") or {}).get("horizontal")
    if counted:
        return f"{counted['minReplicas']} to {counted['maxReplicas']} replicas"
    memory = spec["memory"]
    return f"{memory['minGib']} to {memory['maxGib']} GiB"


def held_text(memory: Mapping[str, Any]) -> str:
    if not memory.get("askedBy") or not memory.get("heldUntil"):
        return ""
    who = f"the rule {memory['rule']!r}" if memory["askedBy"] == "schedule" else "a person"
    return f"by {who}, kept until {memory['heldUntil']}"


def known_text(figures: Mapping[str, Any]) -> str:
    if not figures:
        return "nothing of its load"
    hours = figures["windowMinutes"] / 60
    return (
        f"{figures['samples']} of {figures['expectedSamples']} minutes, in a window of {hours:g} h"
    )


def size_text(units: int) -> str:
    return f"{units} CPU, {units * UNIT_GIB} GiB"


def cores(millicores: int) -> str:
    return f"{millicores / 1000:.2f} CPU"


def gib(mib: int) -> str:
    return f"{mib / MIB_IN_GIB:.1f} GiB"


def moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text.replace("Z", "+00:00")) if text else None
