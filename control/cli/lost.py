"""After an attempt that failed: what the cloud made all the same is looked for and recorded."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from control.cli.errors import CliError
from control.cli.lost_plan import Create, as_pending, is_unfinished, looked_for, not_before
from control.cli.output import say
from control.cli.pending_plan import Fate, Settling

if TYPE_CHECKING:
    from pulumi.automation import UpdateSummary

    from control.cli.stack import Opened

ATTEMPTS_READ = 50
HEAD = "What an attempt that failed had asked of the cloud, looked for by name or by tags:"


def take_in_lost(opened: Opened, creates: Sequence[Create], *, ask: bool) -> Settling:
    """Record those of these creates that had been done before.

    Like `settle_pending`, only the record changes, and that in one step. What is not there is left
    to the engine; what is somebody else's is told, and left alone.
    """
    from control.cli.confirmation import confirm
    from control.cli.pending import exported, once_made, record
    from control.cli.pending_plan import settled

    deployment = exported(opened)
    pending = as_pending(deployment, creates)
    since = not_before(attempts(opened), deployment, otherwise=datetime.now(UTC))
    wanted = looked_for(pending, since)
    settling = once_made(opened, wanted, leaving=False)
    for line in told(settling):
        say(line)
    if settling.taken_in:
        if ask:
            confirm(f"Record this of {opened.name}? Nothing in the account is changed by it.")
        record(opened, deployment, settled(pending, settling))
    return settling


def take_in_planned(opened: Opened, creates: Sequence[Create], *, ask: bool) -> None:
    """Before another attempt, as what has no name would be made once more.

    Where several could be it, a further one helps nobody.
    """
    from control.cli.pending_plan import said

    settling = take_in_lost(opened, creates, ask=ask)
    several = {urn: s for urn, s in settling.refused.items() if s.fate is Fate.SEVERAL}
    if several:
        lines = [said("stop at", urn, sight) for urn, sight in several.items()]
        raise CliError(
            "\n".join(["An attempt that failed made more than one of these:", *lines]),
            "`byoc orphans` names the command that removes each; then try again.",
        )


def unfinished(opened: Opened) -> bool:
    from control.cli.pending import exported

    return is_unfinished(attempts(opened), exported(opened))


def attempts(opened: Opened) -> list[UpdateSummary]:
    """Newest first."""
    from control.cli.stack import translated

    with translated(opened.name):
        return opened.stack.history(page_size=ATTEMPTS_READ, show_secrets=False)


def told(settling: Settling) -> list[str]:
    """Besides what was made, what has its name: of the rest the engine tells."""
    from control.cli.pending import NOBODY
    from control.cli.pending_plan import said

    lines = [said("take in", urn, sight) for urn, sight in settling.taken_in.items()]
    lines += [
        said("leave  ", urn, sight)
        for urn, sight in settling.refused.items()
        if sight is not NOBODY
    ]
    return [HEAD, *lines] if lines else []
