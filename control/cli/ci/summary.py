"""summary.md: the plan as the reviewer of a pull request reads it, danger first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from control.cli.ci.danger import TITLES, Kind
from control.cli.ci.markdown import code, folded, some, table, words
from control.cli.ci.permission_words import lines as permission_lines
from control.cli.ci.policy_results import Level, PolicyResult
from control.cli.ci.review import Review
from control.cli.ci.saved_plan import SHOWN
from control.cli.ci.steps import Step
from control.cli.ci.value_changes import DOCUMENT, ValueChange, value_changes
from control.cli.events import Change
from control.cli.layers import ORDER
from control.cli.output import counted
from control.cli.wording import WORDS, Tense, sentence

MOST_CHARACTERS = 60_000
"""GitHub takes 65,536 in a comment."""
MOST_DANGERS = 15
MOST_RESOURCES = 60
MOST_VALUES = 5
MOST_RESULTS = 20
MOST_RIGHTS = 12
SHOWN_CHANGES = (Change.CREATE, Change.UPDATE, Change.REPLACE, Change.DELETE)
MORE = "see `preview.json`"


def marker(stack: str) -> str:
    """The first line, by which the comment of an earlier preview is found again."""
    return f"<!-- byoc-ci-preview {stack} -->"


def summary(review: Review) -> str:
    """One Markdown document; long lists are cut, and where it is still too long, its end."""
    facts = review.saved.facts
    planned = sentence(review.counts, Tense.PLANNED)
    head = [marker(facts.stack), f"## {code(facts.stack)}: {planned}", ""]
    foot = ["### Plan", "", *plan(review)]
    body = [
        *verdict(review),
        *danger(review),
        *changes(review),
        *policies(review),
        *permissions(review),
    ]
    room = MOST_CHARACTERS - sum(len(line) + 1 for line in (*head, *foot))
    return "\n".join([*head, *fitting(body, room), *foot]) + "\n"


def fitting(lines: Sequence[str], room: int) -> list[str]:
    kept: list[str] = []
    opened = 0
    for line in lines:
        room -= len(line) + 1
        if room < 200:
            return [*kept, *["</details>"] * opened, "", f"**The rest is cut off: {MORE}.**", ""]
        opened += line.count("<details>") - line.count("</details>")
        kept.append(line)
    return kept


def verdict(review: Review) -> list[str]:
    if review.ok:
        lines = ["> [!WARNING]", f"> {dangers_counted(review)}"] if review.dangers else []
        if not review.changed:
            lines = ["Nothing changes."]
    else:
        causes = []
        if review.violations:
            causes.append(counted(len(review.violations), "mandatory policy violation"))
        if review.failures:
            causes.append(counted(len(review.failures), "error"))
        lines = ["> [!CAUTION]", f"> **This cannot be applied**: {', '.join(causes)}."]
        if review.dangers:
            lines.append(f"> {dangers_counted(review)}")
    lines = [*lines, ""]
    for text in review.failures[:MOST_RESULTS]:
        lines += ["```text", *(line.replace("```", "'''") for line in text.splitlines()), "```"]
    return [*lines, ""] if review.failures else lines


def dangers_counted(review: Review) -> str:
    parts = [
        f"{TITLES[kind].lower()} ({len(list(group))})"
        for kind, group in groupby(review.dangers, key=lambda danger: danger.kind)
    ]
    return f"**Look before you approve**: {', '.join(parts)}."


def danger(review: Review) -> Iterator[str]:
    if not review.dangers:
        if review.changed:
            yield from ("No data is lost, no right or reach is widened, nothing stops.", "")
        return
    yield from ("### Danger", "")
    for kind in Kind:
        found = [each for each in review.dangers if each.kind is kind]
        if not found:
            continue
        yield from (f"**{TITLES[kind]}**", "")
        yield from some(
            [f"- {code(each.about)}: {prose(each.message)}" for each in found], MOST_DANGERS, MORE
        )
        yield ""


def prose(message: str) -> str:
    """Our own sentences, in which emphasis is meant."""
    return words(message).replace("\\*\\*", "**")


def changes(review: Review) -> Iterator[str]:
    if not review.changed:
        return
    shown = [change for change in SHOWN_CHANGES if review.counts[change]]
    by_layer = {
        name: [step for step in review.changed if step.resource.layer == name] for name in ORDER
    }
    rows = [
        [name, *(cell(steps, change) for change in shown)]
        for name, steps in by_layer.items()
        if steps
    ]
    titles = ["layer", *(WORDS[change].planned for change in shown)]
    yield from ("### Changes", "", *table(titles, rows, right=len(shown)), "")
    for name, steps in by_layer.items():
        if steps:
            listed = [line for step in sorted(steps, key=urgency) for line in step_lines(step)]
            yield from folded(
                f"{name}: {counted(len(steps), 'resource')}", some(listed, MOST_RESOURCES, MORE)
            )


def cell(steps: Sequence[Step], change: Change) -> str:
    count = sum(1 for step in steps if step.change is change)
    return str(count) if count else ""


def urgency(step: Step) -> tuple[int, str]:
    order = (Change.DELETE, Change.REPLACE, Change.UPDATE, Change.CREATE)
    return order.index(step.change), step.thing


def step_lines(step: Step) -> Iterator[str]:
    verb = WORDS[step.change].planned.removeprefix("to ")
    because = f" because of {', '.join(map(code, step.causes))}" if step.causes else ""
    yield f"- {verb} {code(step.thing)}{because}"
    values = list(value_changes(step))
    for each in values[:MOST_VALUES]:
        yield f"  - {code(each.path)}: {value_words(each)}"
    if len(values) > MOST_VALUES:
        yield f"  - and {len(values) - MOST_VALUES} more values"


def value_words(change: ValueChange) -> str:
    if change.old == change.new:
        return "its rights, see Permissions" if change.new == DOCUMENT else f"other {change.new}"
    return f"{code(change.old)} → {code(change.new)}"


def policies(review: Review) -> Iterator[str]:
    if not review.rules:
        return
    counts = ", ".join(f"{len(review.at(level))} {title}" for level, title in LEVEL_TITLES.items())
    partly = " They saw only a part of the plan, which failed." if review.failures else ""
    rules = counted(len(review.rules), "rule")
    yield from ("### Policies", "", f"{rules}; violations: {counts}.{partly}", "")
    for level in (Level.MANDATORY, Level.ADVISORY):
        found = review.at(level)
        yield from some([result_line(each) for each in found], MOST_RESULTS, MORE)
    unknown = review.at(Level.UNKNOWN)
    if unknown:
        listed = [result_line(each) for each in unknown]
        yield from folded("not known before the update", some(listed, MOST_RESULTS, MORE))
    yield ""


LEVEL_TITLES = {
    Level.MANDATORY: "mandatory",
    Level.ADVISORY: "advisory",
    Level.UNKNOWN: "not known before the update",
}


def result_line(result: PolicyResult) -> str:
    where = f" at {code(str(result.resource))}" if result.resource else ""
    remedy = f" **Remedy:** {words(result.remedy)}" if result.remedy else ""
    strong = "**" if result.level is Level.MANDATORY else ""
    return f"- {strong}{code(result.rule)}{strong}{where}: {words(result.message)}{remedy}"


def permissions(review: Review) -> Iterator[str]:
    if not review.permissions:
        return
    yield from ("### Permissions", "")
    wider = [change for change in review.permissions if change.widens or change.unreadable]
    for change in wider:
        yield from (f"{code(change.holder)}", "")
        yield from (*some(permission_lines(change), MOST_RIGHTS, MORE), "")
    narrower = [change for change in review.permissions if change not in wider]
    if narrower:
        listed = [
            line
            for change in narrower
            for line in (code(change.holder), "", *permission_lines(change)[:MOST_RIGHTS], "")
        ]
        yield from folded(f"narrowed: {counted(len(narrower), 'holder')}", listed)


def plan(review: Review) -> Iterator[str]:
    saved = review.saved
    facts = saved.facts
    rows = [
        ["digest", code(saved.digest) if saved.applicable else "none: the preview failed"],
        ["made from commit", code(facts.commit[:SHOWN])],
        ["base commit", code(facts.base[:SHOWN])],
        ["recorded state", code(facts.state[:SHOWN])],
    ]
    if review.edited:
        rows.append(["edited after the commit", ", ".join(map(code, review.edited[:MOST_VALUES]))])
    yield from table(["", ""], rows)
    if saved.applicable and review.changed:
        yield from ("", f"`byoc ci apply --plan FOLDER --digest {saved.digest[:SHOWN]}`")
        yield "applies exactly this, and refuses once files, base or recorded state differ."
    if review.warnings:
        listed = [f"- {words(text)}" for text in review.warnings[:MOST_RESULTS]]
        yield from ("", *folded(counted(len(review.warnings), "warning"), listed))
