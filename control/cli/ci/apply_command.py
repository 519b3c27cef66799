"""`byoc ci apply`: exactly the plan that was approved, and a record of it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from control.cli.ci.options import OUT
from control.cli.deploy import PolicyOption
from control.cli.output import say, tell
from control.cli.stack import StackOption

if TYPE_CHECKING:
    from control.cli.ci.actor import Actor
    from control.cli.ci.record import Record
    from control.cli.ci.saved_plan import Facts, SavedPlan
    from control.cli.lost_plan import FailedCreates
    from control.cli.operation import Outcome
    from control.cli.stack import Opened

PlanOption = Annotated[
    Path, typer.Option("--plan", metavar="FOLDER", help="Folder that `preview` wrote.")
]
StartOption = Annotated[
    str | None,
    typer.Option(
        "--base",
        metavar="COMMIT",
        help="Where the target branch was before this change; not checked when left out.",
        show_default=False,
    ),
]
DigestOption = Annotated[
    str | None,
    typer.Option(
        "--digest",
        metavar="DIGEST",
        help="The approved plan's, or its beginning: any other plan is refused.",
        show_default=False,
    ),
]
ResultsOption = Annotated[
    Path | None,
    typer.Option(
        "--out",
        metavar="FOLDER",
        help="Where result.md and record.json go; the plan's folder when left out.",
        show_default=False,
    ),
]
HistoryOption = Annotated[
    Path | None,
    typer.Option(
        "--history",
        metavar="FILE",
        help="Append the record to this file, as one line of JSON.",
        show_default=False,
    ),
]
ByOption = Annotated[
    str | None,
    typer.Option(
        "--by",
        metavar="NAME",
        help="Who applies; whom the CI system names when left out.",
        show_default=False,
    ),
]


def apply(
    plan: PlanOption = OUT,
    stack: StackOption = None,
    base: StartOption = None,
    digest: DigestOption = None,
    out: ResultsOption = None,
    history: HistoryOption = None,
    by: ByOption = None,
    policy_pack: PolicyOption = None,
) -> None:
    """Apply exactly the plan that was approved, or refuse it.

    Refused, with 1 and nothing changed: files that are not those of the digest, another base or
    other sources than the plan was made from, a recorded state that has changed since.
    """
    from control.cli.ci import saved_plan
    from control.cli.ci.actor import actor
    from control.cli.ci.planning import facts_of, packs
    from control.cli.ci.record import append, headline, message
    from control.cli.ci.source import read_source, resolved
    from control.cli.ci.writing import results_folder
    from control.cli.deploy import checked
    from control.cli.lost import take_in_lost
    from control.cli.lost_plan import FailedCreates
    from control.cli.operation import Result
    from control.cli.outcome_view import failure

    approved = saved_plan.load(plan)
    saved_plan.check_files(approved, plan, digest)
    folder = results_folder(out or plan)
    opened = checked(stack or approved.facts.stack)
    source = read_source(opened.project, plan)
    start = resolved(opened.project, base) if base else approved.facts.base
    here = facts_of(opened, source, start)
    saved_plan.check_fresh(approved.facts, here)
    take_in_pending(opened)
    who = actor(os.environ, by)
    options = {
        "plan": str((plan / saved_plan.PLAN).resolve()),
        "policy_packs": packs(opened.project, policy_pack),
        "message": message(approved, who),
    }
    failed = FailedCreates()
    outcome = run_plan(opened, options, failed)
    record = record_of(outcome, approved, here, who)
    write_record(record, folder)
    if history:
        append(history, record)
    if outcome.result is Result.FAILED and take_in_lost(opened, failed.found, ask=False).taken_in:
        say("Recorded: the plan is stale by it. Preview again, and let the new plan be approved.")
    if not outcome.ok:
        raise failure(outcome)
    tell(headline(record))
    say(f"Recorded in {folder / 'record.json'}")


def take_in_pending(opened: Opened) -> None:
    """A plan that was made before knows nothing of what a killed engine had made."""
    from control.cli.ci.saved_plan import StaleError
    from control.cli.pending import settle_pending

    settling = settle_pending(opened, ask=False)
    if settling and settling.taken_in:
        raise StaleError(
            f"The plan is stale: {len(settling.taken_in)} that a killed engine had made are"
            " recorded now, and nothing was changed.",
            "Preview again, and let the new plan be approved.",
        )


def run_plan(opened: Opened, options: Mapping[str, Any], failed: FailedCreates) -> Outcome:
    from control.cli import operation
    from control.cli.deploy import QUIET, run_unlocked

    return run_unlocked(operation.UP, opened, {**options, **QUIET}, failed)


def record_of(outcome: Outcome, plan: SavedPlan, here: Facts, who: Actor) -> Record:
    from control.cli.ci.record import Record
    from control.cli.outcome_view import failures, place
    from control.cli.redaction import redacted

    failed = () if outcome.ok else failures(outcome)
    return Record(
        at=datetime.now(UTC),
        by=who,
        plan=plan,
        here=here,
        result=outcome.result.value,
        seconds=outcome.seconds,
        changes=outcome.progress.counts,
        failures=tuple(redacted(f"{place(each.resource)}: {each.message}") for each in failed),
    )


def write_record(record: Record, folder: Path) -> None:
    from control.cli.ci.record import document, markdown
    from control.cli.ci.writing import write, write_json

    write(folder / "result.md", markdown(record))
    write_json(folder / "record.json", document(record))
