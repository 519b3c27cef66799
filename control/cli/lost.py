"""After an engine has failed: what the cloud made all the same is looked for and recorded."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from control.cli.lost_plan import FailedCreate, as_pending, began_at, looked_for
from control.cli.output import say
from control.cli.pending_plan import Settling

if TYPE_CHECKING:
    from control.cli.stack import Opened

ATTEMPTS_READ = 50
HEAD = "What failed had been asked of the cloud. Looked for, by name or by tags:"


def take_in_lost(opened: Opened, failed: Sequence[FailedCreate], *, ask: bool) -> int:
    """How many of the creates that failed had been done, and are recorded now.

    Like `settle_pending`, only the record changes, and that in one step. What is not there failed
    for a reason of its own; what is somebody else's is told, and left alone.
    """
    from control.cli.confirmation import confirm
    from control.cli.pending import exported, once_made, record
    from control.cli.pending_plan import settled

    deployment = exported(opened)
    pending = as_pending(deployment, failed)
    creates = looked_for(pending, first_attempt(opened))
    if not creates:
        return 0
    settling = once_made(opened, creates, leaving=False)
    for line in told(settling):
        say(line)
    if not settling.taken_in:
        return 0
    if ask:
        confirm(f"Record this of {opened.name}, and go on?")
    record(opened, deployment, settled(pending, settling))
    return len(settling.taken_in)


def first_attempt(opened: Opened) -> datetime:
    from control.cli.stack import translated

    with translated(opened.name):
        history = opened.stack.history(page_size=ATTEMPTS_READ, show_secrets=False)
    return began_at(history, otherwise=datetime.now(UTC))


def told(settling: Settling) -> list[str]:
    """Besides what was made, why the name of another is taken: of the rest the engine told."""
    from control.cli.pending import NOBODY
    from control.cli.pending_plan import said

    lines = [said("take in", urn, sight) for urn, sight in settling.taken_in.items()]
    lines += [
        said("leave  ", urn, sight)
        for urn, sight in settling.refused.items()
        if sight is not NOBODY
    ]
    return [HEAD, *lines] if lines else []
