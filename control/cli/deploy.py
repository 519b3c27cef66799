"""`byoc up | preview | refresh`: the deployment's life by the Pulumi engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from control.cli.events import Change
from control.cli.output import say, tell, tell_json
from control.cli.stack import StackOption

if TYPE_CHECKING:
    from pulumi.automation import EngineEvent

    from control.cli.aws_profile import Acting
    from control.cli.operation import Operation, Outcome
    from control.cli.stack import Opened

YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")]
AllOption = Annotated[
    bool, typer.Option("--all", help="Name every resource of the plan, also where they are many.")
]
PolicyOption = Annotated[
    list[str] | None,
    typer.Option(
        "--policy-pack", metavar="FOLDER", help="Folder of a policy pack to check with; repeatable."
    ),
]
RefreshOption = Annotated[
    bool, typer.Option("--refresh", help="First compare the recorded state with the cloud.")
]
ParallelOption = Annotated[
    int | None,
    typer.Option(metavar="COUNT", help="How many resources at a time.", min=1, show_default=False),
]


def up(
    stack: StackOption = None,
    yes: YesOption = False,
    as_json: JsonOption = False,
    everything: AllOption = False,
    policy_pack: PolicyOption = None,
    refresh: RefreshOption = False,
    parallel: ParallelOption = None,
) -> None:
    """Bring the deployment to its configuration: show the plan, ask, apply it."""
    from control.cli import operation
    from control.cli.confirmation import confirm, require_terminal
    from control.cli.extensions import check_account
    from control.cli.lost import unfinished
    from control.cli.pending import settle_pending

    if not yes:
        require_terminal("byoc up")
    opened = checked(stack)
    check_account(opened.project, opened.name)
    settling = settle_pending(opened, ask=not yes)
    options = {"policy_packs": policy_pack, "refresh": refresh or None, "parallel": parallel}
    if settling or unfinished(opened):
        look_before(opened, options, ask=not yes, as_json=as_json)
    if not yes:
        plan = succeeded(operation.PREVIEW, opened, options, as_json=as_json)
        if not plan.progress.changed:
            return conclude(plan, as_json=as_json)
        show(plan, usual=None if everything else Change.CREATE, as_json=as_json)
        confirm(f"Apply this to {opened.name}?")
    done = brought_up(opened, options | QUIET, ask=not yes)
    conclude(ended_well(done, as_json=as_json), as_json=as_json)
    if not as_json:
        say("\nNext: `byoc status`, and `byoc sql SERVICE 'SELECT version()'`.")
    return None


def preview(
    stack: StackOption = None,
    as_json: JsonOption = False,
    everything: AllOption = False,
    policy_pack: PolicyOption = None,
    refresh: RefreshOption = False,
    parallel: ParallelOption = None,
) -> None:
    """Show what `up` would do; nothing is changed, and no cluster is needed."""
    from control.cli import operation

    opened = checked(stack)
    options = {"policy_packs": policy_pack, "refresh": refresh or None, "parallel": parallel}
    plan = succeeded(operation.PREVIEW, opened, options, as_json=as_json)
    if as_json:
        conclude(plan, as_json=True)
    else:
        show(plan, usual=None if everything else Change.CREATE, as_json=False)
        conclude(plan, as_json=False)


def refresh(
    stack: StackOption = None,
    yes: YesOption = False,
    as_json: JsonOption = False,
    parallel: ParallelOption = None,
) -> None:
    """Compare the recorded state with the cloud, show what differs, ask, record it."""
    from control.cli import operation
    from control.cli.confirmation import confirm, require_terminal
    from control.cli.pending import settle_pending

    if not yes:
        require_terminal("byoc refresh")
    opened = checked(stack)
    settle_pending(opened, ask=not yes)
    options = {"parallel": parallel}
    if not yes:
        drift = succeeded(operation.PREVIEW_REFRESH, opened, options, as_json=as_json)
        if not drift.progress.changed:
            return conclude(drift, as_json=as_json)
        show(drift, usual=None, as_json=as_json)
        confirm(f"Record this as the state of {opened.name}?")
    return conclude(
        succeeded(operation.REFRESH, opened, options | QUIET, as_json=as_json), as_json=as_json
    )


MOST_ATTEMPTS = 3
QUIET = {"show_secrets": False, "suppress_outputs": True, "suppress_progress": True}


def checked(stack: str | None, acting: Acting | None = None) -> Opened:
    """The stack, once its configuration has no problem and changes nothing that is fixed."""
    from control.cli.aws_profile import Acting, give_meaning
    from control.cli.extensions import check_configuration, check_fixed
    from control.cli.stack import choose, open_stack

    project, name = choose(stack)
    check_configuration(project, name)
    opened = open_stack(project, name)
    check_fixed(opened)
    give_meaning(opened, acting or Acting.CHANGE)
    return opened


def look_before(opened: Opened, options: Mapping[str, Any], *, ask: bool, as_json: bool) -> None:
    """Another attempt failed: what of this one's creates it had made is taken in."""
    from control.cli.lost import take_in_planned
    from control.cli.lost_plan import PlannedCreates
    from control.cli.operation import PREVIEW

    say("The last attempt did not go through. Looking for what it made and had no answer to:")
    planned = PlannedCreates()
    given = {name: value for name, value in options.items() if value is not None}
    ended_well(run_unlocked(PREVIEW, opened, given, planned), as_json=as_json)
    take_in_planned(opened, planned.found, ask=ask)


def brought_up(opened: Opened, options: Mapping[str, Any], *, ask: bool) -> Outcome:
    """Go on where the cloud had done what seemed to fail: each attempt has more of it recorded."""
    from control.cli.lost import take_in_lost
    from control.cli.lost_plan import FailedCreates
    from control.cli.operation import UP, Result
    from control.cli.outcome_view import failure

    given = {name: value for name, value in options.items() if value is not None}
    for _ in range(MOST_ATTEMPTS):
        failed = FailedCreates()
        outcome = run_unlocked(UP, opened, given, failed)
        if outcome.result is not Result.FAILED:
            break
        if not take_in_lost(opened, failed.found, ask=ask).taken_in:
            break
        say(f"{failure(outcome).problem}\nIt was made all the same: going on with what is left.")
    return outcome


def succeeded(
    operation: Operation, opened: Opened, options: Mapping[str, Any], *, as_json: bool
) -> Outcome:
    """Run it and return its outcome, or end the command with what failed."""
    given = {name: value for name, value in options.items() if value is not None}
    return ended_well(run_unlocked(operation, opened, given), as_json=as_json)


def ended_well(outcome: Outcome, *, as_json: bool) -> Outcome:
    from control.cli.outcome_view import failure

    if outcome.ok:
        return outcome
    if as_json:
        conclude(outcome, as_json=True)
    raise failure(outcome)


def run_unlocked(
    operation: Operation,
    opened: Opened,
    options: Mapping[str, Any],
    watch: Callable[[EngineEvent], object] | None = None,
) -> Outcome:
    from pulumi.automation import ConcurrentUpdateError, StackNotFoundError

    from control.cli.ignored_changes import read_ignored
    from control.cli.operation import run
    from control.cli.stack import translated
    from control.cli.stack_lock import release_stale
    from control.cli.wording import Tense

    ignored = read_ignored(opened) if operation.tense is Tense.DRIFT else None
    outcome = run(operation, opened, options, watch, ignored)
    if isinstance(outcome.error, StackNotFoundError):
        with translated(opened.name):
            raise outcome.error
    if isinstance(outcome.error, ConcurrentUpdateError):
        release_stale(opened, outcome.error)
        outcome = run(operation, opened, options, watch, ignored)
    return outcome


def show(plan: Outcome, *, usual: Change | None, as_json: bool) -> None:
    """The plan before the question: on stderr where stdout is for JSON."""
    from control.cli.plan_view import tell_plan

    if as_json:
        from control.cli.wording import sentence

        say(f"{plan.stack}: {sentence(plan.progress.counts, plan.operation.tense)}")
        return
    tell_plan(plan.progress, plan.operation.tense, usual=usual)
    tell()


def conclude(outcome: Outcome, *, as_json: bool) -> None:
    from control.cli.outcome_json import document
    from control.cli.outcome_view import tell_outcome, tell_outputs

    if as_json:
        tell_json(document(outcome))
        return
    tell_outcome(outcome)
    tell_outputs(outcome.outputs)
